"""Answers from llama.cpp, through xllamacpp: a GGUF of the base model, the adapter as a GGUF adapter on it.

xllamacpp runs llama.cpp's server inside this process. It is asked over its loopback address, because only there it
returns the ids of an answer's tokens (its direct calls return text, which cannot be split into the same tokens again).
A key made for the occasion keeps other users of the machine out. Requests run in parallel slots, so the numbers of an
answer depend in their last bits on what is answered beside it.
"""

import importlib.util
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import torch

from tutorsmith.core.artifacts import hash_file
from tutorsmith.core.errors import ModelError, ResourceError, UsageError
from tutorsmith.core.memory import available_bytes
from tutorsmith.generation.engine import Completion, EngineOptions, Forms, Sampling, seed_of
from tutorsmith.generation.guide import limit_of
from tutorsmith.generation.guides import AnyGuide, Guides
from tutorsmith.generation.in_parts import answer_in_parts
from tutorsmith.generation.threads import answer_in_threads
from tutorsmith.models.adapters import check_adapter
from tutorsmith.models.gguf_file import KINDS, adapter_gguf, model_gguf
from tutorsmith.models.load import LoadedModel

if TYPE_CHECKING:
    import httpx

MAX_SLOTS = 16
SLOT_STEP = 256
"""llama.cpp rounds the length of a slot up to this."""
SHARE = 0.25
"""The part of the free memory that keys and values of all slots may take."""
LIFT = 100.0
"""Added to the logits of tokens of which one must come; more would cost their last digits."""
PATIENCE = 3600.0
"""Seconds that one answer may take."""


def make(loaded: LoadedModel, options: EngineOptions) -> "LlamaCppEngine":
    return LlamaCppEngine(loaded, options.adapter, options.gguf_weights)


class LlamaCppEngine:
    """Greedy or sampled decoding by llama.cpp. See `tutorsmith.generation.engine.Engine`.

    loaded: only its tokenizer, configuration and files are used. weights: "file" takes the model's own GGUF as it is;
    "f32", "f16" and "q8_0" are written from its safetensors; "auto" is f32, whose answers are the torch engine's.

    Raises: UsageError without xllamacpp or for unknown weights, ModelError for a model or adapter without a GGUF form,
    ResourceError without space in the cache.
    """

    def __init__(self, loaded: LoadedModel, adapter: Path | None = None, weights: str = "auto") -> None:
        if importlib.util.find_spec("xllamacpp") is None:
            raise UsageError(
                "the llamacpp engine needs xllamacpp",
                where="engine",
                mend="pip install 'tutorsmith[llamacpp]', or use --engine torch",
            )
        self.loaded = loaded
        self.kind = "f32" if weights == "auto" else weights
        if adapter is not None:
            check_adapter(loaded, adapter)
        self.folder = adapter
        self.guides = Guides(loaded.tokenizer, loaded.ends)
        self.model, self.adapter = self._files()
        self.identity = (self.kind, hash_file(self.model) if self.kind == "file" else "")

    def _files(self) -> tuple[Path, Path | None]:
        config = self.loaded.model.config
        return _model(self.loaded, self.kind), adapter_gguf(self.folder, config) if self.folder else None

    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        sampling: Sampling,
        done: Callable[[int, Completion], None],
        forms: Forms = None,
    ) -> None:
        """Answers come in the order in which they end. Raises: ModelError, ResourceError."""
        if not prompts:
            return
        limits = [
            limit_of(form, self.guides.spelling, sampling.max_new_tokens, self.loaded.context - len(prompt))
            for prompt, form in zip(prompts, forms or [None] * len(prompts), strict=True)
        ]
        width = max(len(prompt) + limit for prompt, limit in zip(prompts, limits, strict=True))
        slots = self._slots(len(prompts), width, sampling.batch_size)
        # The longest first: nobody waits at the end for one that began late.
        order = sorted(range(len(prompts)), key=lambda k: (-len(prompts[k]), k))
        with self._server(slots, width) as client:
            free: SimpleQueue[int] = SimpleQueue()
            for slot in range(slots):
                free.put(slot)

            def ask(k: int, stop: threading.Event) -> Completion:
                form = forms[k] if forms else None
                if form is None:
                    return self._answer(client, stop, prompts[k], sampling, limits[k])
                guide = self.guides.of(form, limits[k])
                slot = free.get()
                try:
                    return self._answer_in_form(client, stop, prompts[k], sampling, guide, slot)
                finally:
                    free.put(slot)

            # llama.cpp gives up what nobody waits for any more: a closed client ends what is under way.
            answer_in_threads(order, slots, ask, done, client.close)

    def _slots(self, prompts: int, width: int, wanted: int) -> int:
        """How many answers at once: as wanted, else as many as the free memory holds keys and values for."""
        config = self.loaded.model.config
        heads = int(getattr(config, "num_key_value_heads", None) or config.num_attention_heads)
        head = int(getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)
        a_token = 2 * int(config.num_hidden_layers) * heads * head * (4 if self.kind == "f32" else 2)
        fitting = int(SHARE * available_bytes() / (a_token * width))
        return max(1, min(prompts, wanted or min(MAX_SLOTS, fitting)))

    @contextmanager
    def _server(self, slots: int, width: int) -> Iterator["httpx.Client"]:
        """llama.cpp with the model loaded, and a client for its address; both end with the block.

        Raises: ModelError when llama.cpp cannot load the files.
        """
        import httpx
        import xllamacpp

        key = secrets.token_hex(32)
        try:
            server = xllamacpp.Server(self._parameters(slots, width, key))
        except RuntimeError:
            # A file of the cache may be damaged: written anew, it is tried once more.
            for file in (self.model, self.adapter):
                if file is not None and file != self.loaded.gguf:
                    file.unlink(missing_ok=True)
            self.model, self.adapter = self._files()
            try:
                server = xllamacpp.Server(self._parameters(slots, width, key))
            except RuntimeError as error:
                raise ModelError(
                    f"llama.cpp cannot load this model with {slots} slots of {width} tokens: {error}",
                    where=str(self.model),
                    mend="set predict_batch_size lower, or use --engine torch",
                ) from error
        headers = {"Authorization": f"Bearer {key}"}
        limits = httpx.Limits(max_connections=slots, max_keepalive_connections=slots)
        try:
            # The address is our own: no proxy of the environment may stand between.
            with httpx.Client(
                base_url=server.listening_address, headers=headers, timeout=PATIENCE, limits=limits, trust_env=False
            ) as client:
                yield client
        finally:
            del server

    def _parameters(self, slots: int, width: int, key: str) -> Any:
        import xllamacpp

        params = xllamacpp.CommonParams()
        params.api_keys = [key]
        params.model.path = str(self.model)
        if self.adapter is not None:
            params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(self.adapter), 1.0)]
        params.n_parallel = slots
        params.n_ctx = slots * (-(-(width + 1) // SLOT_STEP) * SLOT_STEP)
        params.kv_unified = False
        params.fit_params = False
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = torch.get_num_threads()
        if self.loaded.device.type == "cpu":
            params.n_gpu_layers = 0
        if self.kind == "f32":
            # Halves in the cache would round what float32 weights just computed.
            params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
            params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
        params.cache_ram_mib = 0
        params.warmup = False
        params.verbosity = 0
        params.ui = False
        params.endpoint_slots = False
        return params

    def _answer(
        self, client: "httpx.Client", stop: threading.Event, prompt: Sequence[int], sampling: Sampling, limit: int
    ) -> Completion:
        """One answer. llama.cpp also ends at tokens that are no end of a turn here (a padding token, say); the answer
        then goes on behind them, as in the other engines."""
        started = time.perf_counter()
        said: list[int] = []
        while not stop.is_set():
            body = {"prompt": [*prompt, *said], "n_predict": limit - len(said), **_choice(sampling, prompt)}
            tokens = self._ask(client, body)
            for token in tokens:
                if token in self.loaded.ends:
                    return Completion(tuple(said), "stop", time.perf_counter() - started)
                said.append(token)
                if len(said) == limit:
                    return Completion(tuple(said), "length", time.perf_counter() - started)
        raise _stopped()

    def _answer_in_form(
        self,
        client: "httpx.Client",
        stop: threading.Event,
        prompt: Sequence[int],
        sampling: Sampling,
        guide: AnyGuide,
        slot: int,
    ) -> Completion:
        """One answer in its form. slot: where llama.cpp keeps what it has read of it."""
        started = time.perf_counter()

        def ask(said: Sequence[int], most: int, refused: Sequence[int], only: Sequence[int]) -> list[int]:
            if stop.is_set():
                raise _stopped()
            whole = [*prompt, *said]
            body = {"prompt": whole, "n_predict": most, "id_slot": slot, **_choice(sampling, whole)}
            bias = [*([token, False] for token in refused), *([token, LIFT] for token in only)]
            return self._ask(client, {**body, "logit_bias": bias})

        ids, reason = answer_in_parts(guide, ask)
        return Completion(ids, reason, time.perf_counter() - started)

    def _ask(self, client: "httpx.Client", body: dict[str, Any]) -> list[int]:
        """The ids that llama.cpp says, one at least. Raises: ModelError when it refuses, ResourceError when it dies."""
        import httpx

        try:
            response = client.post("/completion", json=body)
            answer = response.json()
        except (httpx.HTTPError, ValueError, RuntimeError) as error:  # RuntimeError: the client was closed meanwhile
            raise ResourceError(
                f"llama.cpp stopped answering: {error}",
                where="predict",
                mend="run the same command again, with a lower predict_batch_size if memory is short",
            ) from error
        tokens = answer.get("tokens") if isinstance(answer, dict) else None
        if not response.is_success or not tokens:
            told = answer.get("error", answer) if isinstance(answer, dict) else answer
            what = told.get("message", told) if isinstance(told, dict) else told
            raise ModelError(
                f"llama.cpp refuses a prompt of {len(body['prompt'])} tokens: {str(what)[:200]}",
                where=str(self.model),
                mend="use --engine torch",
            )
        return [int(token) for token in tokens]


def _stopped() -> ResourceError:
    return ResourceError("generation was stopped", where="predict", mend="run the same command again")


def _model(loaded: LoadedModel, kind: str) -> Path:
    """Raises: UsageError, ModelError, ResourceError."""
    if kind == "file":
        if loaded.gguf is None:
            raise ModelError(
                "this model has no GGUF of its own",
                where="gguf_weights=file",
                mend="put one .gguf file into the model's folder, or use gguf_weights=f32, f16 or q8_0",
            )
        return loaded.gguf
    if kind not in KINDS:
        mend = f"use auto, file, {', '.join(KINDS)}"
        raise UsageError(f"unknown weights '{kind}'", where="gguf_weights", mend=mend)
    return model_gguf(loaded.folder, loaded.model.config, loaded.tokenizer, kind, loaded.fingerprint)


def _choice(sampling: Sampling, prompt: Sequence[int]) -> dict[str, Any]:
    """How a token is chosen: nothing but what Sampling says (llama.cpp's own defaults would add top-k and min-p).

    Temperature comes before the nucleus, as in the torch engine; the dice are llama.cpp's own.
    """
    common = {"return_tokens": True, "cache_prompt": True, "repeat_penalty": 1.0}
    if sampling.temperature == 0:
        return {**common, "samplers": ["top_k"], "top_k": 1, "temperature": 0.0}
    return {
        **common,
        "samplers": ["temperature", "top_p"],
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "min_keep": 1,
        "seed": seed_of(sampling.seed, prompt) % 2**32,
    }
