"""Policy files: every mistake is named at load, with the near word; the shipped one asks what the course asks."""

from pathlib import Path

import pytest

from tutorsmith.core.errors import UsageError
from tutorsmith.evaluation.policy import Policy, load_policy

ROOT = Path(__file__).resolve().parents[2]
ROW = '[[require]]\nmetric = "format_compliance"\ndirection = ">"\nthreshold = 0.9\n'


def load(tmp_path: Path, text: str) -> Policy:
    file = tmp_path / "policy.toml"
    file.write_text(text, encoding="utf-8")
    return load_policy(file)


def test_a_row_with_everything(tmp_path: Path) -> None:
    policy = load(
        tmp_path,
        'name = "mine"\n[benchmark]\nleast_items = 30\n[seeds]\nleast = 3\nlargest_deviation = 0.05\n'
        "[health]\nempty = 0.1\n[predictions]\nmissing = 1\n"
        '[regression]\nrun = "old"\nmargin = 0.02\nprove = true\nmetrics = ["format_compliance"]\n'
        + ROW
        + 'slice = "difficulty:hard"\nsystem = "tuned"\nstage = ["style", "all"]\non = "low"\nleast_items = 5\n',
    )
    (row,) = policy.requirements
    assert (policy.name, policy.least_items, policy.least_seeds, policy.deviation) == ("mine", 30, 3, 0.05)
    assert (policy.health, policy.missing, policy.failed) == ({"empty": 0.1}, 1, 0)
    assert (row.slice, row.system, row.on, row.least_items) == (("difficulty", "hard"), "tuned", "low", 5)
    assert row.concerns("all") and not row.concerns("writing")
    assert policy.regression is not None and policy.regression.run == tmp_path.resolve() / "old"


def test_what_is_left_out_has_strict_defaults(tmp_path: Path) -> None:
    policy = load(tmp_path, ROW)
    assert (policy.name, policy.missing, policy.failed, policy.least_seeds) == ("policy", 0, 0, 1)
    assert not policy.wants_seeds
    assert policy.requirements[0].on == "value"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (ROW + 'directon = ">"\n', "require 1: unknown key 'directon'; did you mean 'direction'?"),
        (ROW.replace("format_compliance", "format_complience"), "did you mean 'format_compliance'?"),
        (ROW + 'slice = "dificulty:hard"\n', "unknown kind of slice 'dificulty'; did you mean 'difficulty'?"),
        (ROW + 'slice = "difficulty"\n', 'write "difficulty:NAME"'),
        (ROW + 'system = "tuned_note"\n', "did you mean 'tuned_notes'?"),
        (ROW.replace('">"', '"at least"'), "require 1: direction: unknown value 'at least'"),
        (ROW + 'on = "lower"\n', "did you mean 'low'?"),
        (ROW.replace("0.9", "90"), "must be a share between 0 and 1, not 90 (0.9 for 90 %)"),
        (ROW.replace("0.9", "nan"), "must be a share between 0 and 1, not nan"),
        (ROW.replace("0.9", "true"), "must be a share between 0 and 1, not True"),
        (ROW.replace("0.9", "1.0"), "no share is > 1: no run could ever meet this"),
        (ROW.replace("threshold = 0.9\n", ""), "threshold: is missing"),
        (ROW.replace('direction = ">"\n', ""), "direction: is missing"),
        (ROW + 'gap_between = "task"\n', 'write direction = "<" or "<="'),
        (ROW.replace('">"', '"<"') + 'gap_between = "task"\nslice = "task:a"\n', "leave `slice` out"),
        (ROW + "least_items = -1\n", "a whole number from 0 on, not -1"),
        (ROW + "stage = 3\n", "must be text or a list of texts, not 3"),
        (ROW + "[helth]\nempty = 0\n", "unknown key 'helth'; did you mean 'health'?"),
        (ROW + "[health]\nemtpy = 0\n", "did you mean 'empty'?"),
        (ROW + "[health]\ndegenerate = 1\n", "cannot be allowed"),
        (ROW + "[seeds]\nleast = 1.5\n", "a whole number from 0 on, not 1.5"),
        (ROW + "[regression]\nprove = true\n", "is needed for `prove`"),
        (
            ROW + '[regression]\nmetrics = ["coverage"]\n',
            "unknown metric 'coverage'; did you mean 'key_point_coverage'?",
        ),
        ("require = 3\n", "write [[require]]"),
        ("seeds = 3\n" + ROW, "seeds: must be a table: write [seeds]"),
        ('name = "empty"\n', "demands nothing"),
        ("", "demands nothing"),
        ("[[require]\n", "not valid TOML"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, wanted: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, text)
    assert wanted in str(caught.value)
    assert "policy.toml" in str(caught.value)


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    text = ROW.replace("0.9", "9") + 'on = "hi"\n' + ROW.replace("metric", "metrik") + "[halth]\n"
    with pytest.raises(UsageError) as caught:
        load(tmp_path, text)
    assert "5 problems" in caught.value.what
    assert all(word in caught.value.what for word in ("threshold", "on: unknown value 'hi'", "metrik", "halth"))


@pytest.mark.parametrize("kind", ["absent", "a folder", "no text"])
def test_a_file_that_cannot_be_read(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "p.toml"
    if kind == "a folder":
        file.mkdir()
    elif kind == "no text":
        file.write_bytes(b"\xff")
    with pytest.raises(UsageError, match=r"p\.toml"):
        load_policy(file)


def test_the_shipped_policy_asks_for_the_targets_of_the_course() -> None:
    policy = load_policy(ROOT / "policies/course.toml")
    asked = {
        (stage, row.metric): (row.direction, row.threshold)
        for row in policy.requirements
        for stage in row.stages
        if row.gap_between is None
    }
    assert asked["style", "key_point_coverage"] == (">", 0.90)
    assert asked["style", "format_compliance"] == (">", 0.95)
    assert asked["style", "refusal_accuracy"] == (">", 0.85)
    assert asked["writing", "key_point_coverage"] == (">", 0.85)
    assert asked["writing", "format_compliance"] == (">", 0.90)
    assert asked["writing", "refusal_accuracy"] == (">", 0.80)
    assert asked["all", "key_point_coverage"] == (">", 0.88)
    assert asked["all", "format_compliance"] == (">", 0.92)
    assert all((stage, "refusal_balanced_accuracy") in asked for stage in ("style", "writing", "all"))
    assert [row.stages for row in policy.requirements if row.gap_between == "task"] == [("all",), ("all",)]
    shipped = ROOT / "src/tutorsmith/policies/course.toml"
    assert (ROOT / "policies/course.toml").read_bytes() == shipped.read_bytes()
