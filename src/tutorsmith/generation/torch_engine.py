"""Answers from a transformers model, in batches of similar length.

On a GPU all that counts is how many kernels a token takes: rows lie packed and one recorded graph is replayed
(`generation.ragged`). On a CPU it is the arithmetic: left padding, and finished rows leave the batch.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch

from tutorsmith.core.errors import ResourceError
from tutorsmith.generation.engine import Completion, EngineOptions, Sampling, seed_of
from tutorsmith.generation.kv_cache import ATTENTION, keep_rows, make_cache
from tutorsmith.generation.ragged import Decoder
from tutorsmith.models.load import LoadedModel

LOGGER = logging.getLogger("tutorsmith")
MAX_ROWS = {"cpu": 32, "cuda": 64}
# Prompt tokens that one prefill may hold: bounds the memory of its activations.
PREFILL_TOKENS = {"cpu": 16384, "cuda": 65536}
LOOK_EVERY = 8
"""Tokens after which a GPU is asked whether rows have ended: asking makes it wait, the tokens after an end are lost."""


def make(loaded: LoadedModel, _options: EngineOptions) -> "TorchEngine":
    return TorchEngine(loaded)


class TorchEngine:
    """Greedy or sampled decoding with the loaded model. See `tutorsmith.generation.engine.Engine`."""

    def __init__(self, loaded: LoadedModel, *, ragged: bool | None = None) -> None:
        """ragged: decode as on a GPU (None: only there)."""
        self.loaded = loaded
        self.ragged = loaded.device.type == "cuda" if ragged is None else ragged
        self.identity = (str(loaded.dtype), loaded.quantization, loaded.device.type)

    def generate(
        self, prompts: Sequence[Sequence[int]], sampling: Sampling, done: Callable[[int, Completion], None]
    ) -> None:
        """Out of memory halves the batch and goes on; with one prompt left it is an error. Raises: ResourceError."""
        waiting = self._batches(prompts, sampling.batch_size)
        with torch.inference_mode(), self._attention():
            while waiting:
                batch = waiting.pop(0)
                rows = [(k, prompts[k]) for k in batch]
                try:
                    (self._answer_ragged if self.ragged else self._answer)(rows, sampling, done)
                except torch.OutOfMemoryError as error:
                    if len(batch) == 1:
                        raise ResourceError(
                            f"out of memory with one prompt of {len(prompts[batch[0]])} tokens",
                            where="predict",
                            mend="lower max_new_tokens or notes_words, use --set quantization=4bit, or a smaller model",
                        ) from error
                    LOGGER.warning("out of memory with %d prompts at once; going on with half", len(batch))
                    torch.cuda.empty_cache()
                    half = len(batch) // 2
                    waiting[:0] = [batch[:half], batch[half:]]

    @contextmanager
    def _attention(self) -> Iterator[None]:
        model = self.loaded.model
        before = model.config._attn_implementation
        model.set_attn_implementation(ATTENTION)
        try:
            yield
        finally:
            model.set_attn_implementation(before)

    def _batches(self, prompts: Sequence[Sequence[int]], wanted: int) -> list[list[int]]:
        """Indices in batches of similar length, the longest first (so that memory trouble shows at once)."""
        order = sorted(range(len(prompts)), key=lambda k: (-len(prompts[k]), k))
        rows = wanted or MAX_ROWS["cuda" if self.loaded.device.type == "cuda" else "cpu"]
        room = PREFILL_TOKENS["cuda" if self.loaded.device.type == "cuda" else "cpu"]
        batches: list[list[int]] = []
        for k in order:
            longest = len(prompts[batches[-1][0]]) if batches else 0
            if batches and len(batches[-1]) < rows and (len(batches[-1]) + 1) * longest <= room:
                batches[-1].append(k)
            else:
                batches.append([k])
        return batches

    def _answer_ragged(
        self, batch: list[tuple[int, Sequence[int]]], sampling: Sampling, done: Callable[[int, Completion], None]
    ) -> None:
        """Answer one batch; all rows go on until the last has ended, since a token costs the same for one or all."""
        started = time.perf_counter()
        limits = [min(sampling.max_new_tokens, self.loaded.context - len(prompt)) for _, prompt in batch]
        dice = [torch.Generator(self.loaded.device).manual_seed(seed_of(sampling.seed, prompt)) for _, prompt in batch]
        decoder = Decoder(self.loaded.model, [prompt for _, prompt in batch], max(limits))
        said: list[list[int]] = [[] for _ in batch]
        open_rows = set(range(len(batch)))
        unseen: list[torch.Tensor] = []
        for step in range(1, max(limits) + 1):
            chosen = _choose(decoder.logits, sampling, dice)
            unseen.append(chosen.clone())
            if step % LOOK_EVERY == 0 or step == max(limits):
                seconds = time.perf_counter() - started
                for row, tokens in enumerate(torch.stack(unseen).t().tolist()):
                    reason = self._heard(said[row], tokens, limits[row]) if row in open_rows else ""
                    if reason:
                        open_rows.discard(row)
                        done(batch[row][0], Completion(tuple(said[row]), reason, seconds))
                unseen = []
                if not open_rows:
                    return
            decoder.feed(chosen)

    def _heard(self, said: list[int], tokens: Sequence[int], limit: int) -> str:
        """Take in a row's further tokens up to its end; returns why it has ended, or the empty string."""
        for token in tokens:
            if token in self.loaded.ends:
                return "stop"
            said.append(token)
            if len(said) == limit:
                return "length"
        return ""

    def _answer(
        self, batch: list[tuple[int, Sequence[int]]], sampling: Sampling, done: Callable[[int, Completion], None]
    ) -> None:
        """Answer one batch. Rows keep their index in `names`; `tokens` holds what each has said so far."""
        started = time.perf_counter()
        model, device = self.loaded.model, self.loaded.device
        names = [k for k, _ in batch]
        width = max(len(prompt) for _, prompt in batch)
        # A short prompt may say more than a long one beside it.
        limits = {k: min(sampling.max_new_tokens, self.loaded.context - len(prompt)) for k, prompt in batch}
        limit = max(limits.values())
        dice = {k: torch.Generator(device).manual_seed(seed_of(sampling.seed, prompt)) for k, prompt in batch}
        ids = torch.full((len(batch), width), self.loaded.pad, device=device)
        seen = torch.zeros((len(batch), width + limit), dtype=torch.bool, device=device)
        for row, (_, prompt) in enumerate(batch):
            ids[row, width - len(prompt) :] = torch.tensor(prompt, device=device)
            seen[row, width - len(prompt) :] = True
        seen[:, width:] = True
        cache = make_cache(model.config.num_hidden_layers, width + limit)
        places = (seen[:, :width].long().cumsum(-1) - 1).clamp(min=0)
        causal = torch.ones((width, width), dtype=torch.bool, device=device).tril()
        # A padded query sees nothing; letting it see itself keeps its softmax finite, and nothing reads it.
        mask = (causal & seen[:, None, :width]) | torch.eye(width, dtype=torch.bool, device=device)
        logits = model(
            input_ids=ids,
            attention_mask=mask[:, None],
            position_ids=places,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        ).logits[:, -1]
        place = places[:, -1:] + 1
        tokens: dict[int, list[int]] = {k: [] for k in names}
        for step in range(1, limit + 1):
            chosen = _choose(logits, sampling, [dice[k] for k in names])
            stays = []
            for row, token in enumerate(chosen.tolist()):
                k = names[row]
                if token in self.loaded.ends:
                    done(k, Completion(tuple(tokens[k]), "stop", time.perf_counter() - started))
                    continue
                tokens[k].append(token)
                if step == limits[k]:
                    done(k, Completion(tuple(tokens[k]), "length", time.perf_counter() - started))
                else:
                    stays.append(row)
            if not stays:
                return
            if len(stays) < len(names):
                rows = torch.tensor(stays, device=device)
                names = [names[row] for row in stays]
                keep_rows(cache, rows)
                chosen, place, seen = chosen[rows], place[rows], seen[rows]
            logits = model(
                input_ids=chosen[:, None],
                attention_mask=seen[:, None, None, : width + step],
                position_ids=place,
                past_key_values=cache,
                use_cache=True,
            ).logits[:, -1]
            place = place + 1


def _choose(logits: torch.Tensor, sampling: Sampling, dice: list[torch.Generator]) -> torch.Tensor:
    """logits: (rows, vocabulary) -> token ids (rows,)."""
    if sampling.temperature == 0:
        return logits.argmax(-1)
    share = torch.softmax(logits.float() / sampling.temperature, -1)
    ordered, ids = share.sort(-1, descending=True)
    # Nucleus sampling (Holtzman et al. 2020): the fewest tokens whose share reaches top_p; the first always stays.
    ordered = ordered.masked_fill(ordered.cumsum(-1) - ordered >= sampling.top_p, 0.0)
    picks = [torch.multinomial(row, 1, generator=die) for row, die in zip(ordered, dice, strict=True)]
    return ids.gather(-1, torch.stack(picks))[:, 0]
