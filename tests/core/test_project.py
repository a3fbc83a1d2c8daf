"""tutorsmith.toml: what is refused, and what each refusal names."""

from pathlib import Path

import pytest

from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.project import (
    course_language,
    existing,
    find_project_file,
    load_project,
    project_if_any,
    with_environment,
)

STAGE = '[stages.style]\ntrain = ["a.jsonl"]\neval = ["b.jsonl"]\n'


def write(folder: Path, text: str) -> Path:
    file = folder / "tutorsmith.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "what", "mend"),
    [
        ("[projct]\n", "unknown key 'projct'", "did you mean 'project'?"),
        ("[project]\nlangage = 'en'\n", "unknown key 'project.langage'", "did you mean 'language'?"),
        ("[stages.style]\ntrian = ['a']\n", "unknown key 'stages.style.trian'", "did you mean 'train'?"),
        ("[project\n", "not valid TOML", "line 1"),
        ("[project]\nlanguage = 'fr'\n", "language 'fr'", "en, zh"),
        ("[project]\nlanguage = 3\n", "project.language must be text", "language"),
        ("[project]\nname = ['x']\n", "project.name must be text", "name"),
        ("[project]\noutput = 1\n", "project.output must be text", "output"),
        ("project = 3\n", "'project' must be a table", "[project]"),
        ("stages = []\n", "'stages' must be a table", "[stages]"),
        ("[stages]\nstyle = 1\n", "stages.style is not a table", "[stages.style]"),
        ("[stages.style]\neval = ['b']\n", "names no train file", 'train = ["..."]'),
        ("[stages.style]\ntrain = []\neval = ['b']\n", "names no train file", 'train = ["..."]'),
        ("[stages.style]\ntrain = 'a'\neval = ['b']\n", "stages.style.train must be a list", "train"),
        (STAGE + "notes = [1]\n", "stages.style.notes must be a list", "notes"),
        (STAGE + "output = 1\n", "stages.style.output must be text", "output"),
        (STAGE + "description = 1\n", "stages.style.description must be text", "description"),
        (STAGE + "targets = 3\n", "'stages.style.targets' must be a table", "targets"),
        (STAGE + "targets = {key_point_coverag = 0.9}\n", "unknown target", "'key_point_coverage'"),
        (STAGE + "targets = {key_point_coverage = 'high'}\n", "targets.key_point_coverage must be a share", "0.9"),
        (STAGE + "targets = {key_point_coverage = 90}\n", "targets.key_point_coverage must be a share", "0.9"),
        (STAGE + "targets = {key_point_coverage = true}\n", "targets.key_point_coverage must be a share", "0.9"),
        (STAGE + "targets = {key_point_coverage = nan}\n", "targets.key_point_coverage must be a share", "0.9"),
        (STAGE + "settings = 3\n", "'stages.style.settings' must be a table", "settings"),
    ],
)
def test_each_mistake_is_named_with_its_mend(text: str, what: str, mend: str, tmp_path: Path) -> None:
    file = write(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        load_project(file)
    assert what in caught.value.what
    assert str(file) in (caught.value.where or "")
    assert mend in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9\n")
    for path in (tmp_path / "none.toml", tmp_path, tmp_path / "latin.toml"):
        with pytest.raises(UsageError) as caught:
            load_project(path)
        assert caught.value.where == str(path)


def test_an_unknown_stage_suggests_the_near_one(tmp_path: Path) -> None:
    project = load_project(write(tmp_path, STAGE))
    with pytest.raises(UsageError, match="did you mean 'style'"):
        project.stage("stlye")
    assert project.stage("style").output == tmp_path / "outputs/adapter/adapter_style"


def test_the_nearest_file_above_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, STAGE)
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert find_project_file(tmp_path / "a" / "b") == file
    monkeypatch.chdir(tmp_path / "a")
    found = project_if_any(None)
    assert found is not None
    assert found.root == tmp_path


def test_a_broken_project_file_is_never_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert project_if_any(None) is None
    with pytest.raises(UsageError, match=r"no tutorsmith\.toml here or above"):
        find_project_file(tmp_path)
    write(tmp_path, "[stages\n")
    with pytest.raises(UsageError, match="not valid TOML"):
        project_if_any(None)


def test_files_and_folders_by_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, STAGE + "notes = ['n']\n")
    for name in ("TRAIN_FILES", "EVAL_FILE", "NOTES_DIR", "OUT_DIR", "OUT_BASE"):
        monkeypatch.setenv(name, "")
    project = load_project(file)
    assert with_environment(project.stage("style"), project.root) == project.stage("style")
    assert project.stage("style").output == tmp_path / "outputs/adapter/adapter_style"
    values = {"TRAIN_FILES": "x.jsonl, y.jsonl", "EVAL_FILE": "z.jsonl", "NOTES_DIR": "m", "OUT_BASE": "base"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    project = load_project(file)
    stage = with_environment(project.stage("style"), project.root)
    assert stage.train == (tmp_path / "x.jsonl", tmp_path / "y.jsonl")
    assert (stage.eval, stage.notes) == ((tmp_path / "z.jsonl",), (tmp_path / "m",))
    assert stage.output == tmp_path / "base" / "adapter_style"
    monkeypatch.setenv("OUT_DIR", "just/here")
    assert with_environment(project.stage("style"), project.root).output == tmp_path / "just/here"


def test_missing_inputs_are_named(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(DataError) as caught:
        existing((tmp_path / "a", tmp_path / "b"), "training file")
    assert caught.value.where == str(tmp_path / "b")


def test_a_stage_in_another_language_has_its_own_files_and_folder(tmp_path: Path) -> None:
    text = STAGE + 'notes = ["n"]\ntargets = {format_compliance = 0.9}\n'
    text += '[stages.style.zh]\ntrain = ["zh/a.jsonl"]\neval = ["zh/b.jsonl"]\nnotes = ["zh/n"]\n'
    text += "settings = {max_new_tokens = 1000, seed = 3}\n[stages.style.settings]\nseed = 1\nlora_r = 4\n"
    stage = load_project(write(tmp_path, text)).stage("style")
    chinese = stage.in_language("zh")
    assert (chinese.train, chinese.eval) == ((tmp_path / "zh/a.jsonl",), (tmp_path / "zh/b.jsonl",))
    assert chinese.notes == (tmp_path / "zh/n",)
    assert chinese.output == tmp_path / "outputs/adapter/adapter_style_zh"
    assert (chinese.name, chinese.targets) == ("style", {"format_compliance": 0.9})
    assert chinese.settings == {"max_new_tokens": 1000, "seed": 3, "lora_r": 4}
    assert stage.in_language("en") is stage
    assert stage.settings == {"seed": 1, "lora_r": 4}


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ("zh = 3\n", "stages.style.zh is not a table"),
        ("[stages.style.zh]\ntrain = ['a']\n", "stage 'style.zh' names no eval"),
        ("[stages.style.zh]\ntrain = 'a'\n", "stages.style.zh.train must be a list"),
        ("[stages.style.zh]\ntrain = ['a']\neval = ['b']\nseed = 1\n", "unknown key 'stages.style.zh.seed'"),
        ("[stages.style.fr]\ntrain = ['a']\neval = ['b']\n", "unknown key 'stages.style.fr'"),
    ],
)
def test_a_wrong_table_of_a_language(table: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_project(write(tmp_path, STAGE + table))
    assert what in caught.value.what


def test_a_language_must_bring_notes_where_the_stage_has_some(tmp_path: Path) -> None:
    text = STAGE + "notes = ['n']\n[stages.style.zh]\ntrain = ['a']\neval = ['b']\n"
    with pytest.raises(UsageError, match=r"stage 'style.zh' names no notes"):
        load_project(write(tmp_path, text))


def test_flag_then_environment_then_project_decide_the_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COURSE_LANGUAGE", raising=False)
    project = load_project(write(tmp_path, "[project]\nlanguage = 'zh'\n" + STAGE))
    assert course_language(None, None) == "en"
    assert course_language(None, project) == "zh"
    monkeypatch.setenv("COURSE_LANGUAGE", "en")
    monkeypatch.setenv("LANGUAGE", "zh_CN:zh")
    assert course_language(None, project) == "en"
    assert course_language("zh", project) == "zh"
    monkeypatch.setenv("COURSE_LANGUAGE", "zh_CN")
    with pytest.raises(UsageError) as caught:
        course_language(None, project)
    assert caught.value.where == "COURSE_LANGUAGE"
