"""Samples and items -> rendered rows and requests, with the course notes in their system prompts.

Training and prediction both come through here, so a tutor is trained on the prompts that it will see.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from tutorsmith.data.mix import repeats_of
from tutorsmith.data.schema import BenchmarkItem, Message, Sample
from tutorsmith.generation.predict import Request
from tutorsmith.models.load import LoadedModel
from tutorsmith.models.render import Rendered, render_prompt, render_sample
from tutorsmith.retrieval.ground import HEADERS, ground, instructions, training_hits
from tutorsmith.retrieval.index import Index
from tutorsmith.retrieval.quotes import choose_quotes, with_quotes
from tutorsmith.retrieval.search import Hit, query_of
from tutorsmith.retrieval.settings import NotesSettings

LOGGER = logging.getLogger("tutorsmith")


@dataclass(frozen=True)
class Prompter:
    """How prompts are made in one run: for which model, from which notes (None: none), in which language."""

    loaded: LoadedModel
    index: Index | None
    notes: NotesSettings
    language: str

    def rendered(
        self, samples: Iterable[Sample], *, seed: int, max_length: int
    ) -> Iterator[tuple[list[Rendered], int]]:
        """Of each sample the rows to learn from, as often as its `meta.repeats` says, and how many excerpts were left
        out, last first, since a row would have been longer than max_length.

        Raises: DataError for a sample that cannot be rendered, or repeats that are no number.
        """
        for sample in samples:
            hits = found = self._training_hits(sample, seed)
            made = self._rows(sample, hits)
            while hits and max(len(row.ids) for row in made) > max_length:
                hits = hits[:-1]
                made = self._rows(sample, hits)
            yield made * repeats_of(sample), len(found) - len(hits)

    def requests(self, items: Sequence[BenchmarkItem], *, max_new_tokens: int) -> list[Request]:
        """One prompt an item. Excerpts that would leave no room for the answer are left out, last first, counted."""
        out: list[Request] = []
        shortened = 0
        for item in items:
            messages, hits = self.grounded(item)
            ids = render_prompt(messages, self.loaded.tokenizer, item.tools)
            while hits and len(ids) + max_new_tokens > self.loaded.context:
                hits, shortened = hits[:-1], shortened + 1
                messages, hits = self.grounded(item, hits) if hits else (list(item.messages), [])
                ids = render_prompt(messages, self.loaded.tokenizer, item.tools)
            kept = tuple(hit.as_dict() for hit in hits)
            asked = instructions(item.system)
            language, sent = self._language(item), tuple(message.as_dict() for message in messages)
            out.append(Request(item.id, tuple(ids), item.question, kept, language, asked, bool(item.tools), sent))
        say_shortened(shortened, f"the context of {self.loaded.context}")
        return out

    def grounded(self, sample: Sample, hits: Sequence[Hit] | None = None) -> tuple[list[Message], list[Hit]]:
        """The messages with excerpts in the system prompt (found by search if `hits` is None), and those excerpts."""
        if self.index is None or sample.meta.get("has_rag_context"):
            return list(sample.messages), []
        k, words = self.notes.notes_k, self.notes.notes_words
        return ground(sample.messages, self.index, k=k, max_words=words, language=self._language(sample), hits=hits)

    def _training_hits(self, sample: Sample, seed: int) -> list[Hit]:
        if self.index is None or sample.meta.get("has_rag_context"):
            return []
        k, share = self.notes.notes_k, self.notes.distractor_share
        return training_hits(self.index, sample.id, query_of(sample.messages), k=k, distractor_share=share, seed=seed)

    def _rows(self, sample: Sample, hits: Sequence[Hit]) -> list[Rendered]:
        messages = self._quoting(sample, *self.grounded(sample, hits)) if hits else list(sample.messages)
        return render_sample(sample, messages, self.loaded.tokenizer, self.loaded.ends)

    def _quoting(self, sample: Sample, messages: list[Message], hits: Sequence[Hit]) -> list[Message]:
        """The messages, their last answer opening with the passages of the excerpts that it rests on."""
        last = messages[-1]
        if self.index is None or not self.notes.notes_quotes or sample.refusal_type or not last.content:
            return messages
        most, words = self.notes.notes_quotes, self.notes.quote_words
        quotes = choose_quotes(hits, last.content, self.index, most=most, max_words=words)
        return [*messages[:-1], replace(last, content=with_quotes(last.content, quotes, self._language(sample)))]

    def _language(self, sample: Sample) -> str:
        """The sample's own language where there are words for it, else the run's."""
        own = str(sample.meta.get("language") or "")
        return own if own in HEADERS else self.language


def say_shortened(count: int, limit: str) -> None:
    if count:
        LOGGER.warning("left out %d excerpts to stay within %s tokens", count, limit)
