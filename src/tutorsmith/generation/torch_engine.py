"""Answers from a transformers model, in batches of similar length (`generation.ragged`).

On a GPU all rows of a batch go on in step, since a token costs the same for one or all. On a CPU rows leave when they
end, and greedy answers get several tokens a pass where guesses at them prove right (`generation.drafts`).
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import accumulate, chain

import torch

from tutorsmith.core.errors import ResourceError
from tutorsmith.core.memory import available_bytes, is_out_of_memory
from tutorsmith.generation.choice import among, choose, others
from tutorsmith.generation.drafts import Drafts, guesses_a_row, share_out
from tutorsmith.generation.engine import Completion, EngineOptions, Forms, Sampling, seed_of
from tutorsmith.generation.form import Form
from tutorsmith.generation.guide import END, limit_of, opening_size
from tutorsmith.generation.guides import AnyGuide, Guides
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

Asked = tuple[int, Sequence[int], Form | None]
"""A prompt's index, the prompt, and the form of its answer."""


def make(loaded: LoadedModel, _options: EngineOptions) -> "TorchEngine":
    return TorchEngine(loaded)


class TorchEngine:
    """Greedy or sampled decoding with the loaded model. See `tutorsmith.generation.engine.Engine`."""

    def __init__(self, loaded: LoadedModel, *, in_step: bool | None = None, drafts: bool = True) -> None:
        """in_step: decode as on a GPU (None: only there). drafts: guess at greedy answers (not in step)."""
        self.loaded = loaded
        self.in_step = loaded.device.type == "cuda" if in_step is None else in_step
        self.drafts = drafts
        self.guides = Guides(loaded.tokenizer, loaded.ends)
        self.identity = (str(loaded.dtype), loaded.quantization, loaded.device.type)

    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        sampling: Sampling,
        done: Callable[[int, Completion], None],
        forms: Forms = None,
    ) -> None:
        """Out of memory halves the batch and goes on; with one prompt left it is an error. Raises: ResourceError."""
        opened = [opening_size(form, self.guides.spelling) if form else 0 for form in forms or [None] * len(prompts)]
        waiting = self._batches([len(prompt) + more for prompt, more in zip(prompts, opened, strict=True)], sampling)
        answered: set[int] = set()

        def hand_over(k: int, completion: Completion) -> None:
            answered.add(k)
            done(k, completion)

        with torch.inference_mode(), self._ready(len(prompts) * sampling.max_new_tokens):
            while waiting:
                batch = waiting.pop(0)
                rows = [(k, prompts[k], forms[k] if forms else None) for k in batch]
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

    def _batches(self, sizes: Sequence[int], sampling: Sampling) -> list[list[int]]:
        """Indices in batches of similar length, the longest first (so that memory trouble shows at once). sizes: tokens
        that are read before the model says something."""
        order = sorted(range(len(sizes)), key=lambda k: (-sizes[k], k))
        kind = "cuda" if self.loaded.device.type == "cuda" else "cpu"
        rows, room = sampling.batch_size or MAX_ROWS[kind], PREFILL_TOKENS[kind]
        kept = _places_in_memory(self.loaded) if kind == "cpu" else None
        batches: list[list[int]] = []
        for k in order:
            size = len(batches[-1]) + 1 if batches else 0
            longest = sizes[batches[-1][0]] if batches else 0
            fits = kept is None or size * (longest + sampling.max_new_tokens) <= kept
            if batches and size <= rows and size * longest <= room and fits:
                batches[-1].append(k)
            else:
                batches.append([k])
        return batches

    def _rows(self, batch: list[Asked], sampling: Sampling) -> list["_Row"]:
        guess = sampling.temperature == 0 and self.drafts and not self.in_step
        rows = []
        for k, prompt, form in batch:
            # A short prompt may say more than a long one beside it.
            limit = limit_of(form, self.guides.spelling, sampling.max_new_tokens, self.loaded.context - len(prompt))
            die = torch.Generator(self.loaded.device).manual_seed(seed_of(sampling.seed, prompt))
            guide = self.guides.of(form, limit) if form else None
            begun = guide.begin() if guide else []
            read = [*prompt, *begun]
            rows.append(_Row(k, limit, die, read, guide, Drafts(read) if guess else None, begun))
        return rows

    def _answer_in_step(self, batch: list[Asked], sampling: Sampling, done: Callable[[int, Completion], None]) -> None:
        """Answer one batch; all rows go on until the last has ended, since a token costs the same for one or all."""
        started = time.perf_counter()
        rows = self._rows(batch, sampling)
        dice = [row.die for row in rows]
        limit = max(row.left for row in rows)
        decoder = Decoder(self.loaded.model, [row.read for row in rows], [limit] * len(rows))
        open_rows = set(range(len(batch)))
        guided = {k for k in open_rows if rows[k].guide}
        unseen: list[torch.Tensor] = []
        for step in range(1, limit + 1):
            chosen = choose(decoder.logits, sampling, dice)
            if guided:
                # A guide must know each token before the next: the GPU waits for it at every one.
                tokens = chosen.tolist()
                for k in open_rows & guided:
                    tokens[k] = rows[k].said_of([], tokens[k : k + 1], decoder.logits[k : k + 1], sampling)[0]
                chosen = torch.tensor(tokens, device=chosen.device)
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
            decoder.feed(chosen.clamp(min=0) if guided else chosen)

    def _answer(self, batch: list[Asked], sampling: Sampling, done: Callable[[int, Completion], None]) -> None:
        """Answer one batch, of which rows leave as they end."""
        started = time.perf_counter()
        rows = self._rows(batch, sampling)
        decoder = Decoder(self.loaded.model, [row.read for row in rows], [row.left for row in rows])
        heard = _heard_of(rows, [[]] * len(rows), decoder.logits, sampling)
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
            heard = _heard_of(rows, guesses, logits, sampling)
            decoder.accept([len(tokens) for tokens in heard])

    def _heard(self, row: "_Row", tokens: Sequence[int]) -> str:
        """Take in a row's further tokens up to its end; returns why it has ended, or the empty string."""
        for token in tokens:
            if token == END or token in self.loaded.ends:
                return row.end()
            row.said.append(token)
            if len(row.said) == row.limit:
                return "length"
        if row.drafts is not None:
            row.drafts.extend(tokens)
        return ""


@dataclass
class _Row:
    """An answer under way. name: the prompt's index; limit: the most tokens that it may have; read: the prompt, and
    with what the answer begins whatever the model says; guide: of its form."""

    name: int
    limit: int
    die: torch.Generator
    read: Sequence[int]
    guide: AnyGuide | None = None
    drafts: Drafts | None = None
    said: list[int] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Tokens that may still come."""
        return self.limit - len(self.said)

    def guess(self, most: int) -> list[int]:
        """Of the tokens that may still come the last needs no guess: the model chooses it. A heading is known."""
        if self.drafts is None:
            return []
        most = min(most, self.left - 1)
        known = list(self.guide.queue)[:most] if self.guide else []
        return known or self.drafts.propose(most)

    def said_of(
        self, guess: Sequence[int], chosen: Sequence[int], logits: torch.Tensor, sampling: Sampling
    ) -> list[int]:
        """The model's choices after the last token and after each guess -> what is said: up to the first that differs
        from the guess, itself included. logits: (choices, vocabulary), of which a guide takes others."""
        said: list[int] = []
        for k, token in enumerate(chosen):
            if self.guide:
                token = self.guide.choose(self._ranked(token, logits[k], sampling))
            said.append(token)
            if k == len(guess) or token != guess[k]:
                break
        return said

    def _ranked(self, token: int, logits: torch.Tensor, sampling: Sampling) -> Iterator[int]:
        """The model's choices, of which the first is known. logits: (vocabulary,)."""
        fitting = self.guide.fitting() if self.guide else None
        if fitting is None:
            return chain([token], others(logits, token, sampling, self.die))
        return among(logits, fitting, sampling, self.die)

    def end(self) -> str:
        """Its finish reason; what the guide takes back goes."""
        if self.guide is None:
            return "stop"
        del self.said[self.guide.kept :]
        return self.guide.reason


def _heard_of(
    rows: Sequence[_Row], guesses: Sequence[list[int]], logits: torch.Tensor, sampling: Sampling
) -> list[list[int]]:
    """What each row says. logits: after the last token and after each guess of the first row, of the second, ..."""
    counts = [len(guess) + 1 for guess in guesses]
    chosen = choose(logits, sampling, [row.die for row, count in zip(rows, counts, strict=True) for _ in range(count)])
    picks, starts = chosen.tolist(), accumulate(counts, initial=0)
    return [
        row.said_of(guess, picks[start : start + count], logits[start : start + count], sampling)
        for row, guess, count, start in zip(rows, guesses, counts, starts, strict=False)
    ]


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
