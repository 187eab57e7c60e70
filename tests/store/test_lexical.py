import math
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from rag.errors import StoreError
from rag.store.lexical import LexicalEntry, LexicalIndex
from rag.store.tokens import query_weights, tokenize

NAMES = "amber brick cedar delta ember frost glade heron iris juniper kelp lotus maple"
WORDS = NAMES.split()


def entry(id_: str, text: str, *, title: str = "", section: tuple[str, ...] = ()) -> LexicalEntry:
    return LexicalEntry(id_, title, section, text)


def random_entries(count: int, *, seed: int = 0, prefix: str = "p") -> list[LexicalEntry]:
    draw = random.Random(seed)
    return [
        entry(f"{prefix}{number:04}", " ".join(draw.choices(WORDS, k=draw.randint(3, 30))))
        for number in range(count)
    ]


def built(path: Path, entries: Sequence[LexicalEntry]) -> LexicalIndex:
    index = LexicalIndex(path / "lexical")
    index.rebuild(entries)
    return index


def ids_found(index: LexicalIndex, query: str, k: int = 10) -> list[str]:
    return [hit.id for hit in index.search(query, k)]


def bm25(entries: Sequence[LexicalEntry], query: str) -> dict[str, float]:
    """BM25 by its formula, with lengths rounded down as tantivy keeps them (exact below 40)."""
    texts = {e.id: Counter(tokenize("\n".join((e.title, *e.section, e.text)))) for e in entries}
    lengths = {id_: sum(counts.values()) for id_, counts in texts.items()}
    average = sum(lengths.values()) / len(lengths)
    scores: dict[str, float] = {}
    for word, weight in query_weights(query).items():
        holders = [id_ for id_, counts in texts.items() if word in counts]
        idf = math.log(1 + (len(texts) - len(holders) + 0.5) / (len(holders) + 0.5))
        for id_ in holders:
            tf = texts[id_][word]
            norm = 1.2 * (1 - 0.75 + 0.75 * lengths[id_] / average)
            scores[id_] = scores.get(id_, 0.0) + weight * idf * tf * 2.2 / (tf + norm)
    return scores


def test_scores_are_bm25_by_its_formula(tmp_path: Path):
    entries = [*random_entries(60), entry("zh", "中国 lotus")]
    index = built(tmp_path, entries)
    for query in ("amber", "brick cedar", "iris iris lotus", "kelp maple unheard", "lotus 中国"):
        expected = bm25(entries, query)
        hits = index.search(query, 100)
        assert {hit.id for hit in hits} == set(expected)
        for hit in hits:
            assert hit.score == pytest.approx(expected[hit.id], abs=2e-4)


def test_hits_come_best_first_and_ties_by_id(tmp_path: Path):
    entries = [entry(id_, "lotus pond") for id_ in ("c", "a", "e", "b", "d")]
    index = built(tmp_path, [*entries, entry("z", "lotus")])
    assert ids_found(index, "lotus", 4) == ["z", "a", "b", "c"]


def test_ties_beyond_the_first_look_are_still_cut_by_id(tmp_path: Path):
    entries = [entry(f"{number:03}", "lotus pond") for number in range(300)]
    random.Random(1).shuffle(entries)
    assert ids_found(built(tmp_path, entries), "lotus", 3) == ["000", "001", "002"]


def test_thousands_of_ties_do_not_read_the_whole_index(tmp_path: Path):
    index = built(tmp_path, [entry(f"{number:05}", "lotus") for number in range(12_000)])
    assert len(index.search("lotus", 5)) == 5


def test_title_and_section_are_searched(tmp_path: Path):
    index = built(tmp_path, [entry("a", "text", title="Guarantee", section=("Pumps", "Repairs"))])
    assert ids_found(index, "guarantee") == ids_found(index, "repair") == ["a"]


def test_a_word_in_the_heading_counts_more_than_one_in_the_text(tmp_path: Path):
    entries = [
        entry("a", "guarantee pump"),
        entry("b", "guarantee", section=("pump",)),
        entry("c", "valve hose", title="filter"),
    ]
    assert ids_found(built(tmp_path, entries), "pump") == ["b", "a"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("泵的保修期是多久？", ["zh"]),
        ("泵", ["zh"]),
        ("SKU-4563", ["en"]),
        ("4563", ["en"]),
        ("guaranteed pumps", ["en"]),
        ("ポンプ", ["ja"]),
        ("펌프", ["ko"]),
    ],
)
def test_every_script_and_identifiers_are_found(tmp_path: Path, query: str, expected: list[str]):
    index = built(
        tmp_path,
        [
            entry("en", "The pump SKU-4563 has a guarantee of two years."),
            entry("zh", "这台泵的保修期为两年。"),
            entry("ja", "このポンプの保証期間は二年です。"),
            entry("ko", "이 펌프의 보증 기간은 2년입니다."),
        ],
    )
    assert ids_found(index, query, 1) == expected


@pytest.mark.parametrize(
    "query", ["", "  ", "?!", "zzzunheard", '"a AND (b', "id:en text:*", "\x00"]
)
def test_a_query_without_known_words_finds_nothing(tmp_path: Path, query: str):
    assert built(tmp_path, [entry("en", "pump")]).search(query, 5) == []


def test_asking_for_none_gives_none(tmp_path: Path):
    assert built(tmp_path, [entry("a", "pump")]).search("pump", 0) == []


def test_an_empty_index_is_searched_and_listed(tmp_path: Path):
    index = built(tmp_path, [])
    assert index.search("pump", 5) == []
    assert index.ids() == set()
    assert index.dead_share() == 0


@pytest.mark.parametrize("size", [1, 20, 150])
def test_a_search_among_allowed_ids_ranks_as_the_search_of_all_does(tmp_path: Path, size: int):
    index = built(tmp_path, random_entries(200))
    allowed = (
        {hit.id for hit in random.Random(2).sample(index.search("amber brick", 200), size)}
        if size < 150
        else index.ids() - {"p0003"}
    )
    everything = index.search("amber brick", 200)
    expected = [hit for hit in everything if hit.id in allowed][:5]
    assert index.search("amber brick", 5, allowed=allowed) == expected
    assert index.search("amber brick", 5, allowed=OnlyContains(allowed)) == expected


class OnlyContains:
    """A container that knows neither its size nor its members."""

    def __init__(self, ids: set[str]) -> None:
        self._ids = ids

    def __contains__(self, id_: object) -> bool:
        return id_ in self._ids


def test_no_allowed_id_finds_nothing(tmp_path: Path):
    assert built(tmp_path, [entry("a", "pump")]).search("pump", 5, allowed=set()) == []


def test_deleted_passages_are_never_found_again(tmp_path: Path):
    index = built(tmp_path, [entry("a", "pump one"), entry("b", "pump two")])
    index.update([], ["a", "never-there"])
    assert ids_found(index, "pump") == ["b"]
    assert index.ids() == {"b"}
    assert index.dead_share() == pytest.approx(0.5)


def test_an_id_added_again_replaces_its_text(tmp_path: Path):
    index = built(tmp_path, [entry("a", "pump")])
    index.update([entry("a", "valve"), entry("a", "hose")], [])
    assert ids_found(index, "pump valve") == []
    assert ids_found(index, "hose") == ["a"]


def test_deleting_and_adding_an_id_at_once_keeps_it(tmp_path: Path):
    index = built(tmp_path, [entry("a", "pump")])
    index.update([entry("a", "hose")], ["a"])
    assert ids_found(index, "hose pump") == ["a"]


def test_many_small_updates_rank_as_one_build(tmp_path: Path):
    entries = random_entries(120)
    fresh = built(tmp_path / "fresh", entries)
    grown = built(tmp_path / "grown", [])
    shuffled = random.Random(3).sample(entries, len(entries))
    for start in range(0, len(shuffled), 10):
        grown.update(shuffled[start : start + 10], [])
    for query in ("amber", "brick cedar delta", "lotus maple maple"):
        assert grown.search(query, 50) == fresh.search(query, 50)


def test_after_a_rebuild_no_trace_of_the_dead_is_left(tmp_path: Path):
    kept, dead = random_entries(50), random_entries(50, seed=9, prefix="dead")
    fresh = built(tmp_path / "fresh", kept)
    updated = built(tmp_path / "updated", kept + dead)
    updated.update([], [e.id for e in dead])
    updated.rebuild(kept)
    assert updated.dead_share() == 0
    assert updated.search("amber brick", 50) == fresh.search("amber brick", 50)


def test_another_reader_sees_a_commit_and_a_rebuild(tmp_path: Path):
    writer = built(tmp_path, [entry("a", "pump")])
    reader = LexicalIndex(tmp_path / "lexical")
    assert ids_found(reader, "pump") == ["a"]
    writer.update([entry("b", "pump")], [])
    assert ids_found(reader, "pump") == ["a", "b"]
    writer.rebuild([entry("c", "pump")])
    assert ids_found(reader, "pump") == ["c"]


def test_a_reader_in_another_process_sees_a_commit(tmp_path: Path):
    writer = built(tmp_path, [entry("a", "pump")])
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from rag.store.lexical import LexicalIndex\n"
        "index = LexicalIndex(Path(sys.argv[1]))\n"
        "for _ in sys.stdin:\n"
        "    print(*[hit.id for hit in index.search('pump', 9)], flush=True)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "lexical")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdin and reader.stdout
        answers = []
        for update in ([entry("b", "pump")], [entry("c", "pump")]):
            reader.stdin.write("\n")
            reader.stdin.flush()
            answers.append(reader.stdout.readline().split())
            writer.update(update, ["a"])
        answers.append(reader.communicate("\n")[0].split())
    assert answers == [["a"], ["b"], ["b", "c"]]


def test_files_are_readable_by_their_owner_only(tmp_path: Path):
    index = built(tmp_path, random_entries(5))
    index.update(random_entries(5, seed=1, prefix="q"), ["p0001"])
    folder = tmp_path / "lexical"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_a_missing_index_raises_until_it_is_rebuilt(tmp_path: Path):
    index = LexicalIndex(tmp_path / "lexical")
    for call in (
        lambda: index.search("pump", 1),
        lambda: index.search("", 1),
        lambda: index.ids(),
        lambda: index.update([entry("a", "pump")], []),
    ):
        with pytest.raises(StoreError, match="rag sync"):
            call()
    index.rebuild([entry("a", "pump")])
    assert ids_found(index, "pump") == ["a"]


def test_an_index_of_another_token_version_raises(tmp_path: Path):
    built(tmp_path, [entry("a", "pump")])
    marker = tmp_path / "lexical" / "rag-lexical.json"
    marker.write_text(marker.read_text().replace('"tokens": 1', '"tokens": 0'))
    with pytest.raises(StoreError, match="format"):
        LexicalIndex(tmp_path / "lexical").search("pump", 1)


def test_a_foreign_file_or_folder_raises_and_is_replaced(tmp_path: Path):
    for number, make in enumerate((Path.touch, Path.mkdir)):
        path = tmp_path / f"lexical{number}"
        make(path)
        index = LexicalIndex(path)
        with pytest.raises(StoreError):
            index.search("pump", 1)
        index.rebuild([entry("a", "pump")])
        assert ids_found(index, "pump") == ["a"]


@pytest.mark.parametrize("damage", ["missing", "empty", "halved", "noise"])
def test_damaged_files_raise_or_leave_the_answer_right(tmp_path: Path, damage: str):
    entries = random_entries(300)
    expected = built(tmp_path / "whole", entries).search("amber brick", 20)
    names = [file.name for file in (tmp_path / "whole" / "lexical").iterdir()]
    raised = 0
    for number in range(len(names)):
        index = built(tmp_path / str(number), entries)
        index.close()
        file = sorted((tmp_path / str(number) / "lexical").iterdir())[number]
        _damage(file, damage)
        raised += _raises_or_answers(index, expected)
        index.rebuild(entries)
        assert index.search("amber brick", 20) == expected
    assert raised >= 3


def _damage(file: Path, damage: str) -> None:
    content = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(
            {
                "empty": b"",
                "halved": content[: len(content) // 2],
                "noise": random.Random(4).randbytes(len(content)),
            }[damage]
        )


def _raises_or_answers(index: LexicalIndex, expected: list) -> bool:
    try:
        assert index.search("amber brick", 20) == expected
    except StoreError:
        return True
    return False


def test_a_writer_killed_at_any_moment_leaves_a_whole_state(tmp_path: Path):
    draw = random.Random(5)
    before = random_entries(50)
    index = built(tmp_path, before)
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.store.test_lexical import random_entries\n"
        "from rag.store.lexical import LexicalIndex\n"
        "index = LexicalIndex(Path(sys.argv[1]))\n"
        "print('ready', flush=True)\n"
        "for turn in range(10_000):\n"
        "    new = random_entries(50, seed=turn, prefix=f't{turn}-')\n"
        "    index.update(new, index.ids())\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "lexical")]
    seen = set()
    for _ in range(8):
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        ) as writer:
            assert writer.stdout
            writer.stdout.readline()
            time.sleep(draw.uniform(0, 0.4))
            os.kill(writer.pid, signal.SIGKILL)
        ids = index.ids()
        assert len(ids) == 50
        assert len({id_.split("-")[0] for id_ in ids if id_.startswith("t")}) <= 1
        index.search("amber", 5)
        seen |= ids
    assert len(seen) > 50
    index.update(before, index.ids())
    assert index.ids() == {e.id for e in before}


def test_files_of_an_unfinished_commit_do_not_stop_the_next(tmp_path: Path):
    index = built(tmp_path, random_entries(50))
    folder, twin = tmp_path / "lexical", tmp_path / "twin"
    shutil.copytree(folder, twin)
    LexicalIndex(twin).update([], ["p0001"])
    leftovers = [file for file in twin.glob("*.del") if not (folder / file.name).exists()]
    assert leftovers
    for file in [*leftovers, twin / ".managed.json"]:
        shutil.copy(file, folder)
    index.update([], ["p0001"])
    assert "p0001" not in index.ids()


def test_a_rebuild_killed_at_any_moment_leaves_none_or_the_whole(tmp_path: Path):
    draw = random.Random(6)
    built(tmp_path, random_entries(50))
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.store.test_lexical import random_entries\n"
        "from rag.store.lexical import LexicalIndex\n"
        "index = LexicalIndex(Path(sys.argv[1]))\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    index.rebuild(random_entries(2000))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "lexical")]
    for _ in range(6):
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        ) as writer:
            assert writer.stdout
            writer.stdout.readline()
            time.sleep(draw.uniform(0, 0.6))
            os.kill(writer.pid, signal.SIGKILL)
        try:
            found = LexicalIndex(tmp_path / "lexical").ids()
        except StoreError:
            continue
        assert len(found) in {50, 2000}
