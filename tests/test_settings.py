"""Where settings come from, which source wins, and what a mistake is told."""

import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError

from rag.errors import SettingsError
from rag.settings import Settings, load_settings
from rag.settings.keys import is_secret, setting_keys, variable_of
from rag.settings.sources import OTHER_PROVIDERS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "project" / "docs" / "guides").mkdir(parents=True)
    return tmp_path / "project"


def write(folder: Path, text: str, name: str = "rag.toml") -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def message_of(**arguments: object) -> str:
    arguments.setdefault("environ", {})
    with pytest.raises(SettingsError) as caught:
        load_settings(**arguments)  # type: ignore[arg-type]
    return str(caught.value)


def test_without_any_source_every_setting_is_its_default(folder: Path) -> None:
    loaded = load_settings(start=folder, environ={})
    assert loaded.settings == Settings()
    assert loaded.config_file is None
    assert set(loaded.origins.values()) == {"default"}
    assert tuple(loaded.origins) == setting_keys()


def test_argument_beats_environment_beats_file_beats_default(folder: Path) -> None:
    file = write(folder, "[retrieval]\nk = 1\ncandidates = 11\nneighbours = 3\n")
    loaded = load_settings(
        start=folder,
        environ={"RAG_RETRIEVAL__K": "2", "RAG_RETRIEVAL__CANDIDATES": "22"},
        overrides={"retrieval.k": 5},
    )
    retrieval = loaded.settings.retrieval
    assert (retrieval.k, retrieval.candidates, retrieval.neighbours) == (5, 22, 3)
    assert retrieval.mode == "hybrid"
    assert loaded.origins["retrieval.k"] == "argument"
    assert loaded.origins["retrieval.candidates"] == "environment: RAG_RETRIEVAL__CANDIDATES"
    assert loaded.origins["retrieval.neighbours"] == f"rag.toml: {file}"
    assert loaded.origins["retrieval.mode"] == "default"


def test_nested_overrides_mean_the_same_as_dotted_ones(folder: Path) -> None:
    nested = load_settings(start=folder, environ={}, overrides={"retrieval": {"k": 4}})
    assert nested.settings.retrieval.k == 4
    assert nested.origins["retrieval.k"] == "argument"


def test_building_settings_directly_reads_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_RETRIEVAL__K", "17")
    assert Settings().retrieval.k == 6
    assert load_settings().settings.retrieval.k == 17


def test_settings_are_frozen_and_refuse_unknown_keys() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().index_dir = Path("elsewhere")
    with pytest.raises(ValidationError, match="extra_forbidden"):
        Settings(indexdir="x")  # type: ignore[call-arg]


def test_config_is_found_upward_and_anchors_its_relative_paths(folder: Path) -> None:
    file = write(folder, 'index_dir = "data/index"\n[answer]\nprompts_dir = "my prompts"\n')
    loaded = load_settings(start=folder / "docs" / "guides", environ={})
    assert loaded.config_file == file
    assert loaded.settings.index_dir == folder / "data" / "index"
    assert loaded.settings.answer.prompts_dir == folder / "my prompts"


def test_nearest_config_wins(folder: Path) -> None:
    write(folder, "[retrieval]\nk = 1\n")
    write(folder / "docs", "[retrieval]\nk = 2\n")
    loaded = load_settings(start=folder / "docs" / "guides", environ={})
    assert loaded.settings.retrieval.k == 2


def test_default_index_lies_beside_a_config_met_on_the_way_up(folder: Path) -> None:
    write(folder, "")
    loaded = load_settings(start=folder / "docs", environ={})
    assert loaded.settings.index_dir == folder / ".rag"
    assert loaded.origins["index_dir"] == "default"


def test_default_index_stays_in_the_working_directory_under_a_named_config(folder: Path) -> None:
    file = write(folder, "", "fast.toml")
    assert load_settings(config=file, start=folder, environ={}).settings.index_dir == Path(".rag")


def test_paths_outside_the_file_stay_relative_to_the_working_directory(folder: Path) -> None:
    write(folder, 'index_dir = "a"\n')
    environ = {"RAG_INDEX_DIR": "b"}
    assert load_settings(start=folder, environ=environ).settings.index_dir == Path("b")


def test_tilde_is_the_home_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    write(folder, 'index_dir = "~/indexes/a"\n')
    assert load_settings(start=folder, environ={}).settings.index_dir == folder / "indexes" / "a"
    for arguments in ({"environ": {"RAG_INDEX_DIR": "~/b"}}, {"overrides": {"index_dir": "~/b"}}):
        loaded = load_settings(start=folder, **({"environ": {}} | arguments))  # type: ignore[arg-type]
        assert loaded.settings.index_dir == folder / "b"


def test_model_folder_is_relative_to_the_file_and_a_hub_id_is_left_alone(folder: Path) -> None:
    write(folder, '[embedding]\nmodel = "models/mine"\n')
    assert load_settings(start=folder, environ={}).settings.embedding.model == "models/mine"
    (folder / "models" / "mine").mkdir(parents=True)
    loaded = load_settings(start=folder / "docs", environ={})
    assert loaded.settings.embedding.model == str(folder / "models" / "mine")
    write(folder, '[embedding]\nmodel = "./missing"\n')
    loaded = load_settings(start=folder, environ={})
    assert loaded.settings.embedding.model == str(folder / "missing")


def test_named_config_beats_the_variable_beats_the_search(folder: Path) -> None:
    write(folder, "[retrieval]\nk = 1\n")
    by_variable = write(folder, "[retrieval]\nk = 2\n", "two.toml")
    by_name = write(folder, "[retrieval]\nk = 3\n", "three.toml")
    environ = {"RAG_CONFIG": str(by_variable)}
    assert load_settings(start=folder, environ=environ).settings.retrieval.k == 2
    named = load_settings(config=by_name, start=folder, environ=environ)
    assert named.settings.retrieval.k == 3


def test_named_config_must_exist(folder: Path) -> None:
    missing = folder / "missing.toml"
    assert message_of(config=missing) == f"--config: no such file: {missing}"
    assert message_of(environ={"RAG_CONFIG": str(missing)}).startswith("RAG_CONFIG: no such file")


@pytest.mark.parametrize(
    ("text", "wrong", "meant"),
    [
        ("[retrieval]\nkk = 1\n", "retrieval.kk", "retrieval.k"),
        ("[retreival]\nk = 1\n", "retreival.k", "retrieval.k"),
        ("[embeding]\n", "embeding", "embedding"),
        ("k = 1\n", "k", "retrieval.k"),
        ("[chat]\nprompts_dir = 'x'\n", "chat.prompts_dir", "answer.prompts_dir"),
    ],
)
def test_unknown_key_is_refused_with_a_suggestion(
    folder: Path, text: str, wrong: str, meant: str
) -> None:
    file = write(folder, text)
    expected = f"rag.toml: {file}: no setting is called {wrong}; did you mean {meant}?"
    assert message_of(start=folder) == expected


def test_loaders_are_tables_and_only_what_says_so_is_a_path(folder: Path) -> None:
    file = write(
        folder,
        '[[sources]]\nname = "a"\nloader = "pkg.mod:Loader"\n[sources.args]\n'
        'paths = ["./x.csv", "y.csv", 3]\nurl = "https://./z"\n',
    )
    [source] = load_settings(start=folder, environ={}).settings.sources
    assert source.args == {"paths": [str(folder / "x.csv"), "y.csv", 3], "url": "https://./z"}
    variable = {"RAG_SOURCES": '[{"name": "b", "loader": "pkg:Loader"}]'}
    [source] = load_settings(config=file, environ=variable).settings.sources
    assert (source.name, source.args) == ("b", {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[sources]]\nname = "a"\n', "sources.0.loader: field required"),
        ('[[sources]]\nname = " "\nloader = "a:B"\n', "sources.0.name: string should match"),
        ('[[sources]]\nname = "a"\nloader = "a.b"\n', "sources.0.loader: string should match"),
        ('[[sources]]\nname = "a"\nloader = "a:B"\npath = "x"\n', "sources.0.path: "),
        ('[[sources]]\nname = "a"\nloader = "a:B"\n' * 2, "'a' is there twice"),
    ],
)
def test_a_table_that_names_no_loader_is_refused(folder: Path, text: str, said: str) -> None:
    file = write(folder, text)
    message = message_of(start=folder)
    assert message.startswith(f"rag.toml: {file}: sources")
    assert said in message


def test_key_like_nothing_gets_no_suggestion(folder: Path) -> None:
    file = write(folder, "zzzzzz = 1\n")
    assert message_of(start=folder) == f"rag.toml: {file}: no setting is called zzzzzz"


def test_group_given_a_value_is_explained(folder: Path) -> None:
    write(folder, 'chat = "gpt"\n')
    assert "chat is a group of settings; write [chat]" in message_of(start=folder)


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("RAG_CHAT_MODEL", "RAG_CHAT__MODEL"),
        ("RAG_RETRIEVAL__KK", "RAG_RETRIEVAL__K"),
        ("RAG_CONFG", "RAG_CONFIG"),
    ],
)
def test_unknown_variable_is_refused_with_a_suggestion(variable: str, meant: str) -> None:
    expected = f"environment: no setting is called {variable}; did you mean {meant}?"
    assert message_of(environ={variable: "x"}) == expected


def test_group_variable_is_refused() -> None:
    assert "no setting is called RAG_CHAT" in message_of(environ={"RAG_CHAT": "{}"})


def test_variables_of_others_are_left_alone(folder: Path) -> None:
    environ = {"RAG_DATA": "/data", "RAGE": "1", "PATH": "/bin"}
    assert load_settings(start=folder, environ=environ).settings == Settings()


def test_empty_variable_is_unset(folder: Path) -> None:
    environ = {"RAG_RETRIEVAL__K": "", "OPENAI_API_KEY": ""}
    loaded = load_settings(start=folder, environ=environ)
    assert loaded.settings == Settings()
    assert loaded.origins["retrieval.k"] == "default"


def test_each_wrong_value_has_its_line_with_origin_key_and_value(folder: Path) -> None:
    file = write(folder, '[retrieval]\nk = "six"\nmode = "fuzzy"\n')
    lines = message_of(start=folder, environ={"RAG_CHAT__TIMEOUT_SECONDS": "-1"}).splitlines()
    assert len(lines) == 3
    assert any(
        f"rag.toml: {file}: retrieval.k = 'six' should be a valid integer" in x for x in lines
    )
    assert any("retrieval.mode = 'fuzzy' should be 'hybrid', 'dense' or" in x for x in lines)
    assert any(x.startswith("environment: RAG_CHAT__TIMEOUT_SECONDS: chat.timeout") for x in lines)


def test_none_unsets_what_may_be_unset(folder: Path) -> None:
    write(folder, '[chat]\nbase_url = "none"\n')
    environ = {"RAG_CHAT__TEMPERATURE": "none", "OPENAI_BASE_URL": "http://localhost:1"}
    chat = load_settings(start=folder, environ=environ).settings.chat
    assert chat.temperature is None
    assert chat.base_url is None
    assert "retrieval.k" in message_of(environ={"RAG_RETRIEVAL__K": "none"})


def test_openai_variables_are_the_last_resort(folder: Path) -> None:
    environ = {"OPENAI_API_KEY": "sk-one", "OPENAI_BASE_URL": "http://localhost:1/v1"}
    loaded = load_settings(start=folder, environ=environ)
    key = loaded.settings.chat.api_key
    assert key is not None
    assert key.get_secret_value() == "sk-one"
    assert loaded.settings.chat.base_url == "http://localhost:1/v1"
    assert loaded.origins["chat.api_key"] == "environment: OPENAI_API_KEY"
    write(folder, '[chat]\nbase_url = "http://localhost:2/v1"\n')
    loaded = load_settings(start=folder, environ=environ)
    assert loaded.settings.chat.base_url == "http://localhost:2/v1"


def test_openai_variables_never_reach_another_provider(folder: Path) -> None:
    environ = {"OPENAI_API_KEY": "sk-one", "OPENAI_BASE_URL": "http://localhost:1/v1"}
    chosen = environ | {"RAG_CHAT__MODEL": "anthropic:claude-sonnet-4-5"}
    chat = load_settings(start=folder, environ=chosen).settings.chat
    assert (chat.api_key, chat.base_url) == (None, None)
    local = environ | {"RAG_CHAT__MODEL": "llama3.2:3b"}
    assert load_settings(start=folder, environ=local).settings.chat.base_url is not None


def test_the_providers_are_those_langchain_knows() -> None:
    from langchain.chat_models import base

    assert OTHER_PROVIDERS | {"openai"} == set(base._BUILTIN_PROVIDERS)


def test_secrets_appear_in_no_message_or_repr(folder: Path) -> None:
    write(folder, '[chat]\napi_key = ["sk-hidden"]\n')
    assert "chat.api_key" in message_of(start=folder)
    with pytest.raises(SettingsError) as caught:
        load_settings(start=folder, environ={})
    assert "sk-hidden" not in "".join(traceback.format_exception(caught.value))
    loaded = load_settings(start=folder / "..", environ={"OPENAI_API_KEY": "sk-hidden"})
    assert "sk-hidden" not in repr(loaded)
    assert [key for key in setting_keys() if is_secret(key)] == ["chat.api_key"]


def test_toml_syntax_error_names_file_and_line(folder: Path) -> None:
    file = write(folder, "[retrieval]\nk = \n")
    message = message_of(start=folder)
    assert message.startswith(f"rag.toml: {file}: is not TOML")
    assert "line 2" in message
    assert "\n" not in message


def test_config_in_another_encoding_is_refused_and_a_byte_order_mark_is_not(folder: Path) -> None:
    (folder / "rag.toml").write_bytes("# é\n".encode("cp1252"))
    assert "save it as UTF-8" in message_of(start=folder)
    (folder / "rag.toml").write_bytes(b"\xef\xbb\xbf[retrieval]\nk = 3\n")
    assert load_settings(start=folder, environ={}).settings.retrieval.k == 3


def test_every_setting_is_described() -> None:
    for key in setting_keys():
        group, _, name = key.rpartition(".")
        holder = Settings.model_fields[group].annotation if group else Settings
        assert holder.model_fields[name].description, key  # type: ignore[union-attr]


def test_every_setting_has_a_variable(folder: Path) -> None:
    defaults = load_settings(start=folder, environ={}).settings
    for key in setting_keys():
        value: object = defaults
        for part in key.split("."):
            value = getattr(value, part)
        environ = {variable_of(key): str(value).lower() if key != "embedding.model" else str(value)}
        loaded = load_settings(start=folder, environ=environ)
        assert loaded.settings == defaults, key
        assert loaded.origins[key] == f"environment: {variable_of(key)}"


def test_a_reranker_in_a_folder_is_relative_to_the_file_and_others_are_left_alone(
    folder: Path,
) -> None:
    (folder / "models" / "mine").mkdir(parents=True)
    (folder / "none").mkdir()
    for name, expected in {
        "models/mine": str(folder / "models" / "mine"),
        "cross-encoder/ms-marco-MiniLM-L6-v2": "cross-encoder/ms-marco-MiniLM-L6-v2",
        "package.module:make": "package.module:make",
        "none": None,
    }.items():
        write(folder, f'[rerank]\nmodel = "{name}"\n')
        assert load_settings(start=folder, environ={}).settings.rerank.model == expected
