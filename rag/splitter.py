"""Cuts a document into passages at its structure and sentence ends; knows no model or store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.documents.document import LoadedDocument
from rag.errors import SettingsError
from rag.splitting.headers import embedding_header
from rag.splitting.packing import pack
from rag.splitting.pieces import Break, Piece, finer, pieces
from rag.splitting.stretches import Stretch, stretches

# Raise when the same document yields other passages: sources are then split again.
SPLITTER_VERSION = 2

CountTokens = Callable[[Sequence[str]], list[int]]

# Characters other than blanks that one token can stand for in earnest: a model counts a line of
# base64 as one unknown token, which must not make it one endless passage.
_CHARACTERS_PER_TOKEN = 8
_FEWEST_TEXT_TOKENS = 8


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document that is embedded, found and cited as one.

    Attributes:
        ordinal: Its place in the document, from 0.
        start_index: Of its first character in `LoadedDocument.text`.
        end_index: After its last character.
        text: `LoadedDocument.text[start_index:end_index]`.
        page: 1-based page of its first character, None without pages.
        section: Titles of the headings above it, outermost first.
        lead_in: What it cannot be understood without and stands further up: the header row of the
            table, or the opening fence of the code, that it begins inside of; "" mostly.
    """

    ordinal: int
    start_index: int
    end_index: int
    text: str
    page: int | None
    section: tuple[str, ...]
    lead_in: str = ""


def embedding_text(title: str, section: tuple[str, ...], text: str, lead_in: str = "") -> str:
    """Return the exact string that is embedded for a passage: title, heading path, then text.

    Text that begins inside of a table has the table's header row, its `lead_in`, before it.

    Title and path are shortened so that they cannot crowd out the text, and what the text itself
    opens with is not repeated.
    """
    header = embedding_header(title, section, text, lead_in)
    return f"{header}\n{text}" if header else text


def split(
    document: LoadedDocument,
    *,
    count_tokens: CountTokens,
    max_tokens: int,
    overlap_tokens: int,
    header: bool,
) -> list[Passage]:
    """Return the passages of `document` in order; the same text gives the same passages.

    A passage never crosses a heading, nor a page but to end its last sentence, and never parts a
    block of code that fits into one. Inside a section it ends at the best place at hand (paragraph,
    then definition, list item or row, sentence, word), and which of several equal places is taken
    depends on the words there alone, so that an edit changes only the passages around it.

    Args:
        document: What a loader returned.
        count_tokens: Number of content tokens of each text, without special tokens.
        max_tokens: Most tokens in what is embedded for one passage.
        overlap_tokens: Up to so many tokens of whole sentences are repeated from one passage at
            the start of the next of the same section; at most half of what fits.
        header: What is embedded is `embedding_text`, not the text alone.

    Raises:
        SettingsError: Title and headings leave no room for text within `max_tokens`.
    """
    measure = _Measure(document, count_tokens, max_tokens, header)
    parts = stretches(document)
    rooms = measure.rooms(parts)
    overlap = min([overlap_tokens, *(room // 2 for room in rooms)])
    limits = [room - overlap for room in rooms]
    cores = [
        _Cut(tuple(run), part)
        for part, found, limit in zip(parts, measure.pieces(parts, limits), limits, strict=True)
        for run in pack(document.text, found, limit)
    ]
    fitting = _fit(measure, cores)
    cuts = _with_overlap(measure, fitting, overlap) if overlap else fitting
    return [
        _passage(document, ordinal, cut, measure.lead_in(cut)) for ordinal, cut in enumerate(cuts)
    ]


@dataclass(frozen=True, slots=True)
class _Cut:
    """The pieces of one passage, without gap."""

    pieces: tuple[Piece, ...]
    stretch: Stretch

    @property
    def start(self) -> int:
        return self.pieces[0].start

    @property
    def end(self) -> int:
        return self.pieces[-1].end


def _passage(document: LoadedDocument, ordinal: int, cut: _Cut, lead_in: str) -> Passage:
    return Passage(
        ordinal=ordinal,
        start_index=cut.start,
        end_index=cut.end,
        text=document.text[cut.start : cut.end],
        page=document.page_at(cut.start),
        section=cut.stretch.section,
        lead_in=lead_in,
    )


class _Measure:
    """Counts what would be embedded for a stretch of one document."""

    def __init__(
        self, document: LoadedDocument, count_tokens: CountTokens, max_tokens: int, header: bool
    ) -> None:
        self._document = document
        self._text = document.text
        self._count = count_tokens
        self._max_tokens = max_tokens
        self._header = header
        self._crowded: set[int] = set()

    def rooms(self, parts: Sequence[Stretch]) -> list[int]:
        """Return how many tokens the header of each part leaves for its text."""
        if not self._header:
            return [self._max_tokens] * len(parts)
        title = self._document.title
        sizes = self._count([embedding_header(title, part.section, "") for part in parts])
        largest = max(sizes, default=0)
        if self._max_tokens - largest < _FEWEST_TEXT_TOKENS:
            raise SettingsError(
                f"title and headings take {largest} of the {self._max_tokens} tokens of a "
                "passage; raise splitter.max_tokens or set splitter.header to false"
            )
        return [
            self._room(part, self._max_tokens - size)
            for part, size in zip(parts, sizes, strict=True)
        ]

    def lead_in(self, cut: "_Cut") -> str:
        """Return what `cut` cannot be understood without, unless it would crowd out the text."""
        line = self._document.lead_in(cut.start)
        if cut.stretch.start in self._crowded and embedding_header("", (), "", line):
            return ""
        return line

    def _room(self, part: Stretch, room: int) -> int:
        """Return the tokens left for text where a table's header row is repeated."""
        rows = {
            embedding_header("", (), "", self._document.lead_in(block.end_index - 1))
            for block in self._document.blocks
            if block.kind == "table" and part.start <= block.start_index < part.end
        }
        if not any(rows):
            return room
        own, *sizes = self._count([self._text[part.start : part.end], *sorted(rows)])
        if own <= room:  # nothing will be cut
            return room
        if max(sizes) > room // 2:
            self._crowded.add(part.start)
            return room
        return room - max(sizes)

    def pieces(self, parts: Sequence[Stretch], limits: Sequence[int]) -> list[list[Piece]]:
        """Return the pieces of each part, none larger than its limit in tokens."""
        found = self._sized([pieces(self._document, part.start, part.end) for part in parts])
        while any(
            piece.size > limit for run, limit in zip(found, limits, strict=True) for piece in run
        ):
            found = self._sized(
                [
                    [finer_piece for piece in run for finer_piece in self._within(piece, limit)]
                    for run, limit in zip(found, limits, strict=True)
                ]
            )
        return found

    def fits(self, cuts: Sequence[_Cut]) -> list[bool]:
        """Say of each cut whether what would be embedded for it is within the limit."""
        texts = [self._text[cut.start : cut.end] for cut in cuts]
        if self._header:
            title = self._document.title
            texts = [
                embedding_text(title, cut.stretch.section, text, self.lead_in(cut))
                for cut, text in zip(cuts, texts, strict=True)
            ]
        # A single character cannot be cut, whatever it counts.
        return [
            size <= self._max_tokens or cut.end - cut.start == 1
            for cut, size in zip(cuts, self._count(texts), strict=True)
        ]

    def halves(self, cut: _Cut) -> list[_Cut]:
        """Return `cut` as two, or its only piece as finer ones."""
        if len(cut.pieces) > 1:
            at = len(cut.pieces) // 2
            parts = [cut.pieces[:at], cut.pieces[at:]]
        else:
            parts = [(piece,) for piece in finer(self._text, cut.pieces[0])]
        return [_Cut(part, cut.stretch) for part in parts]

    def _within(self, piece: Piece, limit: int) -> list[Piece]:
        if piece.size <= limit or piece.end - piece.start == 1:
            return [replace(piece, size=min(piece.size, limit))]
        return finer(self._text, piece)

    def _sized(self, found: list[list[Piece]]) -> list[list[Piece]]:
        """Count the pieces not yet counted, all in one call."""
        new = [piece for run in found for piece in run if not piece.size]
        sizes = iter(self._count([self._text[piece.start : piece.end] for piece in new]))
        return [
            [
                piece if piece.size else replace(piece, size=self._weight(piece, next(sizes)))
                for piece in run
            ]
            for run in found
        ]

    def _weight(self, piece: Piece, tokens: int) -> int:
        if piece.end - piece.start <= _CHARACTERS_PER_TOKEN * tokens:
            return max(tokens, 1)
        dense = len("".join(self._text[piece.start : piece.end].split()))
        return max(tokens, 1, -(-dense // _CHARACTERS_PER_TOKEN))


def _fit(measure: _Measure, cuts: Sequence[_Cut]) -> list[_Cut]:
    """Halve what is over the limit after all: tokens of joined pieces may exceed their sum."""
    fitting = list(cuts)
    while True:
        verdicts = measure.fits(fitting)
        if all(verdicts):
            return fitting
        fitting = [
            part
            for cut, fits in zip(fitting, verdicts, strict=True)
            for part in ([cut] if fits else measure.halves(cut))
        ]


def _with_overlap(measure: _Measure, cuts: Sequence[_Cut], overlap: int) -> list[_Cut]:
    """Begin each cut with the last whole sentences of the one before it in its section."""
    wider = [cuts[0], *(_widened(*both, overlap) for both in pairwise(cuts))] if cuts else []
    return [
        wide if fits else cut
        for wide, cut, fits in zip(wider, cuts, measure.fits(wider), strict=True)
    ]


def _widened(before: _Cut, cut: _Cut, overlap: int) -> _Cut:
    if before.stretch != cut.stretch:
        return cut
    size, at = 0, len(before.pieces)
    for index in range(len(before.pieces) - 1, 0, -1):
        size += before.pieces[index].size
        if size > overlap:
            break
        if before.pieces[index].strength >= Break.SENTENCE:
            at = index
    return _Cut(before.pieces[at:] + cut.pieces, cut.stretch)
