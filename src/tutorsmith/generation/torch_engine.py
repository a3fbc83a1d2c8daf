"""Answers from a transformers model, in batches of similar length (`generation.ragged`).

On a GPU all rows of a batch go on in step, since a token costs the same for one or all. On a CPU rows leave when they
end, and greedy answers get several tokens a pass where guesses at them prove right (`generation.drafts`).
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice

import torch

from tutorsmith.core.errors import ResourceError
from tutorsmith.core.memory import available_bytes, is_out_of_memory
from tutorsmith.generation.drafts import Drafts, guesses_a_row, share_out
from tutorsmith.generation.engine import Completion, EngineOptions, Sampling, seed_of
from tutorsmith.generation.ragged import Decoder
from tutorsmith.models.load import LoadedModel
from tutorsmith.models.norms import fused_norms
from tutorsmith.models.prepacked import MOST_ROWS, prepacked
from tutorsmith.models.rotary import fused_rotary

LOGGER = logging.getLogger("tutorsmith")
MAX_ROWS = {"cpu": 32, "cuda": 64}
# Prompt tokens that one prefill may hold: bounds the memory of its activations.
PREFILL_TOKENS = {"cpu": 16384, "cuda": 65536}
SHARE = 0.25
"""The part of the free memory that keys and values of a batch may take on a CPU."""
WORTH_PACKING = 256
"""Tokens of answers from which on packed weights (`models.prepacked`) pay for the packing."""
LOOK_EVERY = 8
"""Tokens after which a GPU is asked whether rows have ended: asking makes it wait, the tokens after an end are lost."""


def make(loaded: LoadedModel, _options: EngineOptions) -> "TorchEngine":
    return TorchEngine(loaded)


class TorchEngine:
    """Greedy or sampled decoding with the loaded model. See `tutorsmith.generation.engine.Engine`."""

    def __init__(self, loaded: LoadedModel, *, in_step: bool | None = None, drafts: bool = True) -> None:
        """in_step: decode as on a GPU (None: only there). drafts: guess at greedy answers (not in step)."""
        self.loaded = loaded
        self.in_step = loaded.device.type == "cuda" if in_step is None else in_step
        self.drafts = drafts
        self.identity = (str(loaded.dtype), loaded.quantization, loaded.device.type)

    def generate(
        self, prompts: Sequence[Sequence[int]], sampling: Sampling, done: Callable[[int, Completion], None]
    ) -> None:
        """Out of memory halves the batch and goes on; with one prompt left it is an error. Raises: ResourceError."""
        waiting = self._batches(prompts, sampling)
        answered: set[int] = set()

        def hand_over(k: int, completion: Completion) -> None:
            answered.add(k)
            done(k, completion)

        with torch.inference_mode(), self._ready(len(prompts) * sampling.max_new_tokens):
            while waiting:
                batch = waiting.pop(0)
                rows = [(k, prompts[k]) for k in batch]
                try:
                    (self._answer_in_step if self.in_step else self._answer)(rows, sampling, hand_over)
                except RuntimeError as error:
                    if not is_out_of_memory(error):
                        raise
                    if len(batch) == 1:
                        raise ResourceError(
                            f"out of memory with one prompt of {len(prompts[batch[0]])} tokens",
                            where="predict",
                            mend="lower max_new_tokens or notes_words, use --set quantization=4bit, or a smaller model",
                        ) from error
                    LOGGER.warning("out of memory with %d prompts at once; going on with half", len(batch))
                    torch.cuda.empty_cache()
                    left = [k for k in batch if k not in answered]
                    half = -(-len(batch) // 2)
                    waiting[:0] = [part for part in (left[:half], left[half:]) if part]

    @contextmanager
    def _ready(self, tokens: int) -> Iterator[None]:
        """The model prepared for so many tokens of answers, and afterwards as it was."""
        model = self.loaded.model
        before = model.config._attn_implementation
        with ExitStack() as prepared:
            prepared.callback(model.set_attn_implementation, before)
            prepared.enter_context(fused_norms(model))
            prepared.enter_context(fused_rotary(model))
            if tokens >= WORTH_PACKING:
                prepared.enter_context(prepacked(model))
            yield

    def _batches(self, prompts: Sequence[Sequence[int]], sampling: Sampling) -> list[list[int]]:
        """Indices in batches of similar length, the longest first (so that memory trouble shows at once)."""
        order = sorted(range(len(prompts)), key=lambda k: (-len(prompts[k]), k))
        kind = "cuda" if self.loaded.device.type == "cuda" else "cpu"
        rows, room = sampling.batch_size or MAX_ROWS[kind], PREFILL_TOKENS[kind]
        kept = _places_in_memory(self.loaded) if kind == "cpu" else None
        batches: list[list[int]] = []
        for k in order:
            size = len(batches[-1]) + 1 if batches else 0
            longest = len(prompts[batches[-1][0]]) if batches else 0
            fits = kept is None or size * (longest + sampling.max_new_tokens) <= kept
            if batches and size <= rows and size * longest <= room and fits:
                batches[-1].append(k)
            else:
                batches.append([k])
        return batches

    def _rows(self, batch: list[tuple[int, Sequence[int]]], sampling: Sampling) -> list["_Row"]:
        guess = sampling.temperature == 0 and self.drafts and not self.in_step
        return [
            _Row(
                k,
                # A short prompt may say more than a long one beside it.
                min(sampling.max_new_tokens, self.loaded.context - len(prompt)),
                torch.Generator(self.loaded.device).manual_seed(seed_of(sampling.seed, prompt)),
                Drafts(prompt) if guess else None,
            )
            for k, prompt in batch
        ]

    def _answer_in_step(
        self, batch: list[tuple[int, Sequence[int]]], sampling: Sampling, done: Callable[[int, Completion], None]
    ) -> None:
        """Answer one batch; all rows go on until the last has ended, since a token costs the same for one or all."""
        started = time.perf_counter()
        rows = self._rows(batch, sampling)
        dice = [row.die for row in rows]
        limit = max(row.limit for row in rows)
        decoder = Decoder(self.loaded.model, [prompt for _, prompt in batch], [limit] * len(rows))
        open_rows = set(range(len(batch)))
        unseen: list[torch.Tensor] = []
        for step in range(1, limit + 1):
            chosen = _choose(decoder.logits, sampling, dice)
            unseen.append(chosen.clone())
            if step % LOOK_EVERY == 0 or step == limit:
                seconds = time.perf_counter() - started
                for k, tokens in enumerate(torch.stack(unseen).t().tolist()):
                    reason = self._heard(rows[k], tokens) if k in open_rows else ""
                    if reason:
                        open_rows.discard(k)
                        done(rows[k].name, Completion(tuple(rows[k].said), reason, seconds))
                unseen = []
                if not open_rows:
                    return
            decoder.feed(chosen)

    def _answer(
        self, batch: list[tuple[int, Sequence[int]]], sampling: Sampling, done: Callable[[int, Completion], None]
    ) -> None:
        """Answer one batch, of which rows leave as they end."""
        started = time.perf_counter()
        rows = self._rows(batch, sampling)
        decoder = Decoder(self.loaded.model, [prompt for _, prompt in batch], [row.limit for row in rows])
        heard = [[token] for token in _choose(decoder.logits, sampling, [row.die for row in rows]).tolist()]
        while True:
            stays = []
            for k, (row, tokens) in enumerate(zip(rows, heard, strict=True)):
                if reason := self._heard(row, tokens):
                    done(row.name, Completion(tuple(row.said), reason, time.perf_counter() - started))
                else:
                    stays.append(k)
            if not stays:
                return
            if len(stays) < len(rows):
                stays = _filling_gaps(stays)
                decoder.keep(stays)
                rows = [rows[k] for k in stays]
            most = guesses_a_row(len(rows))
            guesses = share_out([row.guess(most) for row in rows], MOST_ROWS - len(rows))
            tried = [[row.said[-1], *guess] for row, guess in zip(rows, guesses, strict=True)]
            counts = [len(tokens) for tokens in tried]
            logits = decoder.feed_several([token for tokens in tried for token in tokens], counts)
            chosen = _choose(logits, sampling, [row.die for row in rows])
            picks = iter(chosen.tolist())
            heard = [_right(guess, list(islice(picks, len(guess) + 1))) for guess in guesses]
            decoder.accept([len(tokens) for tokens in heard])

    def _heard(self, row: "_Row", tokens: Sequence[int]) -> str:
        """Take in a row's further tokens up to its end; returns why it has ended, or the empty string."""
        for token in tokens:
            if token in self.loaded.ends:
                return "stop"
            row.said.append(token)
            if len(row.said) == row.limit:
                return "length"
        if row.drafts is not None:
            row.drafts.extend(tokens)
        return ""


@dataclass
class _Row:
    """An answer under way. name: the prompt's index; limit: the most tokens that it may have."""

    name: int
    limit: int
    die: torch.Generator
    drafts: Drafts | None = None
    said: list[int] = field(default_factory=list)

    def guess(self, most: int) -> list[int]:
        """Of the tokens that may still come the last needs no guess: the model chooses it."""
        return self.drafts.propose(min(most, self.limit - len(self.said) - 1)) if self.drafts else []


def _right(guess: list[int], chosen: list[int]) -> list[int]:
    """The model's choices after the last token and after each guess -> those that stand: up to the first that differs
    from the guess, itself included."""
    wrong = next((k for k, token in enumerate(guess) if token != chosen[k]), len(guess))
    return chosen[: wrong + 1]


def _filling_gaps(stays: Sequence[int]) -> list[int]:
    """Rows that stay, in an order that moves few: each keeps its place, or fills that of one which left."""
    count = len(stays)
    movers = [k for k in stays if k >= count]
    return [k if k in stays else movers.pop() for k in range(count)]


def _places_in_memory(loaded: LoadedModel) -> int:
    """How many tokens' keys and values the main memory has room for."""
    config = loaded.model.config
    heads = int(getattr(config, "num_key_value_heads", None) or config.num_attention_heads)
    head = int(getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)
    a_token = 2 * int(config.num_hidden_layers) * heads * head * loaded.dtype.itemsize
    return int(SHARE * available_bytes() / a_token)


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
