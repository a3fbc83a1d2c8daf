"""Drafting: plan -> ask -> keep -> check -> keep. Every reply is in the queue before anything else is done with it.

    tasks ──► threads: prompt, reply, one repair ──► "drafted" | "failed" (as they come)
                                                        └─► "checked" (in the order of the plan) ──► "rejected" by rule

A run that is stopped at any moment is gone on with by the same call: tasks of the plan that the queue holds are not
asked again, and drafts without checks are checked first.
"""

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Any

from tutorsmith.core.artifacts import hash_value
from tutorsmith.core.errors import DataError
from tutorsmith.core.progress import bar
from tutorsmith.expand.draft import Draft
from tutorsmith.expand.plan import Survey, Task, make_plan
from tutorsmith.expand.prompt import VERSION, Material, messages, repair
from tutorsmith.expand.queue import CHECKED, DRAFTED, FAILED, REJECTED, RULES, Entry, Queue
from tutorsmith.expand.reply import Unusable, read_reply
from tutorsmith.expand.setting import Setting
from tutorsmith.expand.verify import FAILED as CHECK_FAILED
from tutorsmith.expand.verify import Case, reasons, verify
from tutorsmith.expand.writers import Writer

LOGGER = logging.getLogger("tutorsmith")


@dataclass(frozen=True)
class Asked:
    """What came of one task: a draft, or the reason that there is none."""

    task: Task
    draft: Draft | None
    raw: tuple[str, ...]
    mended: tuple[str, ...]
    why: str
    prompt_hash: str


def planned(queue: Queue, setting: Setting, count: int, seed: int, writer: Mapping[str, Any]) -> list[Task]:
    """The tasks that are left of the queue's plan when it is the one that is asked for now, else those of a new plan,
    which is written to the queue. writer: the identity of who is to write."""
    wanted = {
        "count": count,
        "seed": seed,
        "writer": dict(writer),
        "notes": setting.material.index.content_hash,
        "prompt": VERSION,
    }
    name = hash_value(wanted)
    left = [task for task in queue.tasks if task.id not in queue.entries]
    if left and queue.plan.get("plan") == name:
        LOGGER.info("going on with the plan of %s: %d of %d drafts are left", queue.plan["time"], len(left), count)
        return left
    if left:
        LOGGER.warning("a new plan: %d drafts of the plan before were never asked for", len(left))
    done = [(entry.task.chunk_hash, entry.task.kind) for entry in queue.entries.values()]
    tasks = make_plan(_with_queue(setting, queue), setting.material.index, count, seed=seed, done=done)
    queue.append("planned", plan=name, settings=wanted, tasks=[task.as_dict() for task in tasks])
    return tasks


def _with_queue(setting: Setting, queue: Queue) -> Survey:
    """The survey with the drafts that wait or were accepted, so that a second plan does not fill the same gaps."""
    have = dict(setting.found.have)
    for entry in queue.entries.values():
        if entry.state not in (REJECTED, FAILED) and not entry.appended:
            key = (entry.task.chapter, entry.task.kind)
            have[key] = have.get(key, 0) + 1
    return replace(setting.found, have=have)


def expand(queue: Queue, setting: Setting, tasks: Sequence[Task], writer: Writer, seed: int) -> None:
    """Ask for the tasks, keep each reply, check each draft.

    Raises: NetworkError, ModelError, ResourceError, DataError; what came before is in the queue.
    """
    _remember(queue, setting)
    for entry in list(queue.entries.values()):
        if entry.state == DRAFTED:
            check_entry(queue, entry, setting)
    order = [task.id for task in tasks]
    with bar("drafts", len(tasks)) as progress, ThreadPoolExecutor(writer.parallel) as pool:
        todo = list(tasks)
        running: dict[Future[Asked], Task] = {}
        done = 0
        try:
            while todo or running:
                while todo and len(running) < writer.parallel:
                    task = todo.pop(0)
                    running[pool.submit(ask, task, setting.material, writer, seed)] = task
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                errors = [error for future in finished if (error := future.exception()) is not None]
                for future in finished:
                    del running[future]
                    if future.exception() is None:
                        _keep(queue, future.result(), setting, writer, seed)
                        done += 1
                        progress.update(done)
                if errors:
                    raise errors[0]
                order = _check_ready(queue, setting, order)
        finally:
            writer.stop()
            _keep_late(queue, running, setting, writer, seed)
    _check_ready(queue, setting, order)


def _keep_late(
    queue: Queue, running: Mapping[Future[Asked], Task], setting: Setting, writer: Writer, seed: int
) -> None:
    """Replies that arrive while a failure or Ctrl-C ends the run are kept; what fails now is asked again next time."""
    for future in running:
        if not future.cancel() and future.exception() is None:
            _keep(queue, future.result(), setting, writer, seed)


def _check_ready(queue: Queue, setting: Setting, order: list[str]) -> list[str]:
    """Check the drafts whose predecessors in the plan are there; returns the ids that are left."""
    while order and order[0] in queue.entries:
        entry = queue.entries[order[0]]
        if entry.state == DRAFTED:
            check_entry(queue, entry, setting)
        order = order[1:]
    return order


def ask(task: Task, material: Material, writer: Writer, seed: int) -> Asked:
    """One draft with one repair. Raises: as `Writer.write`; DataError when the notes hold the task's chunk no more."""
    if material.chunk(task) is None:
        raise DataError(
            "the notes do not hold the planned chunk any more",
            where=f"{task.source}, chunk {task.chunk}",
            mend="run again with the notes of the plan, or start a new --queue",
        )
    dialogue = messages(task, material)
    digest = hash_value([VERSION, dialogue])
    count = len(material.excerpts(task))
    raw: list[str] = []
    why = ""
    for attempt in range(2):
        reply = writer.write(dialogue, task_seed(seed, task) + attempt)
        raw.append(reply.text)
        try:
            read = read_reply(reply.text, count)
        except Unusable as error:
            cut = " (it was cut off: raise --max-new-tokens)" if reply.finish_reason == "length" else ""
            why = f"{error}{cut}"
            dialogue = [
                *dialogue,
                {"role": "assistant", "content": reply.text},
                {"role": "user", "content": repair(material.language, str(error))},
            ]
            continue
        return Asked(task, read.draft, tuple(raw), read.mended, why, digest)
    return Asked(task, None, tuple(raw), (), why, digest)


def task_seed(seed: int, task: Task) -> int:
    """A seed of its own for each task, so that equal prompts of two runs differ by --seed alone."""
    return (seed * 1_000_003 + int(task.id, 16)) % (2**31 - 2)


def _keep(queue: Queue, asked: Asked, setting: Setting, writer: Writer, seed: int) -> None:
    provenance = {
        **writer.identity,
        "seed": task_seed(seed, asked.task),
        "prompt": asked.prompt_hash,
        "source": asked.task.source,
        "chunk": asked.task.chunk,
        "chunk_sha256": asked.task.chunk_hash,
        "requests": len(asked.raw),
    }
    shared: dict[str, Any] = {"id": asked.task.id, "task": asked.task.as_dict(), "provenance": provenance}
    shared["raw"] = list(asked.raw)
    if asked.draft is None:
        queue.append(FAILED, **shared, reason=asked.why)
        return
    excerpts = [
        {"source": c.source, "chunk": c.number, "heading": c.heading, "text": c.text}
        for c in setting.material.excerpts(asked.task)
    ]
    mended = list(asked.mended) + ([f"asked twice: {asked.why}"] if asked.why else [])
    queue.append(DRAFTED, **shared, draft=asked.draft.as_dict(), excerpts=excerpts, mended=mended)


def case_of(entry: Entry, draft: Draft, setting: Setting) -> Case:
    """A draft with the excerpt that it cites, as its checks see it."""
    excerpt = ""
    if draft.cited is not None and draft.cited <= len(entry.excerpts):
        cited = entry.excerpts[draft.cited - 1]
        excerpt = f"{cited['heading']}\n{cited['text']}"
    identity = f"{setting.mold.tag}-{entry.id}"
    return Case(draft, identity, entry.task.kind, entry.task.chapter, excerpt, setting.mold)


def check_entry(queue: Queue, entry: Entry, setting: Setting) -> None:
    """Check the entry's draft, keep the result, and reject by rule what fails."""
    assert entry.draft is not None
    case = case_of(entry, entry.draft, setting)
    checks = [check.as_dict() for check in verify(case, setting.neighbours)]
    failed = [check["name"] for check in checks if check["state"] == CHECK_FAILED]
    queue.append(CHECKED, id=entry.id, checks=checks, passed=not failed)
    if failed:
        queue.append(REJECTED, id=entry.id, by=RULES, reason=reasons(checks))
    else:
        setting.neighbours.add_draft(case.record)


def _remember(queue: Queue, setting: Setting, but: Entry | None = None) -> None:
    """The drafts that wait or were accepted become neighbours, all but one."""
    setting.neighbours.forget_drafts()
    for entry in queue.entries.values():
        known = entry.state not in (REJECTED, DRAFTED, FAILED) and not entry.appended
        if entry.draft is not None and known and entry is not but:
            setting.neighbours.add_draft(case_of(entry, entry.draft, setting).record)


def checks_of(queue: Queue, entry: Entry, draft: Draft, setting: Setting) -> list[dict[str, Any]]:
    """What the checks say of a draft that is to take the place of the entry's own; nothing is written."""
    _remember(queue, setting, but=entry)
    return [check.as_dict() for check in verify(case_of(entry, draft, setting), setting.neighbours)]
