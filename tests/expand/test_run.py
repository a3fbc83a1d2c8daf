"""Asking: plans that are gone on with, replies that are kept whatever happens, endpoints that fail."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from expand_tools import Scripted, drafted, faraday, reply

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "evaluation"))

from expand_servers import model_server, recorded
from judge_server import Entry, JudgeServer

from tutorsmith.core.endpoint import Endpoint
from tutorsmith.core.errors import DataError, ModelError, NetworkError
from tutorsmith.expand.queue import Queue, open_queue
from tutorsmith.expand.run import expand, planned, task_seed
from tutorsmith.expand.setting import Setting
from tutorsmith.expand.writers import NAMES, EndpointWriter, EngineWriter, Style

KEY = "sk-never-written"


def at(server: JudgeServer, **limits: Any) -> EndpointWriter:
    parallel = limits.pop("parallel", 1)
    parts = {"timeout": 5.0, "tries": 3, "first_pause": 0.01, "names": NAMES, **limits}
    return EndpointWriter(Endpoint(server.url, "model-1", KEY, **parts), Style(0.5, 300), parallel)


def ask_one(queue: Queue, setting: Setting, *script: Entry, **limits: Any) -> JudgeServer:
    with JudgeServer(*script) as server, at(server, **limits) as writer:
        expand(queue, setting, [faraday(setting)], writer, 7)
    return server


def test_what_is_asked_and_what_is_kept(queue: Queue, setting: Setting) -> None:
    server = ask_one(queue, setting, reply())
    body, headers = server.asked[0]
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("model-1", 0.5, 300)
    assert body["seed"] == task_seed(7, faraday(setting)) and headers["Authorization"] == f"Bearer {KEY}"
    (entry,) = queue.entries.values()
    assert entry.waits
    assert entry.provenance == {
        "model": "model-1",
        "endpoint": server.url.split("/")[2],
        "temperature": 0.5,
        "seed": body["seed"],
        "prompt": entry.provenance["prompt"],
        "source": "10-faraday-induction.md",
        "chunk": 0,
        "chunk_sha256": faraday(setting).chunk_hash,
        "requests": 1,
    }
    assert KEY not in queue.path.read_text(encoding="utf-8")


@pytest.mark.parametrize("trouble", [429, 503, "cut", "nonsense", (429, {"Retry-After": "0"})])
def test_trouble_that_passes_is_waited_for(queue: Queue, setting: Setting, trouble: Entry) -> None:
    server = ask_one(queue, setting, trouble, reply())
    assert len(server.asked) == 2
    assert [entry.state for entry in queue.entries.values()] == ["checked"]


def test_a_rate_limit_says_how_long(queue: Queue, setting: Setting) -> None:
    started = time.monotonic()
    ask_one(queue, setting, (429, {"Retry-After": "1"}), reply())
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize(
    ("trouble", "told"), [("hang", "no response within"), ("drip", "took longer"), (500, "HTTP 500")]
)
def test_an_endpoint_that_keeps_failing(queue: Queue, setting: Setting, trouble: Entry, told: str) -> None:
    with pytest.raises(NetworkError, match=told) as error:
        ask_one(queue, setting, trouble, timeout=0.2, tries=2)
    assert "not asked for again" in str(error.value.mend)
    assert queue.entries == {}


@pytest.mark.parametrize(("status", "mend"), [(401, "EXPAND_API_KEY"), (404, "--endpoint"), (400, "--model")])
def test_an_endpoint_that_refuses(queue: Queue, setting: Setting, status: int, mend: str) -> None:
    with pytest.raises(ModelError, match=f"HTTP {status}") as error:
        ask_one(queue, setting, status)
    assert mend in str(error.value.mend) and KEY not in str(error.value)


def test_a_bad_reply_is_asked_about_once(queue: Queue, setting: Setting) -> None:
    server = ask_one(queue, setting, "No.", reply())
    assert [message["role"] for message in server.asked[1][0]["messages"]][-2:] == ["assistant", "user"]
    assert "no JSON object" in server.asked[1][0]["messages"][-1]["content"]
    assert server.asked[1][0]["seed"] == server.asked[0][0]["seed"] + 1
    (entry,) = queue.entries.values()
    assert entry.waits and list(entry.raw) == ["No.", reply()]


def test_two_bad_replies_are_kept_as_failed(queue: Queue, setting: Setting) -> None:
    ask_one(queue, setting, "No.", "No, really.")
    (entry,) = open_queue(queue.path).entries.values()
    assert (entry.state, list(entry.raw), entry.draft) == ("failed", ["No.", "No, really."], None)
    assert "no JSON object" in entry.reason


def test_a_failing_check_rejects_by_rule_and_is_kept(queue: Queue, setting: Setting) -> None:
    drafted(queue, setting, reply(key_points=["the emf is twelve volts"]))
    (entry,) = open_queue(queue.path).entries.values()
    assert (entry.state, entry.by) == ("rejected", "rules")
    assert entry.reason.startswith("key points: 'the emf is twelve volts'")


def test_a_broken_run_goes_on_where_it_was(queue: Queue, setting: Setting) -> None:
    first = Scripted([reply(), reply(), NetworkError("gone")])
    tasks = planned(queue, setting, 4, 0, first.identity)
    with pytest.raises(NetworkError):
        expand(queue, setting, tasks, first, 0)
    again = open_queue(queue.path)
    assert len(again.entries) == 2
    second = Scripted([reply()])
    left = planned(again, setting, 4, 0, second.identity)
    assert [task.id for task in left] == [task.id for task in tasks[2:]]
    expand(again, setting, left, second, 0)
    assert len(second.asked) == 2 and len(again.entries) == 4
    assert all(entry.state != "drafted" for entry in again.entries.values())
    more = planned(again, setting, 4, 0, second.identity)
    assert len(more) == 4 and not {task.id for task in more} & set(again.entries)


def test_another_wish_makes_another_plan(queue: Queue, setting: Setting) -> None:
    one = planned(queue, setting, 3, 0, {"model": "a"})
    other = planned(queue, setting, 3, 0, {"model": "b"})
    assert [task.id for task in one] == [task.id for task in other]
    assert [row["event"] for row in _events(queue)].count("planned") == 2
    assert len(planned(queue, setting, 3, 0, {"model": "b"})) == 3
    assert [row["event"] for row in _events(queue)].count("planned") == 2


def _events(queue: Queue) -> list[dict[str, Any]]:
    return [json.loads(line) for line in queue.path.read_text(encoding="utf-8").splitlines()]


def test_replies_that_come_while_another_fails_are_kept(queue: Queue, setting: Setting) -> None:
    """Two requests at once: the second fails for good, the first answers later."""

    def answer(body: dict[str, Any]) -> Entry:
        slow = "Write it about excerpt [1]." in body["messages"][-1]["content"]
        return reply() if slow else 401

    tasks = planned(queue, setting, 6, 0, {})
    pair = [next(t for t in tasks if t.chunk == 0), next(t for t in tasks if t.chunk)]
    with JudgeServer(answer=answer) as server, at(server, parallel=2) as writer, pytest.raises(ModelError, match="401"):
        expand(queue, setting, pair, writer, 0)
    assert list(open_queue(queue.path).entries) == [pair[0].id]


def test_a_draft_that_a_kill_left_unchecked_is_checked_first(queue: Queue, setting: Setting) -> None:
    drafted(queue, setting, reply())
    rows = queue.path.read_text(encoding="utf-8").splitlines(keepends=True)
    queue.path.write_text("".join(rows[:-1]), encoding="utf-8")
    again = open_queue(queue.path)
    assert again.entries["0badcafe"].state == "drafted"
    expand(again, setting, [], Scripted([]), 0)
    assert again.entries["0badcafe"].waits


def test_the_second_of_two_equal_drafts_is_rejected(queue: Queue, setting: Setting) -> None:
    drafted(queue, setting, reply())
    writer = Scripted([reply()])
    tasks = [task for task in planned(queue, setting, 12, 5, {}) if task.kind == "concept"][:1]
    expand(queue, setting, tasks, writer, 5)
    entry = queue.entries[tasks[0].id]
    assert (
        entry.by == "rules" and "question-overlap" in entry.reason and "draft record 'style-x-0badcafe'" in entry.reason
    )


def test_notes_without_the_planned_chunk(queue: Queue, setting: Setting) -> None:
    from dataclasses import replace

    task = replace(faraday(setting), source="99-gone.md")
    with pytest.raises(DataError, match="planned chunk"):
        expand(queue, setting, [task], Scripted([reply()]), 0)


def test_the_recorded_endpoint(queue: Queue, setting: Setting) -> None:
    """Six good drafts (two mended, one after a second request), a leak, a wrong result, an invention, no JSON."""
    with recorded() as server, at(server) as writer:
        expand(queue, setting, planned(queue, setting, 10, 0, writer.identity), writer, 0)
        assert len(server.asked) == 12
    why = {e.task.heading.split(":")[0]: e.reason.split(":")[0] for e in queue.entries.values() if not e.waits}
    assert why == {
        "Relaxation time of charge in a conductor": "neighbours",
        "AC generator": "arithmetic",
        "Worked example": "there is no JSON object in it",
        "Capacitance of a spherical capacitor and an isolated sphere": "key points",
    }
    assert queue.counts()["checked"] == 6


@pytest.mark.slow
def test_the_embedded_model_behind_an_endpoint(queue: Queue, setting: Setting) -> None:
    """135M parameters and a few tokens: what matters is that everything it says is kept."""
    from tutorsmith.generation.engine import make_engine
    from tutorsmith.models.load import load_model

    loaded = load_model("smollm2-135m")
    local = EngineWriter(loaded, make_engine("torch", loaded), Style(0.7, 6))
    said: list[str] = []

    def write(messages: list[dict[str, str]], seed: int, longest: int) -> str:
        assert longest == 300
        # The end of the request alone: a prompt of some hundred tokens, since CI has no time for thousands.
        said.append(local.write([{"role": "user", "content": messages[-1]["content"][-300:]}], seed).text)
        return said[-1]

    with model_server(write) as server, at(server, timeout=300.0) as writer:
        expand(queue, setting, [faraday(setting)], writer, 0)
    (entry,) = queue.entries.values()
    assert entry.state in ("failed", "checked", "rejected") and set(entry.raw) <= set(said)
    assert all(text for text in entry.raw)


def test_the_local_engine_answers_a_dialogue(tiny_model: Path) -> None:
    from tutorsmith.generation.engine import make_engine
    from tutorsmith.models.load import load_model

    loaded = load_model(str(tiny_model))
    writer = EngineWriter(loaded, make_engine("torch", loaded), Style(0.7, 8))
    dialogue = [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hm?"}]
    first, again, other = (writer.write(dialogue, seed) for seed in (1, 1, 2))
    assert first == again and first.finish_reason in ("stop", "length") and first.text != other.text
    assert writer.identity["endpoint"].startswith("local (")
