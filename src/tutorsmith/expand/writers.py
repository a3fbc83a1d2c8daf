"""Who writes drafts: an OpenAI-compatible endpoint, or the local engine. One method, so that tests need no model."""

import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

from tutorsmith.core.endpoint import Endpoint, Names, complete, open_client

if TYPE_CHECKING:
    import httpx

    from tutorsmith.generation.engine import Engine
    from tutorsmith.models.load import LoadedModel

KEY_VARIABLE = "EXPAND_API_KEY"
NAMES = Names(
    model="the model",
    url_flag="--endpoint",
    model_flag="--model",
    key_variable=KEY_VARIABLE,
    again="run the same command again: drafts so far are kept and are not asked for again",
)


@dataclass(frozen=True)
class Style:
    """How drafts are sampled. temperature 0 would give every turn of a task the same draft."""

    temperature: float = 0.7
    max_new_tokens: int = 1200
    seed: int = 0


@dataclass(frozen=True)
class Reply:
    """finish_reason "length": cut off by max_new_tokens."""

    text: str
    finish_reason: str = ""


class Writer(Protocol):
    """Answers one dialogue at a time. `identity` goes into each draft's provenance."""

    parallel: int

    @property
    def identity(self) -> Mapping[str, Any]: ...

    def write(self, messages: Sequence[Mapping[str, str]], seed: int) -> Reply:
        """Raises: NetworkError, ModelError, ResourceError; DataError for a dialogue longer than the context."""
        ...

    def stop(self) -> None:
        """No further waiting for an endpoint."""
        ...


@dataclass
class EndpointWriter(AbstractContextManager["EndpointWriter"]):
    """Asks an endpoint; use as a context manager, so that its connections are closed."""

    endpoint: Endpoint
    style: Style
    parallel: int = 2
    stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._opened = open_client(self.endpoint)
        self._client: httpx.Client = self._opened.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._opened.__exit__(kind, error, trace)

    @property
    def identity(self) -> Mapping[str, Any]:
        return {"model": self.endpoint.model, "endpoint": self.endpoint.host, "temperature": self.style.temperature}

    def write(self, messages: Sequence[Mapping[str, str]], seed: int) -> Reply:
        options = {"temperature": self.style.temperature, "max_tokens": self.style.max_new_tokens, "seed": seed}
        found = complete(self._client, self.endpoint, messages, self.stopped, options)
        return Reply(found.text, found.finish_reason)

    def stop(self) -> None:
        self.stopped.set()


@dataclass
class EngineWriter:
    """Asks the loaded model of this machine."""

    loaded: "LoadedModel"
    engine: "Engine"
    style: Style
    parallel: int = 1

    @property
    def identity(self) -> Mapping[str, Any]:
        where = f"local ({self.loaded.device.type})"
        return {"model": self.loaded.name, "endpoint": where, "temperature": self.style.temperature}

    def write(self, messages: Sequence[Mapping[str, str]], seed: int) -> Reply:
        from tutorsmith.core.errors import DataError
        from tutorsmith.data.schema import Message
        from tutorsmith.generation.engine import Completion, Sampling
        from tutorsmith.models.render import render_prompt

        turns = [Message(message["role"], message["content"]) for message in messages]  # type: ignore[arg-type]
        prompt = render_prompt(turns, self.loaded.tokenizer)
        if len(prompt) >= self.loaded.context:
            raise DataError(
                f"the prompt of a draft has {len(prompt)} tokens, the model's context {self.loaded.context}",
                mend="take a model with a longer context",
            )
        made: list[Completion] = []
        sampling = Sampling(self.style.max_new_tokens, self.style.temperature, 0.95, seed)
        self.engine.generate([prompt], sampling, lambda _, completion: made.append(completion))
        text = self.loaded.tokenizer.decode(made[0].ids, skip_special_tokens=True).strip()
        return Reply(text, made[0].finish_reason)

    def stop(self) -> None:
        """One draft at a time: nothing waits."""
