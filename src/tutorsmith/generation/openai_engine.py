"""Answers from an OpenAI-compatible endpoint: a vLLM or llama.cpp server, or any other.

Prompts go as token ids, the very ones that other engines get, wherever the server takes them. A server that only takes
messages applies a chat template of its own, and nobody here can tell whether it is the same.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tutorsmith.core.endpoint import CHAT, BadReply, Endpoint, Names, open_client, request
from tutorsmith.core.errors import ModelError, NetworkError, UsageError
from tutorsmith.generation.engine import Completion, EngineOptions, Forms, Sampling, seed_of
from tutorsmith.generation.form import Form
from tutorsmith.generation.guide import END, STEP, limit_of
from tutorsmith.generation.guides import Guides
from tutorsmith.generation.in_parts import answer_in_parts
from tutorsmith.generation.threads import answer_in_threads
from tutorsmith.models.load import LoadedModel

if TYPE_CHECKING:
    import httpx

LOGGER = logging.getLogger("tutorsmith")
KEY_VARIABLE = "OPENAI_API_KEY"
NAMES = Names("the endpoint", "endpoint_url", "endpoint_model", KEY_VARIABLE, "run the same command again")
AT_ONCE = 8
"""Requests under way unless predict_batch_size says otherwise."""
TIMEOUT, TRIES, FIRST_PAUSE = 600.0, 6, 0.5


def make(loaded: LoadedModel, options: EngineOptions) -> "OpenAIEngine":
    """Raises: UsageError without an address or a model's name."""
    if not options.endpoint_url:
        raise UsageError(
            "the openai engine needs an address",
            where="endpoint_url",
            mend="give --set endpoint_url=http://localhost:8000/v1 --set endpoint_model=NAME",
        )
    key = os.environ.get(KEY_VARIABLE, "")
    url, model = options.endpoint_url, options.endpoint_model
    endpoint = Endpoint(url, model, key, timeout=TIMEOUT, tries=TRIES, first_pause=FIRST_PAUSE, names=NAMES)
    if options.adapter is not None:
        LOGGER.warning(
            "%s must serve the adapter as '%s': nothing here can prove it", endpoint.host, options.endpoint_model
        )
    return OpenAIEngine(loaded, endpoint, options)


class OpenAIEngine:
    """Greedy or sampled answers of a served model. See `tutorsmith.generation.engine.Engine`.

    loaded: its tokenizer must be that of the served model. An answer that comes as text only is split into tokens
    here: its text is exact, the number of its tokens nearly so.
    """

    def __init__(self, loaded: LoadedModel, endpoint: Endpoint, options: EngineOptions) -> None:
        self.loaded = loaded
        self.endpoint = endpoint
        self.options = options
        self.guides = Guides(loaded.tokenizer, loaded.ends)
        self.identity = (endpoint.url, endpoint.model, options.endpoint_prompts)

    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        sampling: Sampling,
        done: Callable[[int, Completion], None],
        forms: Forms = None,
    ) -> None:
        """Answers come in the order in which they end; after an error those under way are waited for, no more asked.

        Raises: NetworkError, ModelError, UsageError.
        """
        if not prompts:
            return
        by_messages = self.options.endpoint_prompts == "messages"
        if forms and by_messages:
            LOGGER.warning(
                "sections are not guaranteed, nor are calls: an endpoint that takes messages lets no answer be "
                "continued (endpoint_prompts=ids does, where it takes token ids)"
            )
        with open_client(self.endpoint) as client:

            def ask(k: int, stop: threading.Event) -> Completion:
                form = forms[k] if forms and not by_messages else None
                if form is None:
                    return self._answer(client, stop, prompts[k], sampling)
                return self._answer_in_form(client, stop, prompts[k], sampling, form)

            answer_in_threads(range(len(prompts)), sampling.batch_size or AT_ONCE, ask, done)

    def _answer(
        self, client: "httpx.Client", stop: threading.Event, prompt: Sequence[int], sampling: Sampling
    ) -> Completion:
        started = time.perf_counter()
        limit = self._limit(prompt, sampling, None)
        body = self._choice(sampling, prompt, limit)
        if self.options.endpoint_prompts == "messages":
            ids, reason = request(
                client, self.endpoint, {**body, "messages": self._messages(prompt)}, stop, self._read, CHAT
            )
        else:
            ids, reason = self._continue(client, stop, body, prompt)
        end = next((k for k, token in enumerate(ids) if token in self.loaded.ends), None)
        if end is not None:
            ids, reason = ids[:end], "stop"
        return Completion(tuple(ids[:limit]), reason, time.perf_counter() - started)

    def _answer_in_form(
        self, client: "httpx.Client", stop: threading.Event, prompt: Sequence[int], sampling: Sampling, form: Form
    ) -> Completion:
        started = time.perf_counter()
        guide = self.guides.of(form, self._limit(prompt, sampling, form))

        def ask(said: Sequence[int], most: int, refused: Sequence[int], only: Sequence[int]) -> list[int]:
            whole = [*prompt, *said]
            unwanted = {*refused, *(self.loaded.ends if END in refused else ())} - {END}
            # A server that tells no ids tells nothing of a token that is a part of a character.
            for more in (0, STEP):
                body = self._choice(sampling, whole, most + more)
                bias = {str(token): -100 for token in unwanted} | {str(token): 100 for token in only}
                if bias:
                    body["logit_bias"] = bias
                ids, reason = self._continue(client, stop, body, whole)
                if reason == "stop" and not self.loaded.ends.intersection(ids):
                    ids = [*ids, END]
                if ids:
                    return ids
            return [END]

        ids, reason = answer_in_parts(guide, ask)
        return Completion(ids, reason, time.perf_counter() - started)

    def _limit(self, prompt: Sequence[int], sampling: Sampling, form: Form | None) -> int:
        return limit_of(form, self.guides.spelling, sampling.max_new_tokens, self.loaded.context - len(prompt))

    def _choice(self, sampling: Sampling, prompt: Sequence[int], most: int) -> dict[str, Any]:
        return {
            "model": self.endpoint.model,
            "max_tokens": most,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": seed_of(sampling.seed, prompt) % 2**31,
        }

    def _continue(
        self, client: "httpx.Client", stop: threading.Event, body: dict[str, Any], prompt: Sequence[int]
    ) -> tuple[list[int], str]:
        """The ids that follow the prompt's, and why they end. Raises: NetworkError, ModelError."""
        # The last three are vLLM's own; other servers pass over them.
        body |= {"prompt": list(prompt), "stop_token_ids": sorted(self.loaded.ends), "return_token_ids": True}
        body["skip_special_tokens"] = False
        try:
            return request(client, self.endpoint, body, stop, self._read, "/completions")
        except NetworkError:
            raise
        except ModelError as error:
            mend = f"{error.mend}; or, if it takes no token ids, use --set endpoint_prompts=messages"
            raise ModelError(error.what, where=error.where, mend=mend) from error

    def _messages(self, prompt: Sequence[int]) -> list[dict[str, Any]]:
        """Raises: ModelError for a prompt whose messages cannot be sent."""
        messages = self.options.messages.get(tuple(prompt))
        if messages is None:
            raise ModelError(
                "a prompt with tools cannot be sent as messages",
                where="endpoint_prompts",
                mend="use endpoint_prompts=ids with a server that takes token ids (vLLM, llama.cpp)",
            )
        return [dict(message) for message in messages]

    def _read(self, data: bytes) -> tuple[list[int], str]:
        """The first choice's token ids and why it ended. Raises: BadReply."""
        try:
            choice = json.loads(data)["choices"][0]
            text = choice["message"]["content"] if "message" in choice else choice["text"]
            reason, ids = choice["finish_reason"], choice.get("token_ids")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
            raise BadReply("its response is no completion") from error
        if reason not in ("stop", "length"):
            raise BadReply(f"its answer ended by '{reason}'")
        if isinstance(ids, list) and all(isinstance(token, int) for token in ids):
            return ids, reason
        if not isinstance(text, str):
            raise BadReply("its response holds no text")
        if reason == "length":  # it may end within a character
            text = text.rstrip("\N{REPLACEMENT CHARACTER}")
        return self.loaded.tokenizer.encode(text, add_special_tokens=False), reason
