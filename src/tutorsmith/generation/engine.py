"""The seam between answers and what makes them: one method, and a small table of engines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from tutorsmith.core.errors import UsageError, suggest


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
    """Anything that answers prompts. Completions are handed over as they finish, with the prompt's index."""

    def generate(
        self, prompts: Sequence[Sequence[int]], sampling: Sampling, done: Callable[[int, Completion], None]
    ) -> None:
        """prompts: token ids, each shorter than the context. Calls `done(index, completion)` once a prompt.

        Raises: ResourceError when memory runs out even for one prompt at a time.
        """
        ...


# name -> "module:Class"; loaded when asked for, so that no engine's library is imported before it is needed.
ENGINES: Mapping[str, str] = {"torch": "tutorsmith.generation.torch_engine:TorchEngine"}


def make_engine(name: str, loaded: Any) -> Engine:
    """Raises: UsageError for an engine that is not in the table."""
    if name not in ENGINES:
        raise UsageError(f"unknown engine '{name}'", where="--engine", mend=suggest(name, list(ENGINES)))
    module, _, cls = ENGINES[name].partition(":")
    engine: Engine = getattr(import_module(module), cls)(loaded)
    return engine
