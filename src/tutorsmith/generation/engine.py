"""The seam between answers and what makes them: one method, and a small table of engines."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from tutorsmith.core.errors import UsageError, suggest
from tutorsmith.generation.form import Form

Forms = Sequence[Form | None] | None


@dataclass(frozen=True)
class Sampling:
    """How to choose tokens. temperature 0 is greedy; seed matters only above it."""

    max_new_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    batch_size: int = 0


@dataclass(frozen=True)
class Completion:
    """An answer as token ids without its end of turn; finish_reason "stop" or "length"; seconds since its batch."""

    ids: tuple[int, ...]
    finish_reason: str
    seconds: float


class Engine(Protocol):
    """Anything that answers prompts. Completions are handed over as they finish, with the prompt's index.

    identity: what of its weights or their place decides the answers; the answer cache tells engines apart by it.
    """

    @property
    def identity(self) -> tuple[str, ...]: ...

    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        sampling: Sampling,
        done: Callable[[int, Completion], None],
        forms: Forms = None,
    ) -> None:
        """prompts: token ids, each shorter than the context. Calls `done(index, completion)` once a prompt. forms: the
        sections that each answer must have (None: none), with room for them (`guide.room_needed`).

        Raises: ResourceError when memory runs out even for one prompt at a time.
        """
        ...


@dataclass(frozen=True)
class EngineOptions:
    """What an engine may need beside the model.

    adapter: for engines that put it on themselves; gguf_weights and endpoint_...: see GenerateSettings; messages: of
    each prompt being asked, what it was made of, for an endpoint with a chat template of its own (it changes with
    what is asked).
    """

    adapter: Path | None = None
    gguf_weights: str = "auto"
    endpoint_url: str = ""
    endpoint_model: str = ""
    endpoint_prompts: str = "ids"
    messages: Mapping[tuple[int, ...], Sequence[Mapping[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class EngineRow:
    """One engine. target: "module:function" that makes it from a loaded model and EngineOptions, imported when asked
    for, so that no engine's library is imported before it is needed.

    weights: whether it computes with the torch model, which then has the adapter on already; others get the adapter's
    folder, and a model without weights will do.
    """

    target: str
    weights: bool = True


ENGINES: Mapping[str, EngineRow] = {
    "torch": EngineRow("tutorsmith.generation.torch_engine:make"),
    "llamacpp": EngineRow("tutorsmith.generation.llamacpp_engine:make", weights=False),
    "openai": EngineRow("tutorsmith.generation.openai_engine:make", weights=False),
}
AUTO = "torch"
"""The engine of "auto"."""


def choose_engine(wanted: str) -> str:
    """The row that a name means; "auto" is AUTO. Raises: UsageError for an engine that is not in the table."""
    name = AUTO if wanted == "auto" else wanted
    if name not in ENGINES:
        raise UsageError(f"unknown engine '{wanted}'", where="--engine", mend=suggest(wanted, ["auto", *ENGINES]))
    return name


def make_engine(name: str, loaded: Any, options: EngineOptions | None = None) -> Engine:
    """Raises: UsageError for an engine that is not in the table or not installed, ModelError for a model that it
    cannot take."""
    module, _, function = ENGINES[choose_engine(name)].target.partition(":")
    engine: Engine = getattr(import_module(module), function)(loaded, options or EngineOptions())
    return engine


def seed_of(seed: int, prompt: Sequence[int]) -> int:
    """A seed for each prompt: what is sampled for it depends neither on its batch nor on what was answered before."""
    return int.from_bytes(hashlib.sha256(json.dumps([seed, list(prompt)]).encode()).digest()[:7], "big")
