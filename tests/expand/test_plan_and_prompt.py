"""The plan fills gaps; the prompt holds what a writer needs and nothing of the benchmark."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from expand_tools import GOOD, faraday

from tutorsmith.core.errors import DataError, UsageError
from tutorsmith.data.schema import Message, Sample
from tutorsmith.evaluation.metrics.key_points import judge_key_point
from tutorsmith.expand.kinds import KINDS, kind_of, kinds_for
from tutorsmith.expand.plan import chapter_of, chunk_hash, make_plan
from tutorsmith.expand.prompt import example_points, messages
from tutorsmith.expand.setting import Setting, read_setting
from tutorsmith.project import Stage
from tutorsmith.retrieval.index import build_index


def test_the_plan_fills_what_the_data_lacks(setting: Setting) -> None:
    found, index = setting.found, setting.material.index
    assert (found.total, found.of_kind("calculation")) == (8, 4)
    tasks = make_plan(found, index, 22, seed=0)
    have = {k.name: found.of_kind(k.name) + sum(t.kind == k.name for t in tasks) for k in found.kinds}
    whole = sum(have.values())
    for kind in found.kinds:
        assert abs(have[kind.name] - kind.share * whole) <= 1.5, have
    # the first drafts go to the chapter that has least of the kind
    assert tasks[0].chapter in ("ch04", "ch07", "ch10")
    assert len({(task.chunk_hash, task.kind) for task in tasks}) == len(tasks)
    assert all(
        "=" in index.chunks[_place(setting, task.source, task.chunk)].text
        for task in tasks
        if task.kind == "derivation"
    )


def _place(setting: Setting, source: str, number: int) -> int:
    return next(k for k, c in enumerate(setting.material.index.chunks) if (c.source, c.number) == (source, number))


def test_the_same_seed_gives_the_same_plan(setting: Setting) -> None:
    index = setting.material.index
    first, again, other = (make_plan(setting.found, index, 10, seed=seed) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_what_a_queue_holds_is_not_planned_again(setting: Setting) -> None:
    index = setting.material.index
    first = make_plan(setting.found, index, 6, seed=0)
    more = make_plan(setting.found, index, 6, seed=0, done=[(task.chunk_hash, task.kind) for task in first])
    assert not {task.id for task in first} & {task.id for task in more}


def test_few_notes_give_further_turns_of_the_same_chunk(setting: Setting) -> None:
    index = build_index(setting.material.index.chunks[:1])
    tasks = make_plan(replace(setting.found, chapters=("ch04",)), index, 12, seed=0)
    assert {task.turn for task in tasks} >= {0, 1}
    assert len({task.id for task in tasks}) == 12
    short = build_index([replace(index.chunks[0], text="Too short.")])
    with pytest.raises(DataError, match="long enough"):
        make_plan(setting.found, short, 1, seed=0)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Derive the field of a line charge.", "derivation"),
        ("A wire carries 10 A. Which force acts?", "calculation"),
        ("Why is the field zero inside?", "concept"),
        ('What is wrong here? "The sample was measured by us using a meter."', "diagnosis"),
        ('Please improve this: "The sample was measured by us using a meter."', "rewrite"),
        ("推导线电荷的电场。", "derivation"),
    ],
)
def test_kinds_by_their_questions(question: str, kind: str) -> None:
    sample = Sample("a", "tutor", (Message("user", question), Message("assistant", "x")))
    assert kind_of(sample) == kind
    assert kind_of(replace(sample, refusal_type="out_of_scope")) == "out_of_scope"
    assert kind_of(replace(sample, meta={"category": "rewrite"})) == "rewrite"


def test_notes_of_prose_get_no_calculations() -> None:
    prose, formulas = ["Write short sentences."] * 9, ["So $E=0$ holds."] * 9
    assert {kind.name for kind in kinds_for(prose)} >= {"diagnosis", "rewrite"}
    assert {kind.name for kind in kinds_for(formulas)} >= {"calculation", "derivation"}
    assert not {kind.name for kind in kinds_for(formulas)} & {"diagnosis", "rewrite"}


def test_chapters_of_files() -> None:
    assert [chapter_of(name) for name in ("04-x.md", "a/ch12.md", "chapter-3.md", "waves.md")] == [
        "ch04",
        "ch12",
        "ch03",
        "waves",
    ]


def test_the_prompt_holds_excerpts_examples_and_no_benchmark(setting: Setting) -> None:
    task = faraday(setting)
    dialogue = messages(task, setting.material)
    assert [message["role"] for message in dialogue] == ["system", "user", "assistant", "user", "assistant", "user"]
    system, last = dialogue[0]["content"], dialogue[-1]["content"]
    assert "### Derivation" in system and "null, since" in system
    assert last.endswith("Write it about excerpt [1].") and "[1] Faraday's law" in last
    assert "A bar slides at 4.0 m/s" in last  # a question of this chapter, as taken
    shown = json.loads(dialogue[2]["content"])
    assert shown["cited"] == 1 and judge_key_point(shown["key_points"][0], shown["answer"]).covered
    whole = "\n".join(message["content"] for message in dialogue)
    assert "hangs 5.0 cm above" not in whole  # style-b-006
    refused = messages(replace(task, kind="missing_parameters"), setting.material)
    assert '"missing_parameters", since' in refused[0]["content"]
    assert json.loads(refused[2]["content"])["refusal_type"] == "missing_parameters"


def test_a_chinese_prompt(setting: Setting) -> None:
    dialogue = messages(faraday(setting), replace(setting.material, language="zh", samples=()))
    assert dialogue[0]["content"].endswith("全部用中文书写。")
    assert "请就摘录 [1] 来写。" in dialogue[-1]["content"] and KINDS["concept"].zh in dialogue[-1]["content"]


def test_examples_carry_key_points_that_hold() -> None:
    points = example_points(GOOD.answer)
    assert points and all(judge_key_point(point, GOOD.answer).covered for point in points)
    assert example_points("### Conclusion\n$") == []


def test_hashes_of_chunks_are_of_what_they_say(setting: Setting) -> None:
    chunk = setting.material.index.chunks[0]
    assert chunk_hash(replace(chunk, number=7)) == chunk_hash(chunk)
    assert chunk_hash(replace(chunk, text=chunk.text + " More.")) != chunk_hash(chunk)


def test_stages_that_cannot_be_expanded(starter: Stage, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no notes"):
        read_setting(replace(starter, notes=()), "sample", "en")
    with pytest.raises(DataError, match="notes"):
        read_setting(starter, "sample", "en", [tmp_path / "nowhere"])
    rows = [json.loads(line) for line in starter.train[0].read_text(encoding="utf-8").splitlines()]
    bare, called = tmp_path / "bare.jsonl", tmp_path / "called.jsonl"
    bare.write_text("".join(json.dumps({**r, "messages": r["messages"][1:]}) + "\n" for r in rows), encoding="utf-8")
    called.write_text(
        "".join(json.dumps({**r, "meta": {"has_tool_call": True}}) + "\n" for r in rows), encoding="utf-8"
    )
    with pytest.raises(DataError, match="system prompt"):
        read_setting(replace(starter, train=(bare,)), "sample", "en")
    with pytest.raises(UsageError, match="tool calls"):
        read_setting(replace(starter, train=(called,)), "sample", "en")
