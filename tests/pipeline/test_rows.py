"""Rendered rows are kept: taken from the cache for the same run, rendered anew for any other."""

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from small_runs import Course
from tutorsmith.core.artifacts import cache_folder
from tutorsmith.data.schema import Sample
from tutorsmith.models.render import Rendered, render_sample
from tutorsmith.pipeline.context import Context
from tutorsmith.pipeline.rows import training_rows
from tutorsmith.training.token_rows import write_rows

RENDER = "tutorsmith.pipeline.prompts.render_sample"


def rendered(course: Course, *pairs: str, **options: object) -> list[Rendered]:
    run = course.context(pairs=pairs, **options)
    settings = run.settings.train.settings
    made = run.prompter().rendered(run.samples, seed=settings.seed, max_length=settings.max_length)
    return [row for rows, _ in made for row in rows]


def test_the_rows_of_the_first_run_are_taken(course: Course, forbid: Callable[[str], None]) -> None:
    wanted = rendered(course)
    assert len(list((cache_folder() / "rows").iterdir())) == 1
    forbid(RENDER)
    assert list(training_rows(course.context())) == wanted


@pytest.mark.parametrize(
    "other",
    [
        {"pairs": ("max_length=300",)},
        {"pairs": ("notes_k=1",)},
        {"no_notes": True},
        {"seed": 5},
        {"file": True},
        {"pairs": ("tools=integrate",)},
    ],
)
def test_other_rows_are_rendered_anew(course: Course, forbid: Callable[[str], None], other: dict[str, object]) -> None:
    if other.pop("file", False):
        text = (course.root / "style.jsonl").read_text(encoding="utf-8")
        (course.root / "style.jsonl").write_text(text.replace("V/m", "N/C"), encoding="utf-8")
    forbid(RENDER)
    with pytest.raises(AssertionError, match="was called"):
        training_rows(course.context(**other))
    assert len(list((cache_folder() / "rows").iterdir())) == 1, "what failed leaves nothing"


@pytest.mark.parametrize("name", ["tokens.bin", "learned.bin", "rows.json", "shortened.json"])
@pytest.mark.parametrize("how", ["cut", "changed", "gone"])
def test_a_damaged_entry_is_rendered_anew(course: Course, name: str, how: str) -> None:
    wanted = list(training_rows(course.context()))
    (entry,) = (cache_folder() / "rows").iterdir()
    whole = (entry / name).read_bytes()
    if how == "gone":
        (entry / name).unlink()
    else:
        (entry / name).write_bytes(whole[:-1] if how == "cut" else bytes([whole[0] ^ 1]) + whole[1:])
    assert list(training_rows(course.context())) == wanted
    assert (entry / name).read_bytes() == whole


def test_samples_are_read_rendered_and_written_one_after_the_other(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sample is on its way before the next is read; no list of them, or of their rows, comes about."""
    events: list[str] = []
    run = course.context(seed=5)

    def noted(samples: Iterator[Sample]) -> Iterator[Sample]:
        for sample in samples:
            events.append(f"read {sample.id}")
            yield sample

    def render(sample: Sample, *given: Any) -> list[Rendered]:
        events.append(f"render {sample.id}")
        return render_sample(sample, *given)

    def write(rows: Iterable[Rendered], *given: Any) -> None:
        write_rows((events.append(f"write {row.id}") or row for row in rows), *given)  # type: ignore[func-returns-value]

    samples = Context.samples.fget
    monkeypatch.setattr(Context, "samples", property(lambda self: noted(samples(self))))
    monkeypatch.setattr(RENDER, render)
    monkeypatch.setattr("tutorsmith.pipeline.rows.write_rows", write)
    rows = training_rows(run)
    once = list(dict.fromkeys(events))  # a row that is too long is rendered again
    assert once == [f"{what} {name}" for name in dict.fromkeys(rows.names) for what in ("read", "render", "write")]


def test_two_runs_that_begin_at_once_get_the_same_rows(course: Course) -> None:
    for entry in (cache_folder() / "rows").iterdir():
        shutil.rmtree(entry)
    runs = [course.context() for _ in range(2)]
    for run in runs:
        assert run.loaded and run.index
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(training_rows, runs)
    assert list(one) == list(other) and len(list((cache_folder() / "rows").iterdir())) == 1


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


@pytest.mark.parametrize("evidence", ["auto", "line"])
def test_answers_open_with_quotes_only_where_asked_and_never_in_refusals(course: Course, evidence: str) -> None:
    """What is written for the tutor is not learned; what it has to write itself is."""
    plain, quoting = (
        rendered(course, f"evidence={evidence}"),
        rendered(course, "quote_words=40", f"evidence={evidence}"),
    )
    tokenizer = course.context().loaded.tokenizer
    refusals = {sample.id for sample in course.context().samples if sample.refusal_type}
    opened = [row for row in quoting if "From the notes:" in tokenizer.decode(row.ids)]
    assert opened and not {row.id for row in opened} & refusals
    assert not any("From the notes:" in tokenizer.decode(row.ids) for row in plain)
    for row, bare in zip(quoting, plain, strict=True):
        learned, before = (
            tokenizer.decode([i for i, kept in zip(r.ids, r.mask, strict=True) if kept]) for r in (row, bare)
        )
        if row in opened and evidence == "auto":
            assert "From the notes:" not in learned and not learned.startswith("#")
            assert before.endswith(learned) and learned
        elif row in opened:
            assert "From the notes:" in learned
        else:
            assert row == bare
        start, there = row.mask.index(True), bare.mask.index(True)
        assert row.ids[: min(start, there)] == bare.ids[: min(start, there)], "prompts are those of answering"
