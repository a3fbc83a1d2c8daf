"""Samples and items -> rendered rows and requests, with the course notes in their system prompts.

Training and prediction both come through here, so a tutor is trained on the prompts that it will see.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tutorsmith.data.mix import repeats_of
from tutorsmith.data.schema import BenchmarkItem, Message, Sample
from tutorsmith.evidence.course import Course
from tutorsmith.evidence.decide import Decider, Decision, label_of
from tutorsmith.evidence.line import bare, line_of, with_line
from tutorsmith.generation.predict import Request
from tutorsmith.models.load import LoadedModel
from tutorsmith.models.render import Rendered, render_prompt, render_sample
from tutorsmith.retrieval.ground import HEADERS, ground, instructions, training_hits
from tutorsmith.retrieval.index import Index
from tutorsmith.retrieval.search import Hit, query_of
from tutorsmith.retrieval.settings import NotesSettings

LOGGER = logging.getLogger("tutorsmith")


@dataclass(frozen=True)
class Prompter:
    """How prompts are made in one run: for which model, from which notes (None: none), in which language.

    course names what samples refuse for, decider what questions are refused for; without them nothing is told of it.
    """

    loaded: LoadedModel
    index: Index | None
    notes: NotesSettings
    language: str
    course: Course | None = None
    decider: Decider | None = None

    def rendered(
        self, samples: Iterable[Sample], *, seed: int, max_length: int
    ) -> Iterator[tuple[list[Rendered], int]]:
        """Of each sample the rows to learn from, as often as its `meta.repeats` says, and how many excerpts were left
        out, last first, since a row would have been longer than max_length.

        Raises: DataError for a sample that cannot be rendered, or repeats that are no number.
        """
        for sample in samples:
            hits = found = self._training_hits(sample, seed)
            label = label_of(sample, self.course) if self.course and not bare(sample, seed) else None
            line = self._line(sample, label)
            made = self._rows(sample, hits, line)
            while hits and max(len(row.ids) for row in made) > max_length:
                hits = hits[:-1]
                made = self._rows(sample, hits, line)
            yield made * repeats_of(sample), len(found) - len(hits)

    def requests(self, items: Sequence[BenchmarkItem], *, max_new_tokens: int) -> list[Request]:
        """One prompt an item. Excerpts that would leave no room for the answer are left out, last first, counted."""
        out: list[Request] = []
        shortened = 0
        for item in items:
            decision = self.decider.decide(item.messages) if self.decider and self._takes_notes(item) else None
            line = self._line(item, decision)
            messages, hits = self.grounded(item, line=line)
            ids = render_prompt(messages, self.loaded.tokenizer, item.tools)
            while hits and len(ids) + max_new_tokens > self.loaded.context:
                hits, shortened = hits[:-1], shortened + 1
                messages, hits = self.grounded(item, hits, line)
                ids = render_prompt(messages, self.loaded.tokenizer, item.tools)
            kept = tuple(hit.as_dict() for hit in hits)
            asked = instructions(item.system)
            language, sent = self._language(item), tuple(message.as_dict() for message in messages)
            told = decision.as_dict() if decision else None
            out.append(Request(item.id, tuple(ids), item.question, kept, language, asked, bool(item.tools), sent, told))
        say_shortened(shortened, f"the context of {self.loaded.context}")
        return out

    def grounded(
        self, sample: Sample, hits: Sequence[Hit] | None = None, line: str = ""
    ) -> tuple[list[Message], list[Hit]]:
        """The messages with excerpts and the line of evidence in the system prompt (excerpts are found by search if
        `hits` is None), and those excerpts."""
        if self.index is None or not self._takes_notes(sample):
            return list(sample.messages), []
        k, words, language = self.notes.notes_k, self.notes.notes_words, self._language(sample)
        messages, shown = ground(sample.messages, self.index, k=k, max_words=words, language=language, hits=hits)
        return with_line(messages, line), shown

    def _training_hits(self, sample: Sample, seed: int) -> list[Hit]:
        if self.index is None or not self._takes_notes(sample):
            return []
        k, share = self.notes.notes_k, self.notes.distractor_share
        return training_hits(self.index, sample.id, query_of(sample.messages), k=k, distractor_share=share, seed=seed)

    def _takes_notes(self, sample: Sample) -> bool:
        """Not one that brings its own excerpts."""
        return not sample.meta.get("has_rag_context")

    def _line(self, sample: Sample, decision: Decision | None) -> str:
        return line_of(decision, self._language(sample)) if decision else ""

    def _rows(self, sample: Sample, hits: Sequence[Hit], line: str) -> list[Rendered]:
        messages = self.grounded(sample, hits, line)[0]
        return render_sample(sample, messages, self.loaded.tokenizer, self.loaded.ends)

    def _language(self, sample: Sample) -> str:
        """The sample's own language where there are words for it, else the run's."""
        own = str(sample.meta.get("language") or "")
        return own if own in HEADERS else self.language


def say_shortened(count: int, limit: str) -> None:
    if count:
        LOGGER.warning("left out %d excerpts to stay within %s tokens", count, limit)
