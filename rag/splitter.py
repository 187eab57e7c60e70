"""Cuts a document into passages at its structure and sentence ends; knows no model or store."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from zlib import crc32

from rag.documents.document import Heading, LoadedDocument
from rag.errors import SettingsError
from rag.headers import embedding_header
from rag.pieces import Break, Piece, finer, pieces
from rag.sentences import sentences

# Raise when the same document yields other passages: sources are then split again.
SPLITTER_VERSION = 1

CountTokens = Callable[[Sequence[str]], list[int]]

# A passage is cut where it is at least this full, so that there is a choice of places.
_FULL_ENOUGH = 0.55
# A block that fits whole into the next passage may leave this one only so full.
_FULL_ENOUGH_BEFORE_BLOCK = 0.25
# Characters other than blanks that one token can stand for in earnest: a model counts a line of
# base64 as one unknown token, which must not make it one endless passage.
_CHARACTERS_PER_TOKEN = 8
_FEWEST_TEXT_TOKENS = 8
_LONGEST_SENTENCE = 2000


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
    """

    ordinal: int
    start_index: int
    end_index: int
    text: str
    page: int | None
    section: tuple[str, ...]


def embedding_text(title: str, section: tuple[str, ...], text: str) -> str:
    """Return the exact string that is embedded for a passage: title, heading path, then text.

    Title and path are shortened so that they cannot crowd out the text, and what the text itself
    opens with is not repeated.
    """
    header = embedding_header(title, section, text)
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

    A passage never crosses a heading, nor a page but to end its last sentence. Inside a section it
    ends at the best place at hand (paragraph, then list item or row, sentence, word), and which of
    several equal places is taken depends on the words there alone, so that an edit changes only
    the passages around it.

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
    groups = _groups(document)
    overlap = min(overlap_tokens, measure.least_room(groups) // 2)
    cores = [
        _Cut(tuple(cut), group)
        for group, found in zip(groups, measure.pieces(groups, overlap), strict=True)
        for cut in _pack(document.text, found, measure.room(group.section) - overlap)
    ]
    fitting = _fit(measure, cores)
    cuts = _with_overlap(measure, fitting, overlap) if overlap else fitting
    return [_passage(document, ordinal, cut) for ordinal, cut in enumerate(cuts)]


@dataclass(frozen=True, slots=True)
class _Group:
    """A stretch no passage may leave: a section, or bare headings with the section they open."""

    start: int
    end: int
    section: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Cut:
    """The pieces of one passage, without gap."""

    pieces: tuple[Piece, ...]
    group: _Group

    @property
    def start(self) -> int:
        return self.pieces[0].start

    @property
    def end(self) -> int:
        return self.pieces[-1].end


def _passage(document: LoadedDocument, ordinal: int, cut: _Cut) -> Passage:
    return Passage(
        ordinal=ordinal,
        start_index=cut.start,
        end_index=cut.end,
        text=document.text[cut.start : cut.end],
        page=document.page_at(cut.start),
        section=cut.group.section,
    )


def _groups(document: LoadedDocument) -> list[_Group]:
    """Cut at every heading and page, but leave a bare heading with what follows it."""
    sections = _sections(document)
    edges = sorted({0, *sections, *_page_edges(document), len(document.text)})
    groups: list[_Group] = []
    start, section = 0, tuple[str, ...]()
    for first, end in pairwise(edges):
        section = sections.get(first, section)
        is_bare = first in sections and _is_bare(document.text, first, end)
        if end == len(document.text) or not is_bare:
            groups.append(_Group(start, end, section))
            start = end
    return groups


def _sections(document: LoadedDocument) -> dict[int, tuple[str, ...]]:
    """Map where each heading starts to the titles above what follows, in one pass."""
    sections: dict[int, tuple[str, ...]] = {}
    path: list[Heading] = []
    for heading in document.headings:
        while path and path[-1].level >= heading.level:
            path.pop()
        path.append(heading)
        sections[heading.start_index] = tuple(above.title for above in path)
    return sections


def _page_edges(document: LoadedDocument) -> Iterator[int]:
    """Yield where pages end, so that a passage has one page; the last sentence may run over."""
    for start in document.page_starts[1:]:
        if document.text.endswith("\n\n", 0, start):
            yield start
        else:
            ahead = sentences(document.text[start : start + _LONGEST_SENTENCE])
            yield start + (ahead[0][1] if ahead else 0)


def _is_bare(text: str, start: int, end: int) -> bool:
    """Say whether the stretch that opens with a heading line says nothing after it."""
    _, _, body = text[start:end].strip().partition("\n")
    return not any(character.isalnum() for character in body)


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
        self._rooms: dict[tuple[str, ...], int] = {}

    def least_room(self, groups: Sequence[_Group]) -> int:
        """Return the fewest tokens that any header leaves for text."""
        sections = list(dict.fromkeys(group.section for group in groups))
        titles = [self._document.title] * len(sections)
        headers = [embedding_header(*both, "") for both in zip(titles, sections, strict=True)]
        sizes = self._count(headers) if self._header else [0] * len(sections)
        self._rooms = {
            section: self._max_tokens - size for section, size in zip(sections, sizes, strict=True)
        }
        least = min(self._rooms.values(), default=self._max_tokens)
        if least < _FEWEST_TEXT_TOKENS:
            raise SettingsError(
                f"title and headings take {self._max_tokens - least} of the {self._max_tokens} "
                "tokens of a passage; raise splitter.max_tokens or set splitter.header to false"
            )
        return least

    def room(self, section: tuple[str, ...]) -> int:
        """Return the tokens that the header of `section` leaves for text."""
        return self._rooms[section]

    def pieces(self, groups: Sequence[_Group], reserve: int) -> list[list[Piece]]:
        """Return the pieces of each group, none larger than its room less `reserve`."""
        found = [pieces(self._document, group.start, group.end) for group in groups]
        limits = [self.room(group.section) - reserve for group in groups]
        found = self._sized(found)
        while any(
            piece.size > limit
            for group, limit in zip(found, limits, strict=True)
            for piece in group
        ):
            found = self._sized(
                [
                    [part for piece in group for part in self._within(piece, limit)]
                    for group, limit in zip(found, limits, strict=True)
                ]
            )
        return found

    def fits(self, cuts: Sequence[_Cut]) -> list[bool]:
        """Say of each cut whether what would be embedded for it is within the limit."""
        texts = [self._text[cut.start : cut.end] for cut in cuts]
        if self._header:
            title = self._document.title
            texts = [
                embedding_text(title, cut.group.section, text)
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
        return [_Cut(part, cut.group) for part in parts]

    def _within(self, piece: Piece, limit: int) -> list[Piece]:
        if piece.size <= limit or piece.end - piece.start == 1:
            return [replace(piece, size=min(piece.size, limit))]
        return finer(self._text, piece)

    def _sized(self, found: list[list[Piece]]) -> list[list[Piece]]:
        """Count the pieces not yet counted, all in one call."""
        new = [piece for group in found for piece in group if not piece.size]
        sizes = iter(self._count([self._text[piece.start : piece.end] for piece in new]))
        return [
            [
                piece if piece.size else replace(piece, size=self._weight(piece, next(sizes)))
                for piece in group
            ]
            for group in found
        ]

    def _weight(self, piece: Piece, tokens: int) -> int:
        if piece.end - piece.start <= _CHARACTERS_PER_TOKEN * tokens:
            return max(tokens, 1)
        dense = len("".join(self._text[piece.start : piece.end].split()))
        return max(tokens, 1, -(-dense // _CHARACTERS_PER_TOKEN))


def _pack(text: str, found: Sequence[Piece], room: int) -> Iterator[Sequence[Piece]]:
    """Yield runs of pieces whose sizes sum to at most `room`."""
    start = 0
    while start < len(found):
        end = _next_cut(text, found, start, room)
        yield found[start:end]
        start = end


def _next_cut(text: str, found: Sequence[Piece], start: int, room: int) -> int:
    """Return the position after the last piece of the passage that begins at `start`."""
    filled, size = [0], 0
    while start + len(filled) <= len(found):
        size += found[start + len(filled) - 1].size
        if size > room:
            break
        filled.append(size)
    last = start + len(filled) - 1
    if last == len(found):
        return last
    places = [at for at in range(start + 1, last + 1) if filled[at - start] >= room * _FULL_ENOUGH]
    best = _best_place(text, found, places or [last])
    if found[best].strength >= Break.PARAGRAPH:
        return best
    early = [
        at
        for at in range(start + 1, best)
        if found[at].strength >= Break.PARAGRAPH
        and filled[at - start] >= room * _FULL_ENOUGH_BEFORE_BLOCK
        and _paragraph_fits(found, at, room)
    ]
    return early[-1] if early else best


def _best_place(text: str, found: Sequence[Piece], places: Sequence[int]) -> int:
    """Return the strongest place; of equals the one its own words choose.

    Words and not fullness choose, so that two versions of a text come to cut at the same places
    again soon after the sentence in which they differ.
    """
    return max(
        places,
        key=lambda at: (
            found[at].strength,
            crc32(text[found[at].start : found[at].end].encode("utf-8", "replace")),
        ),
    )


def _paragraph_fits(found: Sequence[Piece], start: int, room: int) -> bool:
    """Say whether the paragraph or block that begins at `start` fits into one passage."""
    size = found[start].size
    for piece in found[start + 1 :]:
        if piece.strength >= Break.PARAGRAPH or size > room:
            break
        size += piece.size
    return size <= room


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
    if before.group != cut.group:
        return cut
    size, at = 0, len(before.pieces)
    for index in range(len(before.pieces) - 1, 0, -1):
        size += before.pieces[index].size
        if size > overlap:
            break
        if before.pieces[index].strength >= Break.SENTENCE:
            at = index
    return _Cut(before.pieces[at:] + cut.pieces, cut.group)
