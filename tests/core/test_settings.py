"""Settings in layers: who wins, who said so, and what is refused."""

from typing import Any, Literal, get_args, get_origin

import pytest

from tutorsmith.core.errors import UsageError
from tutorsmith.core.settings import (
    ALIASES,
    Layer,
    StepSettings,
    environment_layer,
    flag_layer,
    known_keys,
    refuse_unknown,
    resolve,
)
from tutorsmith.models.catalog import CATALOG
from tutorsmith.pipeline.settings import STEP_SETTINGS, gather
from tutorsmith.project import Project, Stage
from tutorsmith.training.settings import TrainSettings

FIELDS = [(cls, name) for cls in STEP_SETTINGS for name in cls.model_fields]


def another_value(cls: type[StepSettings], name: str) -> Any:
    """A value that this field takes and that is not its default."""
    field = cls.model_fields[name]
    if get_origin(field.annotation) is Literal:
        return next(value for value in get_args(field.annotation) if value != field.default)
    if field.annotation is bool:
        return not field.default
    if field.default == "auto" and field.annotation is not str:
        return True
    if field.annotation is str:
        return "other"
    if field.annotation == tuple[str, ...]:
        return ["integrate", "differentiate"]
    for value in (field.default + 1, field.default / 2, 0.25, 100):
        try:
            made = cls.model_validate({name: value})
        except ValueError:
            continue
        if getattr(made, name) != field.default:
            return getattr(made, name)
    raise AssertionError(f"no value found for {name}")


def project_with(settings: dict[str, Any], stage: dict[str, Any], tmp_path: Any) -> tuple[Project, Stage]:
    file = tmp_path / "tutorsmith.toml"
    made = Stage("style", (), (), (), tmp_path, settings=stage)
    return Project(tmp_path, file, "course", "en", settings, {"style": made}), made


def test_no_two_steps_share_a_name_and_no_alias_hides_one() -> None:
    names = known_keys(STEP_SETTINGS)
    assert len(names) == len(set(names))
    assert not set(ALIASES) & set(names)
    assert set(ALIASES.values()) <= set(names)
    assert max(len(cls.model_fields) for cls in STEP_SETTINGS) <= 20


@pytest.mark.parametrize(("cls", "name"), FIELDS, ids=[name for _, name in FIELDS])
def test_every_setting_can_be_given_by_environment(
    cls: type[StepSettings], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = another_value(cls, name)
    monkeypatch.setenv(name.upper(), ", ".join(value) if isinstance(value, list) else str(value))
    found = gather(None, None).as_dict()[name]
    assert found == {"value": value, "source": "environment"}


@pytest.mark.parametrize(("alias", "name"), [pair for pair in ALIASES.items()])
def test_aliases_mean_their_setting(alias: str, name: str) -> None:
    value = {"model_name_or_path": "smollm2-135m"}.get(name, "70")
    found = gather(None, None, pairs=[f"{alias}={value}"]).as_dict()[name]
    assert (str(found["value"]), found["source"]) == (value, "flag")


def test_aliases_by_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LORA_RANK", "3")
    monkeypatch.setenv("MODEL", "some-other-tool's-model")
    settings = gather(None, None)
    assert settings.train.settings.lora_r == 3
    assert settings.model.sources["model_name_or_path"] == "default"


def test_empty_variables_are_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEARNING_RATE", "")
    assert "learning_rate" not in environment_layer(STEP_SETTINGS).values


def test_each_layer_wins_over_the_one_before(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    row = CATALOG["smollm2-135m"]
    name = next(iter(row.recommended))
    project, stage = project_with({}, {}, tmp_path)
    assert gather(project, stage).as_dict()[name] == {
        "value": row.recommended[name],
        "source": "recommended for smollm2-135m",
    }
    project, stage = project_with({"lora_r": 5, "lora_alpha": 5, "max_length": 500}, {"lora_r": 6}, tmp_path)
    monkeypatch.setenv("MAX_LENGTH", "600")
    monkeypatch.setenv("SEED", "1")
    found = gather(project, stage, pairs=["seed=2"], flags={"lora_dropout": 0.5, "seed": None}).as_dict()
    assert {key: (found[key]["value"], found[key]["source"]) for key in
            ("lora_alpha", "lora_r", "max_length", "seed", "lora_dropout", "weight_decay")} == {
        "lora_alpha": (5, "tutorsmith.toml [settings]"),
        "lora_r": (6, "tutorsmith.toml [stages.style.settings]"),
        "max_length": (600, "environment"),
        "seed": (2, "flag"),
        "lora_dropout": (0.5, "flag"),
        "weight_decay": (0.0, "default"),
    }  # fmt: skip


def test_an_unknown_key_names_the_near_one_and_the_layer() -> None:
    with pytest.raises(UsageError) as caught:
        refuse_unknown(Layer("here", {"learning_rat": 1}), STEP_SETTINGS)
    assert caught.value.where == "here"
    assert "'learning_rat'" in caught.value.what
    assert "did you mean 'learning_rate'?" in (caught.value.mend or "")


def test_two_names_with_two_values_are_refused() -> None:
    with pytest.raises(UsageError, match="'lora_r' and 'lora_rank' are one setting"):
        gather(None, None, pairs=["lora_r=4", "lora_rank=8"])
    assert gather(None, None, pairs=["lora_r=4", "lora_rank=4"]).train.settings.lora_r == 4


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("num_train_epochs", "two"),
        ("num_train_epochs", 0),
        ("num_train_epochs", True),
        ("num_train_epochs", 1.5),
        ("learning_rate", "nan"),
        ("learning_rate", [1e-4]),
        ("max_grad_norm", "inf"),
    ],
)
def test_values_that_do_not_fit_name_setting_layer_and_value(name: str, value: Any) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(TrainSettings, [Layer("low", {name: 1}), Layer("high", {name: value})])
    assert caught.value.where == "high"
    assert f"setting '{name}' cannot be {value!r}" in caught.value.what
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("pair", ["learning_rate", "=3", " = 3"])
def test_a_pair_needs_key_and_value(pair: str) -> None:
    with pytest.raises(UsageError, match="is not key=value"):
        flag_layer([pair], {})


def test_dashes_in_set_are_underscores() -> None:
    assert flag_layer(["learning-rate = 1e-3"], {}).values == {"learning_rate": "1e-3"}


def test_a_list_is_given_as_list_or_with_commas_and_emptied(tmp_path: Any) -> None:
    project, stage = project_with({}, {"tools": ["integrate", "integrate"]}, tmp_path)
    assert gather(project, stage).tools.settings.tools == ("integrate",)
    given = gather(project, stage, pairs=["tools=evaluate_expression, integrate"])
    assert given.tools.settings.tools == ("evaluate_expression", "integrate")
    assert gather(project, stage, pairs=["tools="]).tools.settings.tools == ()
    with pytest.raises(UsageError, match="did you mean 'integrate'") as caught:
        gather(project, stage, pairs=["tools=integral"])
    assert caught.value.where == "flag"
    with pytest.raises(UsageError, match="setting 'tools' cannot be 5"):
        gather(*project_with({}, {"tools": 5}, tmp_path))
