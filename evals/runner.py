"""Plans and runs a benchmark: every stage once, whatever cell needs it; draws nothing.

Everything made is kept in the cache folder at once, so a run that was stopped goes on where it was.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path

from evals.asking.models import ChatModels, FindAccess, find_access
from evals.cell_replies import with_replies
from evals.cells import Cell, Cells, expand
from evals.datasets.base import EvalSet
from evals.depth import Depth, passages_wanted
from evals.embedding_cache import CachedEmbeddings
from evals.exact_store import ExactStore
from evals.gold import Question, Span
from evals.judgements import judgement_of
from evals.keys import retrieve_key, stage_key, write_json
from evals.measuring import MeasureName, deepest, deepest_cut, default_measures
from evals.queries import Queries, condensing_key, queries_of
from evals.rerankers import Rerankers
from evals.results import RankedPassage
from evals.retrieving import Asked, Retrieved, retrieve
from evals.runs import BenchProgress, CellRun, Runs, silent
from evals.spec import BenchSpec
from evals.spending import over_budget
from evals.splits import Split, SplitStage
from evals.stages import BuiltIndex, IndexStage
from rag.assembly import open_embeddings
from rag.embeddings import PassageEmbeddings
from rag.errors import BenchError, RagError
from rag.settings import EmbeddingSettings, Settings, SplitterSettings

OpenModel = Callable[[EmbeddingSettings], PassageEmbeddings]


class Bench:
    """One benchmark over one set, with everything its cells share.

    Args:
        spec: What to run.
        dataset: The set it names.
        cache: Folder for everything that is kept between runs.
        open_model: How an embedding model is opened.
        find_access: Adds key and endpoint to the settings of a chat model.
        progress: Told how far it is.
    """

    def __init__(
        self,
        spec: BenchSpec,
        dataset: EvalSet,
        cache: Path,
        *,
        open_model: OpenModel = open_embeddings,
        find_access: FindAccess = find_access,
        progress: BenchProgress = silent,
    ) -> None:
        self.spec = spec
        self.dataset = dataset
        self.cache = cache
        self.progress = progress
        self.chats = ChatModels(cache / "replies.sqlite3", find_access=find_access)
        self.rerankers = Rerankers(cache / "rerank.sqlite3")
        self._queries: dict[str, Queries] = {}
        self._open_model = open_model
        self._models: dict[EmbeddingSettings, CachedEmbeddings] = {}
        self._stores: dict[str, ExactStore] = {}
        self._splits: dict[tuple[SplitterSettings, EmbeddingSettings], Split] = {}
        self.splitting = SplitStage(cache, dataset.documents)
        self.indexing = IndexStage(cache, dataset.documents)
        self._texts = {document.source: document.text for document in dataset.documents}
        self._counted: dict[tuple[EmbeddingSettings, str, int, int], int] = {}
        self.started = time.monotonic()

    def close(self) -> None:
        """Let go of indexes and caches."""
        for store in self._stores.values():
            store.close()
        for model in self._models.values():
            model.close()
        self.chats.close()
        self.rerankers.close()

    # What is asked

    @cached_property
    def cells(self) -> Cells:
        """All cells."""
        return expand(self.spec)

    @cached_property
    def measures(self) -> tuple[MeasureName, ...]:
        """What is measured; the primary one is first."""
        names = self.spec.measures or default_measures(self.dataset.questions)
        primary = self.spec.primary
        ordered = dict.fromkeys([*([primary] if primary else []), *names])
        return tuple(MeasureName.parse(name) for name in ordered)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The questions that are asked.

        Raises:
            BenchError: There are none.
        """
        questions = self.dataset.questions[: self.spec.questions]
        if not questions:
            raise BenchError(f"the set {self.dataset.name} has no questions; nothing to measure")
        return questions

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        """What is searched under the baseline's settings; rivals are asked the same."""
        return self.queries(self.baseline_settings).asked

    def queries(self, settings: Settings) -> Queries:
        """Return what is searched for each question under these settings."""
        chat = self.chats.open(settings.chat)
        key = condensing_key(settings, chat)
        if key not in self._queries:
            self._queries[key] = queries_of(
                self.questions,
                settings,
                chat,
                at_once=self.spec.calls_at_once,
                tell=lambda done: self.progress("rewrite", done, 0, ""),
            )
        return self._queries[key]

    @cached_property
    def depth(self) -> Depth:
        """How deep rankings go."""
        primary = self.measures[0]
        judged = any(question.graded for question in self.questions)
        decisive = primary.cut if primary.cut and not primary.in_tokens else 10
        return Depth(
            deepest(self.measures), deepest_cut(self.measures), decisive, by_document=judged
        )

    # What cells share

    @property
    def baseline_settings(self) -> Settings:
        """Settings that rivals share: model, k; the defaults where the baseline is a rival."""
        cells = {cell.name: cell for cell in self.cells.cells}
        return cells[self.cells.baseline].settings or Settings()

    def model(self, settings: Settings) -> CachedEmbeddings:
        """Return the embedding model of a cell."""
        wanted = settings.embedding
        if wanted not in self._models:
            file = self.cache / "embeddings.sqlite3"
            self._models[wanted] = CachedEmbeddings(self._open_model(wanted), file)
        return self._models[wanted]

    @property
    def embedded(self) -> int:
        """Texts that this run had to embed."""
        return sum(model.embedded for model in self._models.values())

    def split(self, settings: Settings) -> Split:
        """Return the splitting of a cell."""
        wanted = (settings.splitter, settings.embedding)
        if wanted not in self._splits:
            self._splits[wanted] = self.splitting.split(settings, self.model(settings))
        return self._splits[wanted]

    def index(self, settings: Settings) -> BuiltIndex:
        """Return the index of a cell."""
        split, model = self.split(settings), self.model(settings)
        return self.indexing.build(settings, split, model, self.progress)

    def store(self, index: BuiltIndex) -> ExactStore:
        """Return an index opened for exact search."""
        if index.key not in self._stores:
            self._stores[index.key] = ExactStore(index.folder)
        return self._stores[index.key]

    def count_tokens(self, place: RankedPassage, settings: Settings) -> int:
        """Return the tokens of a passage; those of the splitting are known."""
        known = self.split(settings).tokens_at.get(place[:3])
        if known is not None:
            return known
        key = (settings.embedding, *place[:3])
        if key not in self._counted:
            self._counted[key] = self.model(settings).count_tokens([self.text(place)])[0]
        return self._counted[key]

    def text(self, place: RankedPassage | Span) -> str:
        """Return the text of a passage."""
        return self._texts.get(place.source, "")[place.start_index : place.end_index]

    # Running

    def run(self) -> Runs:
        """Run every cell; one that cannot be run is listed with why.

        Raises:
            BenchError: The baseline cannot be run.
        """
        runs: list[CellRun] = []
        skipped: dict[str, str] = {}
        for done, cell in enumerate(self._in_order()):
            self.progress("cells", done, len(self.cells.cells), cell.name)
            try:
                over = over_budget(self, cell)
                if over is None:
                    runs.append(self._run_cell(cell))
                else:
                    skipped[cell.name] = over
            except RagError as error:
                skipped[cell.name] = str(error)
        self.progress("cells", len(self.cells.cells), len(self.cells.cells), "")
        if self.cells.baseline in skipped:
            reason = skipped[self.cells.baseline]
            raise BenchError(f"the baseline {self.cells.baseline!r} was not run: {reason}")
        order = [cell.name for cell in self.cells.cells]
        return Runs(tuple(sorted(runs, key=lambda one: order.index(one.cell.name))), skipped)

    def _in_order(self) -> list[Cell]:
        """Return the baseline first, so that a budget that runs out leaves something to compare."""
        return sorted(self.cells.cells, key=lambda cell: cell.name != self.cells.baseline)

    def _run_cell(self, cell: Cell) -> CellRun:
        if cell.settings is None:
            from evals.rival_cells import run_rival

            return run_rival(self, cell)
        return self._run_own(cell, cell.settings)

    def _run_own(self, cell: Cell, settings: Settings) -> CellRun:
        split, index, queries = self.split(settings), self.index(settings), self.queries(settings)
        retrieved = self.kept(
            self.ranking_key(cell, settings),
            lambda: retrieve(
                queries.asked,
                settings,
                self.store(index),
                self.model(settings),
                reranker=self.rerankers.open(settings.rerank),
                wanted=self._wanted(cell, settings),
                depth=self.depth,
                split=split,
                text=self.text,
                count_tokens=lambda place: self.count_tokens(place, settings),
            ),
        )
        run = CellRun(cell, retrieved, split, index, queries.asked, failed=queries.failed)
        judged = replace(run, judgement=judgement_of(self, settings, index))
        return with_replies(self, judged, settings, index)

    def _wanted(self, cell: Cell, settings: Settings) -> int:
        return passages_wanted(settings, self.depth, k_is_varied="retrieval.k" in cell.overrides)

    def ranking_key(self, cell: Cell, settings: Settings) -> str:
        """Return the key of a cell's rankings.

        Raises:
            RerankerError: Its reranker cannot be had.
        """
        return retrieve_key(
            self.indexing.key(self.split(settings)),
            settings.retrieval.model_dump(exclude={"history"}),
            self.rerankers.identity(settings.rerank),
            self.questions_key(self.queries(settings).asked),
            self._wanted(cell, settings),
            self.depth,
        )

    def questions_key(self, asked: Sequence[Asked]) -> str:
        """Return a hash over all that is asked, with its gold."""
        return stage_key([asdict(one) for one in asked])

    def has_rankings(self, key: str) -> bool:
        """Tell whether rankings are kept under `key`."""
        return self._rankings(key).is_file()

    def _rankings(self, key: str) -> Path:
        return self.cache / "rankings" / f"{key}.json"

    def kept(self, key: str, make: Callable[[], Retrieved]) -> Retrieved:
        """Return the rankings kept under `key`, made now if there are none."""
        file = self._rankings(key)
        if not file.is_file():
            write_json(file, make().to_json())
        return Retrieved.from_json(json.loads(file.read_text(encoding="utf-8")))
