"""A writer that says what it is told to, and a good draft about Faraday's law."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutorsmith.expand.draft import Draft
from tutorsmith.expand.plan import Task, chunk_hash
from tutorsmith.expand.queue import Queue
from tutorsmith.expand.run import expand, planned
from tutorsmith.expand.setting import Setting
from tutorsmith.expand.verify import Case
from tutorsmith.expand.writers import Reply

ROOT = Path(__file__).resolve().parents[2]
STARTER = ROOT / "src/tutorsmith/starter"
CHECK = "### Check (units / boundary conditions / limiting cases)"
GOOD = Draft(
    question="A coil rests in a strong magnetic field that stays constant. Which emf does it feel, and why?",
    answer="### Conclusion\nNone: a constant flux, however large, induces no emf, "
    "$\\mathcal{E}=-N\\frac{d\\Phi}{dt}$.\n\n"
    "### Derivation\n1. Faraday's law states that the emf around a closed path equals the negative rate of change of "
    "the magnetic flux through a surface bounded by that path.\n2. With $N$ turns the emf is "
    "$\\mathcal{E}=-N\\frac{d\\Phi}{dt}$. At rest in a constant field the flux does not change.\n\n"
    f"{CHECK}\n1 Wb/s is 1 V. Limiting case: as soon as the coil turns, an emf appears.",
    key_points=("a constant flux induces no emf", {"formula": "E = -N*dPhi/dt"}),
    cited=1,
)


@dataclass
class Scripted:
    """A writer that says what it is told to, in turn; the last entry again. An error in the script is raised."""

    script: Sequence[str | Exception]
    parallel: int = 1
    asked: list[list[Mapping[str, str]]] = field(default_factory=list)
    identity: Mapping[str, Any] = field(default_factory=lambda: {"model": "scripted", "endpoint": "here"})

    def write(self, messages: Sequence[Mapping[str, str]], seed: int) -> Reply:
        del seed
        entry = self.script[min(len(self.asked), len(self.script) - 1)]
        self.asked.append(list(messages))
        if isinstance(entry, Exception):
            raise entry
        return Reply(entry, "stop")

    def stop(self) -> None:
        """Nothing waits."""


def reply(draft: Draft = GOOD, **changes: Any) -> str:
    return json.dumps({**draft.as_dict(), **changes}, ensure_ascii=False)


def faraday(setting: Setting) -> Task:
    """A task about Faraday's law, which GOOD is a draft for; the law's chunk is the first of its file."""
    chunk = next(c for c in setting.material.index.chunks if c.heading.startswith("Faraday's law of electromagnetic"))
    return Task("0badcafe", "concept", "ch10", chunk.source, chunk.number, chunk.heading, chunk_hash(chunk), 0)


def case(setting: Setting, draft: Draft = GOOD, kind: str = "concept") -> Case:
    chunk = setting.material.chunk(faraday(setting))
    assert chunk is not None
    return Case(draft, "style-x-1", kind, "ch10", f"{chunk.heading}\n{chunk.text}", setting.mold)


def drafted(queue: Queue, setting: Setting, *replies: str, count: int = 1) -> Scripted:
    """Fill the queue by a writer that gives these replies, for tasks about Faraday's law."""
    writer = Scripted(replies)
    tasks = [faraday(setting)] if count == 1 else planned(queue, setting, count, 0, writer.identity)
    expand(queue, setting, tasks, writer, 0)
    return writer
