"""What a spec says of served engines and of its gate is read, and refused with its line."""

from pathlib import Path

import pytest

from evals.spec import BenchSpec, Gate, ServedEngine
from evals.spec_reading import read_spec
from rag.errors import BenchError


def read(folder: Path, text: str) -> BenchSpec:
    file = folder / "mine.yaml"
    file.write_text(f"dataset: sample\n{text}", encoding="utf-8")
    return read_spec(file)


def test_engines_are_named_one_by_one_or_switched_on_and_off(tmp_path: Path) -> None:
    def served(said: str) -> tuple[ServedEngine, ...]:
        return read(tmp_path, f"served: {said}\n").served

    chroma = ServedEngine("chroma", "chroma")
    assert BenchSpec("x", "sample").served == served("true") == served("[chroma]") == (chroma,)
    assert served("false") == served("[]") == ()
    sparse = ServedEngine("sparse", "faiss-hnsw", {"M": 8, "ef_search": 20})
    said = "[faiss-flat, {kind: faiss-hnsw, name: sparse, options: {M: 8, ef_search: 20}}]"
    assert served(said) == (ServedEngine("faiss-flat", "faiss-flat"), sparse)


def test_a_gate_holds_a_file_beside_the_spec(tmp_path: Path) -> None:
    gate = read(tmp_path, "gate: {baseline: held/a.json, margin: 0.01, measures: [R@5]}\n").gate
    assert gate == Gate(str(tmp_path / "held/a.json"), measures=("R@5",), margin=0.01)
    absolute = read(tmp_path, "gate: {baseline: /held/a.json, cells: [a, b], alpha: 0.1}\n").gate
    assert absolute == Gate("/held/a.json", cells=("a", "b"), alpha=0.1)
    assert read(tmp_path, "").gate is None


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("served:\n  - chroma\n  - lucene\n", 4, "faiss-flat"),
        ("served: chroma\n", 2, "wanted true, false, or a list"),
        ("served: [chroma, chroma]\n", 2, "two engines are called 'chroma'"),
        ("served:\n  - {name: a.b, kind: chroma}\n", 3, "full stop"),
        ("served:\n  - {name: a}\n", 3, "wanted the key kind"),
        ("served:\n  - {kind: faiss-hnsw, options: {m: 8}}\n", 3, "M, ef_construction"),
        ("served:\n  - {kind: faiss-hnsw, options: {M: 1}}\n", 3, "2 or more"),
        ("served:\n  - {kind: faiss-hnsw, options: {M: many}}\n", 3, "a whole number"),
        ("served:\n  - {kind: faiss-hnsw, options: {ef_search: true}}\n", 3, "ef_search"),
        ("served:\n  - {kind: chroma, options: {M: 8}}\n", 3, "there are: none"),
        ("gate: {margin: 0.1}\n", 2, "wanted the key baseline"),
        ("gate: held.json\n", 2, "wanted a table"),
        ("gate:\n  basline: a.json\n", 3, "baseline"),
        ("gate:\n  baseline: a.json\n  margin: -1\n", 4, "0 or more"),
        ("gate:\n  baseline: a.json\n  margin: .nan\n", 4, "0 or more"),
        ("gate:\n  baseline: a.json\n  alpha: 1\n", 4, "between 0 and 1"),
        ("gate:\n  baseline: a.json\n  measures: [recall]\n", 4, "recall"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    with pytest.raises(BenchError) as caught:
        read(tmp_path, text)
    message = str(caught.value)
    assert f"line {line}" in message
    assert said in message
    assert "\n" not in message
