"""How the sections of an answer begin: with a refusal, or with quotes of the notes and what follows from them.

The program writes this before the tutor does, by what evidence has decided, and the same in training as in answering.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tutorsmith.data.schema import Message, Sample
from tutorsmith.evidence.course import Course
from tutorsmith.evidence.decide import Decision, question_of
from tutorsmith.evidence.line import opening_of
from tutorsmith.pipeline.forms import open_sections, sections_of
from tutorsmith.pipeline.places import Places
from tutorsmith.retrieval.ground import best_first, instructions, own_excerpts
from tutorsmith.retrieval.quotes import OPENINGS, quoted, quotes_said
from tutorsmith.retrieval.search import Hit, hit_of, query_of
from tutorsmith.retrieval.settings import NotesSettings

if TYPE_CHECKING:
    from tutorsmith.worked import Calculation


@dataclass(frozen=True)
class Known:
    """What is known of a question before it is answered: the decision (None: nothing is told), and for one that is to
    be answered the results that follow from its values and the notes."""

    decision: Decision | None = None
    calculated: "tuple[Calculation, ...]" = ()

    @property
    def refuses(self) -> bool:
        return self.decision is not None and self.decision.kind is not None


@dataclass(frozen=True)
class Opener:
    """course: whose relations results follow from (None: none); places: in which section a passage is quoted."""

    notes: NotesSettings
    course: Course | None
    places: Places

    def known(self, sample: Sample, decision: Decision | None) -> Known:
        """The decision, and what can be calculated where answers begin by it."""
        known = Known(decision)
        if self.course is None or known.refuses or not self._decided(known) or not self.notes.calculations:
            return known
        from tutorsmith.worked import calculate  # its units take a while to be read

        return Known(decision, calculate(question_of(sample.messages), self.course))

    def calculated_first(self, hits: Sequence[Hit], known: Known) -> list[Hit]:
        """The hits, behind the chunks from which something was calculated; no more than before."""
        if self.course is None:
            return list(hits)
        needed = [hit_of(self.course.index.chunks[one.chunk], 0.0) for one in known.calculated]
        merged = {(hit.source, hit.chunk): hit for hit in [*needed, *hits]}
        scored = {(hit.source, hit.chunk): hit for hit in hits}
        return [scored.get(place, hit) for place, hit in merged.items()][: len(hits)]

    def openings(
        self, sample: Sample, known: Known, hits: Sequence[Hit], language: str
    ) -> tuple[tuple[str, ...], bool]:
        """Of each section, and whether the tutor has to choose them by beginning the first: nothing is decided."""
        decided = self._decided(known)
        if known.decision is not None and known.refuses and decided:
            return (opening_of(known.decision, language),), False
        sections = sections_of(instructions(sample.system))
        opened = self._quotes(sample, hits, language) or ("",) * len(sections)
        if sections and known.calculated:
            first, *others = opened
            opened = (f"{first}{self._calculation(known, hits, language)}\n\n", *others)
        return (opened, not decided) if any(opened) else ((), False)

    def into(self, message: Message, sample: Sample, known: Known, hits: Sequence[Hit], language: str) -> Message:
        """A training answer with its openings; refusals have none.

        They are given, not learned, but for the words by which the tutor has to choose them where nothing is decided.
        """
        openings, chosen = ((), False) if sample.refusal_type else self.openings(sample, known, hits, language)
        if not openings or not message.content:
            return message
        trigger = OPENINGS[language] if chosen else ""
        sections = sections_of(instructions(sample.system))
        content, given = open_sections(message.content, sections, openings, trigger)
        return replace(message, content=content, given=given)

    def _decided(self, known: Known) -> bool:
        """Whether answers begin by the decision."""
        return known.decision is not None and self.notes.evidence == "auto"

    def _calculation(self, known: Known, hits: Sequence[Hit], language: str) -> str:
        from tutorsmith.worked import said

        assert self.course is not None
        chunks = self.course.index.chunks
        places = {(hit.source, hit.chunk): number for number, hit in enumerate(hits, start=1)}
        used = {one.chunk: (chunks[one.chunk].source, chunks[one.chunk].number) for one in known.calculated}
        return said(known.calculated, {k: places[place] for k, place in used.items() if place in places}, language)

    def _quotes(self, sample: Sample, hits: Sequence[Hit], language: str) -> tuple[str, ...]:
        """What each section quotes of the excerpts, as a paragraph; none where nothing is quoted.

        The answer begins with the first passage of the best excerpt.
        """
        sections = sections_of(instructions(sample.system)) if self.notes.quote_words else ()
        if not sections:
            return ()
        numbered = list(enumerate(hits, start=1))
        if brings_excerpts(sample):
            numbered = best_first(own_excerpts(sample.system), query_of(sample.messages))
        shares: list[list[tuple[int, str]]] = [[] for _ in sections]
        for rank, quote in enumerate(quoted(numbered, self.notes.quote_words)):
            shares[self.places.of(quote[1], sections) if rank else 0].append(quote)
        return tuple(f"{quotes_said(share, language)}\n\n" if share else "" for share in shares)


def brings_excerpts(sample: Sample) -> bool:
    """Whether the sample or item has excerpts of its own, and takes none of the run's notes."""
    return bool(sample.meta.get("has_rag_context"))
