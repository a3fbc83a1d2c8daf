"""Samples and items -> rendered rows and requests, with the course notes in their system prompts.

Training and prediction both come through here, so a tutor is trained on the prompts that it will see.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from tutorsmith.data.mix import repeats_of
from tutorsmith.data.schema import BenchmarkItem, Message, Sample
from tutorsmith.evidence.course import Course
from tutorsmith.evidence.decide import Decider, Decision, label_of
from tutorsmith.evidence.line import bare, line_of, with_line
from tutorsmith.generation.predict import Request
from tutorsmith.models.load import LoadedModel
from tutorsmith.models.render import Rendered, render_prompt, render_sample
from tutorsmith.pipeline.calculations import with_calculations
from tutorsmith.pipeline.calls.canonical import in_order
from tutorsmith.pipeline.calls.forms import calls_of
from tutorsmith.pipeline.openings import Known, Opener, brings_excerpts
from tutorsmith.pipeline.places import NOWHERE, Places
from tutorsmith.retrieval.ground import HEADERS, ground, instructions, training_hits
from tutorsmith.retrieval.index import Index
from tutorsmith.retrieval.search import Hit, query_of, search
from tutorsmith.retrieval.settings import NotesSettings

LOGGER = logging.getLogger("tutorsmith")
S = TypeVar("S", bound=Sample)


@dataclass(frozen=True)
class LeftOut:
    """What had no place in a prompt: earlier turns (a question with its answer and all between) and excerpts."""

    turns: int = 0
    excerpts: int = 0

    def __add__(self, other: "LeftOut") -> "LeftOut":
        return LeftOut(self.turns + other.turns, self.excerpts + other.excerpts)


@dataclass(frozen=True)
class Prompter:
    """How prompts are made in one run: for which model, from which notes (None: none), in which language.

    tools: schemas declared to all samples and items that bring none of their own.
    course names what samples refuse for, decider what questions are refused for; without them nothing is told of it.
    places: in which section a passage is quoted.
    """

    loaded: LoadedModel
    index: Index | None
    notes: NotesSettings
    language: str
    tools: tuple[Mapping[str, Any], ...] = ()
    course: Course | None = None
    decider: Decider | None = None
    places: Places = NOWHERE

    @property
    def opener(self) -> Opener:
        """How answers begin."""
        return Opener(self.notes, self.course, self.places)

    def rendered(
        self, samples: Iterable[Sample], *, seed: int, max_length: int
    ) -> Iterator[tuple[list[Rendered], int]]:
        """Of each sample the rows to learn from, as often as its `meta.repeats` says, and how many excerpts were left
        out, last first, since a row would have been longer than max_length.

        Raises: DataError for a sample that cannot be rendered, or repeats that are no number.
        """
        for sample in samples:
            known = self.opener.known(sample, self._label(sample, seed))
            hits = found = self.opener.calculated_first(self._training_hits(sample, seed), known)
            made = self._rows(sample, hits, known)
            while hits and max(len(row.ids) for row in made) > max_length:
                hits = hits[:-1]
                made = self._rows(sample, hits, known)
            yield made * repeats_of(sample), len(found) - len(hits)

    def requests(self, items: Sequence[BenchmarkItem], *, max_new_tokens: int) -> list[Request]:
        """One prompt an item. What would leave no room for the answer is left out and counted, see `request`."""
        made = [self.request(item, max_new_tokens=max_new_tokens) for item in items]
        say_left_out(sum((left_out for _, left_out in made), LeftOut()), self.limit)
        return [request for request, _ in made]

    def request(self, item: BenchmarkItem, *, max_new_tokens: int) -> tuple[Request, LeftOut]:
        """The prompt of an item, and what was left out of it, since the answer would have had no room.

        The oldest turns of a dialogue go first, each with the calls and results in it; then excerpts, last first. The
        system prompt and the last question stay, whatever their length.
        Raises: DataError for messages that the template refuses.
        """
        item = self.equipped(item)
        decision = self.decider.decide(item.messages) if self.decider and not brings_excerpts(item) else None
        line, known = self._line(item, decision), self.opener.known(item, decision)
        language = self._language(item)
        (messages, hits), turns, excerpts = self.grounded(item, self._hits(item, known), line), 0, 0
        ids = render_prompt(messages, self.loaded.tokenizer, item.tools)
        openings, chosen = self.opener.openings(item, known, hits, language)
        while len(ids) + self._size(openings) + max_new_tokens > self.loaded.context:
            if shorter := without_oldest_turn(item.messages):
                item, turns = replace(item, messages=shorter), turns + 1
            elif hits:
                hits, excerpts = hits[:-1], excerpts + 1
            else:
                break
            messages, hits = self.grounded(item, hits, line)
            ids = render_prompt(messages, self.loaded.tokenizer, item.tools)
            openings, chosen = self.opener.openings(item, known, hits, language)
        request = Request(
            id=item.id,
            prompt=tuple(ids),
            question=item.question,
            retrieved=tuple(hit.as_dict() for hit in hits),
            language=language,
            instructions=instructions(item.system),
            uses_tools=bool(item.tools),
            messages=tuple(message.as_dict() for message in messages),
            has_results=messages[-1].role == "tool",
            evidence=decision.as_dict() if decision else None,
            openings=openings,
            chosen=chosen,
            calls=calls_of(item.tools, messages),
        )
        return request, LeftOut(turns, excerpts)

    def _size(self, openings: Sequence[str]) -> int:
        """In tokens."""
        return sum(len(self.loaded.tokenizer.encode(text, add_special_tokens=False)) for text in openings)

    @property
    def limit(self) -> str:
        """What prompts must stay within, in words."""
        return f"the context of {self.loaded.context}"

    def equipped(self, sample: S) -> S:
        """The sample or item with the run's tools, unless it brings its own."""
        return replace(sample, tools=self.tools) if self.tools and not sample.tools else sample

    def _hits(self, item: BenchmarkItem, known: Known) -> list[Hit]:
        if self.index is None or brings_excerpts(item):
            return []
        return self.opener.calculated_first(search(self.index, query_of(item.messages), self.notes.notes_k), known)

    def grounded(self, sample: Sample, hits: Sequence[Hit], line: str = "") -> tuple[list[Message], list[Hit]]:
        """The messages with these excerpts and the line of evidence in the system prompt, and the excerpts as shown."""
        if self.index is None or brings_excerpts(sample):
            return in_order(sample.messages, sample.tools), []
        k, words, language = self.notes.notes_k, self.notes.notes_words, self._language(sample)
        messages, shown = ground(sample.messages, self.index, k=k, max_words=words, language=language, hits=hits)
        messages = in_order(messages, sample.tools)
        return with_line(messages, line), shown

    def _training_hits(self, sample: Sample, seed: int) -> list[Hit]:
        if self.index is None or brings_excerpts(sample):
            return []
        k, share = self.notes.notes_k, self.notes.distractor_share
        return training_hits(self.index, sample.id, query_of(sample.messages), k=k, distractor_share=share, seed=seed)

    def _label(self, sample: Sample, seed: int) -> Decision | None:
        """What a training sample is told to be; None for the few that are to be answered without it."""
        if self.course is None or brings_excerpts(sample) or bare(sample, seed):
            return None
        return label_of(sample, self.course)

    def _line(self, sample: Sample, decision: Decision | None) -> str:
        return line_of(decision, self._language(sample)) if decision else ""

    def _rows(self, sample: Sample, hits: Sequence[Hit], known: Known) -> list[Rendered]:
        messages, shown = self.grounded(sample, hits, self._line(sample, known.decision))
        messages[-1] = self.opener.into(messages[-1], sample, known, shown, self._language(sample))
        if self.tools and not sample.tools:
            messages = with_calculations(sample, messages, self.tools)
        equipped = self.equipped(sample)
        return render_sample(equipped, in_order(messages, equipped.tools), self.loaded.tokenizer, self.loaded.ends)

    def _language(self, sample: Sample) -> str:
        """The sample's own language where there are words for it, else the run's."""
        own = str(sample.meta.get("language") or "")
        return own if own in HEADERS else self.language


def without_oldest_turn(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The dialogue without its first question and all that follows up to the second; empty when there is but one."""
    questions = [k for k, message in enumerate(messages) if message.role == "user"]
    if len(questions) < 2:
        return ()
    return (*(m for m in messages[:1] if m.role == "system"), *messages[questions[1] :])


def say_left_out(left_out: LeftOut, limit: str) -> None:
    """A warning that counts what prompts or rows had no room for."""
    if left_out.turns:
        LOGGER.warning("left out %d earlier turns of dialogues to stay within %s tokens", left_out.turns, limit)
    if left_out.excerpts:
        LOGGER.warning("left out %d excerpts to stay within %s tokens", left_out.excerpts, limit)
