"""What `--over` takes, and what it refuses."""

import pytest

from tutorsmith.core.errors import UsageError
from tutorsmith.pipeline.settings import RunSettings, gather
from tutorsmith.sweep.space import Choice, Range, default_space, parse_space, size


def settings(*pairs: str) -> RunSettings:
    return gather(None, None, pairs)


def parsed(*specs: str, given: tuple[str, ...] = (), objective: str = "loss", pairs: tuple[str, ...] = ()) -> list:
    return parse_space(specs, settings(*pairs), given, objective)


def test_ranges_and_choices_have_the_types_of_their_settings() -> None:
    space = parsed("learning_rate=1e-4..3e-3:log", "lora_r=8,16,32", "notes-k=1..4", "gradient_checkpointing=true,auto")
    assert space == [
        Range("learning_rate", 1e-4, 3e-3, log=True, whole=False),
        Choice("lora_r", (8, 16, 32)),
        Range("notes_k", 1, 4, log=False, whole=True),
        Choice("gradient_checkpointing", (True, "auto")),
    ]
    assert str(space[0]) == "learning_rate=0.0001..0.003:log" and str(space[3]) == "gradient_checkpointing=true,auto"
    assert [type(v) for v in space[1].values] == [int, int, int]
    assert size(space) == float("inf") and size(space[1:]) == 3 * 4 * 2


def test_other_names_of_a_setting_are_known() -> None:
    assert parsed("lora_rank=4,8") == [Choice("lora_r", (4, 8))]


def test_floats_are_rounded_within_their_range() -> None:
    dimension = Range("learning_rate", 1.23446e-4, 1e-2, log=True, whole=False)
    assert dimension.rounded(0.00123456) == 0.001235
    assert dimension.rounded(1.23446e-4) == 1.23446e-4


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("learning_rat=1e-4..1e-3", "did you mean 'learning_rate'"),
        ("learning_rate", "is not NAME=VALUES"),
        ("learning_rate=", "is not NAME=VALUES"),
        ("learning_rate=1e-3..1e-4", "0.001 is not below 0.0001"),
        ("learning_rate=1e-3..1e-3", "is not below"),
        ("learning_rate=0..1e-3", "cannot be '0'"),
        ("learning_rate=1e-4..7", "cannot be '7'"),
        ("weight_decay=0..0.1:log", "a log scale has no 0"),
        ("learning_rate=1e-4..1e-3:linear", "unknown scale 'linear'"),
        ("learning_rate=1e-4..", "cannot be ''"),
        ("lora_r=8.5..16", "cannot be '8.5'"),
        ("lora_r=8", "one value is no choice"),
        ("lora_r=8,8", "stands there twice"),
        ("lora_r=8,many", "cannot be 'many'"),
        ("notes_k=0..4", "cannot be '0'"),
        ("dtype=float32..bfloat16", "takes no numbers"),
        ("seed=1,2", "--seeds N"),
        ("k_folds=2,4", "--folds"),
        ("validation_share=0.1..0.3", "--folds"),
        ("temperature=0..1", "no loss depends on it"),
        ("model_name_or_path=a,b", "losses of two models"),
    ],
)
def test_what_cannot_be_searched_is_told(spec: str, told: str) -> None:
    with pytest.raises(UsageError) as error:
        parsed(spec)
    assert told in str(error.value) and "--over" in str(error.value)


def test_by_answers_the_settings_of_answering_can_be_searched() -> None:
    assert [d.name for d in parsed("temperature=0..1", "model=a,b", objective="format+chrf")] == [
        "temperature",
        "model_name_or_path",
    ]


def test_a_setting_stands_once_and_is_not_fixed_as_well() -> None:
    with pytest.raises(UsageError, match="named twice"):
        parsed("lora_r=8,16", "lora_rank=4,8")
    with pytest.raises(UsageError, match="fixed by another flag"):
        parsed("lora_r=8,16", given=("lora_r",))


def test_epochs_change_nothing_beside_steps() -> None:
    with pytest.raises(UsageError, match="max_steps"):
        parsed("num_train_epochs=1..4", pairs=("max_steps=9",))
    with pytest.raises(UsageError, match="max_steps"):
        parsed("num_train_epochs=1..4", "max_steps=1..4")


def test_the_default_space_lies_around_the_present_settings() -> None:
    around = settings("learning_rate=1e-3", "num_train_epochs=6")
    assert default_space(around, ()) == [
        "learning_rate=0.0001..0.003:log",
        "num_train_epochs=3..12",
        "lora_r=8,16,32",
        "gradient_accumulation_steps=1,2,4,8",
    ]
    assert "max_steps=10..40" in default_space(settings("max_steps=20"), ())
    assert [d.name for d in parse_space((), around, ("lora_r",), "loss")] == [
        "learning_rate",
        "num_train_epochs",
        "gradient_accumulation_steps",
    ]
