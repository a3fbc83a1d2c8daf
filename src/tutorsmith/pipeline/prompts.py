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
from tutorsmith.evidence.line import bare, line_of, opening_of, with_line
from tutorsmith.generation.predict import Request
from tutorsmith.models.load import LoadedModel
from tutorsmith.models.render import Rendered, render_prompt, render_sample
from tutorsmith.pipeline.calculations import with_calculations
from tutorsmith.pipeline.forms import open_sections, sections_of
from tutorsmith.pipeline.places import NOWHERE, Places
from tutorsmith.retrieval.ground import HEADERS, best_first, ground, instructions, own_excerpts, training_hits
from tutorsmith.retrieval.index import Index
from tutorsmith.retrieval.quotes import OPENINGS, quoted, said
from tutorsmith.retrieval.search import Hit, query_of
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

    def rendered(
        self, samples: Iterable[Sample], *, seed: int, max_length: int
    ) -> Iterator[tuple[list[Rendered], int]]:
        """Of each sample the rows to learn from, as often as its `meta.repeats` says, and how many excerpts were left
        out, last first, since a row would have been longer than max_length.

        Raises: DataError for a sample that cannot be rendered, or repeats that are no number.
        """
        for sample in samples:
            hits = found = self._training_hits(sample, seed)
            label = self._label(sample, seed)
            made = self._rows(sample, hits, label)
            while hits and max(len(row.ids) for row in made) > max_length:
                hits = hits[:-1]
                made = self._rows(sample, hits, label)
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
        decision = self.decider.decide(item.messages) if self.decider and self._takes_notes(item) else None
        line = self._line(item, decision)
        (messages, hits), turns, excerpts = self.grounded(item, line=line), 0, 0
        ids = render_prompt(messages, self.loaded.tokenizer, item.tools)
        openings, chosen = self._openings(item, decision, hits)
        while len(ids) + self._size(openings) + max_new_tokens > self.loaded.context:
            if shorter := without_oldest_turn(item.messages):
                item, turns = replace(item, messages=shorter), turns + 1
            elif hits:
                hits, excerpts = hits[:-1], excerpts + 1
            else:
                break
            messages, hits = self.grounded(item, hits, line)
            ids = render_prompt(messages, self.loaded.tokenizer, item.tools)
            openings, chosen = self._openings(item, decision, hits)
        request = Request(
            id=item.id,
            prompt=tuple(ids),
            question=item.question,
            retrieved=tuple(hit.as_dict() for hit in hits),
            language=self._language(item),
            instructions=instructions(item.system),
            uses_tools=bool(item.tools),
            messages=tuple(message.as_dict() for message in messages),
            has_results=messages[-1].role == "tool",
            evidence=decision.as_dict() if decision else None,
            openings=openings,
            chosen=chosen,
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

    def _label(self, sample: Sample, seed: int) -> Decision | None:
        """What a training sample is told to be; None for the few that are to be answered without it."""
        if self.course is None or not self._takes_notes(sample) or bare(sample, seed):
            return None
        return label_of(sample, self.course)

    def _line(self, sample: Sample, decision: Decision | None) -> str:
        return line_of(decision, self._language(sample)) if decision else ""

    def _openings(self, sample: Sample, decision: Decision | None, hits: Sequence[Hit]) -> tuple[tuple[str, ...], bool]:
        """How the sections of an answer begin: the first with a refusal, or each with quotes; and whether the tutor has
        to choose the quotes, since nothing is decided."""
        decided = self._is_told(decision)
        if decided and decision is not None and decision.kind is not None:
            return (opening_of(decision, self._language(sample)),), False
        return self._quotes(sample, hits), not decided

    def _is_told(self, decision: Decision | None) -> bool:
        """Whether answers begin by the decision."""
        return decision is not None and decision.sure and self.notes.evidence == "auto"

    def _quotes(self, sample: Sample, hits: Sequence[Hit]) -> tuple[str, ...]:
        """What each section of an answer quotes of its excerpts, as a paragraph; none where nothing is quoted.

        The answer begins with the first passage of the best excerpt.
        """
        sections = sections_of(instructions(sample.system)) if self.notes.quote_words else ()
        if not sections:
            return ()
        numbered = list(enumerate(hits, start=1))
        if not self._takes_notes(sample):
            numbered = best_first(own_excerpts(sample.system), query_of(sample.messages))
        found = quoted(numbered, self.notes.quote_words)
        shares: list[list[tuple[int, str]]] = [[] for _ in sections]
        for rank, quote in enumerate(found):
            shares[self.places.of(quote[1], sections) if rank else 0].append(quote)
        language = self._language(sample)
        return tuple(f"{said(share, language)}\n\n" if share else "" for share in shares) if found else ()

    def _rows(self, sample: Sample, hits: Sequence[Hit], label: Decision | None) -> list[Rendered]:
        messages, shown = self.grounded(sample, hits, self._line(sample, label))
        messages = self._quoting(sample, messages, shown, label)
        if self.tools and not sample.tools:
            messages = with_calculations(sample, messages, self.tools)
        return render_sample(self.equipped(sample), messages, self.loaded.tokenizer, self.loaded.ends)

    def _quoting(
        self, sample: Sample, messages: list[Message], hits: Sequence[Hit], label: Decision | None
    ) -> list[Message]:
        """The messages, the sections of the last answer opening with quotes.

        They are given, not learned, but for the words by which the tutor chooses them where nothing is decided.
        """
        last = messages[-1]
        openings = () if sample.refusal_type else self._quotes(sample, hits)
        if not openings or not last.content:
            return messages
        trigger = "" if self._is_told(label) else OPENINGS[self._language(sample)]
        content, given = open_sections(last.content, sections_of(instructions(sample.system)), openings, trigger)
        return [*messages[:-1], replace(last, content=content, given=given)]

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
