"""Rendered rows are kept: taken from the cache for the same run, rendered anew for any other."""

import logging
from collections.abc import Callable

import pytest

from small_runs import Course
from tutorsmith.core.artifacts import cache_folder
from tutorsmith.models.render import Rendered
from tutorsmith.pipeline.rows import training_rows

RENDER = "tutorsmith.pipeline.prompts.render_sample"


def rendered(course: Course, *pairs: str, **options: object) -> list[Rendered]:
    run = course.context(pairs=pairs, **options)
    return run.prompter().training_rows(
        run.samples, seed=run.settings.train.settings.seed, max_length=run.settings.train.settings.max_length
    )


def test_the_rows_of_the_first_run_are_taken(course: Course, forbid: Callable[[str], None]) -> None:
    wanted = rendered(course)
    assert len(list((cache_folder() / "rows").iterdir())) == 1
    forbid(RENDER)
    assert training_rows(course.context()) == wanted


@pytest.mark.parametrize(
    "other",
    [{"pairs": ("max_length=300",)}, {"pairs": ("notes_k=1",)}, {"no_notes": True}, {"seed": 5}, {"file": True}],
)
def test_other_rows_are_rendered_anew(course: Course, forbid: Callable[[str], None], other: dict[str, object]) -> None:
    if other.pop("file", False):
        text = (course.root / "style.jsonl").read_text(encoding="utf-8")
        (course.root / "style.jsonl").write_text(text.replace("V/m", "N/C"), encoding="utf-8")
    forbid(RENDER)
    with pytest.raises(AssertionError, match="was called"):
        training_rows(course.context(**other))
    assert len(list((cache_folder() / "rows").iterdir())) == 1, "what failed leaves nothing"


def test_a_damaged_entry_is_rendered_anew(course: Course) -> None:
    wanted = training_rows(course.context())
    (entry,) = (cache_folder() / "rows").iterdir()
    (entry / "rows.json").write_text("{}", encoding="utf-8")
    assert training_rows(course.context()) == wanted


def test_what_was_left_out_is_said_in_every_run(course: Course, caplog: pytest.LogCaptureFixture) -> None:
    longest = max(len(row.ids) for row in rendered(course))
    said = []
    for _ in range(2):
        caplog.clear()
        with caplog.at_level(logging.WARNING, logger="tutorsmith"):
            rows = training_rows(course.context(pairs=(f"max_length={longest - 1}",)))
        said.append(caplog.text)
        assert max(len(row.ids) for row in rows) < longest
    assert "left out" in said[0] and said[0].split("left out")[1] == said[1].split("left out")[1]
