import json
import shutil
import subprocess
import sys

import pytest

from rag.embedding.fingerprint import Fingerprint
from rag.embedding.recipe import read_recipe
from rag.embedding.tokens import TokenCounter
from rag.errors import EmbeddingError
from tests.embedding.tiny_model import DIMENSION, build_tiny_model


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return build_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def copy(tiny, tmp_path):
    return shutil.copytree(tiny, tmp_path / "copy")


def write(path, **changes):
    content = json.loads(path.read_text()) if path.exists() else {}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({**content, **changes}))


def fingerprint(**changes) -> Fingerprint:
    values = {
        "model": "a/b", "weights_sha256": "1", "revision": None, "dimension": 3,
        "pooling": "mean", "normalised": True, "query_prompt": "", "document_prompt": "",
        "max_tokens": 254, "backend": "torch-float32", "recipe_sha256": "2",
    }  # fmt: skip
    return Fingerprint(**{**values, **changes})


def test_a_copy_elsewhere_has_the_same_recipe(tiny, copy):
    ours, theirs = read_recipe(tiny), read_recipe(copy)
    assert ours.recipe_sha256 == theirs.recipe_sha256
    assert ours.weights_sha256 == theirs.weights_sha256


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("config.json", {"hidden_act": "relu"}),
        ("1_Pooling/config.json", {"pooling_mode": "cls"}),
        ("sentence_bert_config.json", {"do_lower_case": True}),
        ("tokenizer.json", {"normalizer": None}),
    ],
)
def test_what_changes_vectors_changes_the_recipe(tiny, copy, name, changes):
    write(copy / name, **changes)
    assert read_recipe(copy).recipe_sha256 != read_recipe(tiny).recipe_sha256


def test_who_saved_the_model_does_not_change_the_recipe(tiny, copy):
    write(copy / "config.json", transformers_version="99", _name_or_path="somewhere")
    assert read_recipe(copy).recipe_sha256 == read_recipe(tiny).recipe_sha256


def test_a_second_module_with_weights_counts(tiny, copy):
    modules = json.loads((copy / "modules.json").read_text())
    dense = {"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"}
    (copy / "modules.json").write_text(json.dumps([*modules, dense]))
    write(copy / "2_Dense/config.json", in_features=DIMENSION, out_features=5)
    (copy / "2_Dense/model.safetensors").write_bytes(b"weights")
    recipe = read_recipe(copy)
    assert recipe.dimension == 5
    assert recipe.weights_sha256 != read_recipe(tiny).weights_sha256


def test_several_pooling_modes_lengthen_the_vector(copy):
    write(copy / "1_Pooling/config.json", pooling_mode=["cls", "mean"])
    recipe = read_recipe(copy)
    assert (recipe.pooling, recipe.dimension) == ("cls+mean", 2 * DIMENSION)


def test_truncated_dimensions_shorten_the_vector(copy):
    write(copy / "config_sentence_transformers.json", truncate_dim=4)
    assert read_recipe(copy).dimension == 4


def test_the_window_falls_back_to_the_smaller_of_tokenizer_and_positions(copy):
    (copy / "sentence_bert_config.json").unlink()
    assert read_recipe(copy).max_length == 64
    write(copy / "tokenizer_config.json", model_max_length=40)
    assert read_recipe(copy).max_length == 40


def test_a_module_only_the_library_knows_leaves_the_dimension_open(copy):
    modules = json.loads((copy / "modules.json").read_text())
    modules[1]["type"] = "sentence_transformers.models.CNN"
    (copy / "modules.json").write_text(json.dumps(modules))
    assert read_recipe(copy).dimension is None


@pytest.mark.parametrize(
    ("prompts", "expected"),
    [
        ({"document": "d: ", "passage": "p: "}, "d: "),
        ({"passage": "p: "}, "p: "),
        ({"corpus": "c: "}, "c: "),
        ({"document": None}, ""),
        ({}, ""),
    ],
)
def test_document_prompt_is_the_first_the_model_names(copy, prompts, expected):
    write(copy / "config_sentence_transformers.json", prompts=prompts)
    assert read_recipe(copy).document_prompt == expected


def test_a_bare_transformer_is_pooled_by_mean(copy):
    (copy / "modules.json").unlink()
    recipe = read_recipe(copy)
    assert (recipe.pooling, recipe.dimension) == ("mean", DIMENSION)


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(EmbeddingError, match=r"neither modules\.json nor"):
        read_recipe(tmp_path)


def test_missing_weights_are_named(copy):
    (copy / "model.safetensors").unlink()
    with pytest.raises(EmbeddingError, match="No weights in"):
        read_recipe(copy)


@pytest.mark.parametrize("content", ["{", "[]", "\x00"])
def test_a_damaged_file_is_named(copy, content):
    (copy / "config.json").write_text(content)
    with pytest.raises(EmbeddingError, match=r"config\.json"):
        read_recipe(copy)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("modules.json", [{"path": ""}]),
        ("modules.json", ["Transformer"]),
        ("sentence_bert_config.json", {"max_seq_length": "long"}),
        ("config_sentence_transformers.json", {"prompts": ["query: "]}),
        ("1_Pooling/config.json", {"embedding_dimension": "wide"}),
    ],
)
def test_a_description_out_of_form_is_one_clear_error(copy, name, content):
    (copy / name).write_text(json.dumps(content))
    with pytest.raises(EmbeddingError, match="in no form we know"):
        read_recipe(copy)


def test_digest_ignores_where_the_files_came_from_and_nothing_else():
    base = fingerprint()
    assert base.digest == fingerprint(model="/elsewhere", revision="abc").digest
    others = [
        fingerprint(weights_sha256="9"), fingerprint(dimension=4), fingerprint(pooling="cls"),
        fingerprint(normalised=False), fingerprint(query_prompt="q"), fingerprint(max_tokens=9),
        fingerprint(document_prompt="d"), fingerprint(backend="b"), fingerprint(recipe_sha256="9"),
    ]  # fmt: skip
    assert len({base.digest, *(other.digest for other in others)}) == len(others) + 1


def test_description_tells_two_models_apart():
    assert fingerprint().describe() != fingerprint(weights_sha256="9").describe()
    assert fingerprint(revision="0123456789abcdef").describe().startswith("a/b@0123456789ab (3 dim")


def test_a_damaged_tokenizer_is_named(copy):
    (copy / "tokenizer.json").write_text("{}")
    with pytest.raises(EmbeddingError, match=r"tokenizer\.json"):
        TokenCounter(copy).count(["a cat"])


def test_a_model_without_tokenizer_json_is_counted_through_its_vocabulary(copy):
    tokens = json.loads((copy / "tokenizer.json").read_text())["model"]["vocab"]
    (copy / "tokenizer.json").unlink()
    (copy / "vocab.txt").write_text("\n".join(tokens))
    assert TokenCounter(copy).count(["A cat: dog"]) == [4]


def test_lowercasing_models_are_counted_in_lower_case(copy):
    content = json.loads((copy / "tokenizer.json").read_text())
    content["normalizer"]["lowercase"] = False
    (copy / "tokenizer.json").write_text(json.dumps(content))
    assert TokenCounter(copy).unknown_share("CAT") == 1
    assert TokenCounter(copy, lowercase=True).unknown_share("CAT") == 0


def test_fingerprint_and_counts_need_no_torch(tiny):
    script = (
        "import sys\n"
        "from rag.embeddings import SentenceTransformerEmbeddings\n"
        f"model = SentenceTransformerEmbeddings({str(tiny)!r})\n"
        "assert model.fingerprint.digest and model.max_tokens and model.count_tokens(['a cat'])\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'huggingface_hub'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_many_texts_are_counted_in_order(tiny):
    texts = ["cat " * (number % 7) for number in range(3000)]
    assert TokenCounter(tiny).count(texts) == [number % 7 for number in range(3000)]
