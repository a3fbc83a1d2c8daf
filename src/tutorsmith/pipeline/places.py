"""In which section of an answer a passage of the notes stands: that whose text in the training answers is most like it.

The words of a passage under those of each section, by multinomial naive Bayes with one added to each count (Manning,
Raghavan and Schütze, Introduction to Information Retrieval, 2008, eq. 13.3 and 13.7), all sections being as likely.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tutorsmith.core.errors import DataError
from tutorsmith.data.schema import Sample
from tutorsmith.data.words import words
from tutorsmith.evaluation.metrics.sections import plain_heading
from tutorsmith.generation.form import Section
from tutorsmith.pipeline.forms import bodies_of, sections_of
from tutorsmith.retrieval.ground import instructions

RARE = 2
"""A word that fewer answers say in a section tells nothing of it."""


@dataclass(frozen=True)
class Places:
    """counts: of each section, by its plain heading, in how many answers' text of it each word stands."""

    counts: Mapping[str, Mapping[str, int]]

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return frozenset(word for counts in self.counts.values() for word in counts)

    def of(self, passage: str, sections: Sequence[Section]) -> int:
        """The section's index; the first where the training answers tell nothing."""
        said = [word for word in words(passage) if word in self._vocabulary]
        known = [
            (k, counts)
            for k, section in enumerate(sections)
            if (counts := self.counts.get(plain_heading(section.wordings[0])))
        ]
        return max(known, key=lambda entry: self._likelihood(said, entry[1]), default=(0, {}))[0]

    def _likelihood(self, said: Sequence[str], counts: Mapping[str, int]) -> float:
        whole = math.log(sum(counts.values()) + len(self._vocabulary))
        return sum(math.log(counts.get(word, 0) + 1) - whole for word in said)

    def as_dict(self) -> dict[str, Any]:
        """For places.json beside an adapter."""
        return {"schema_version": 1, "sections": {name: dict(counts) for name, counts in self.counts.items()}}

    @classmethod
    def from_dict(cls, told: Any, where: str) -> "Places":
        """Raises: DataError when it is not what `as_dict` gives."""
        sections = told.get("sections") if isinstance(told, dict) else None
        if not isinstance(sections, dict) or not all(map(_are_counts, sections.values())):
            raise DataError("these are no words of sections", where=where, mend="train again")
        return cls(sections)


NOWHERE = Places({})
"""Without training answers."""


def _are_counts(told: Any) -> bool:
    return isinstance(told, dict) and all(type(count) is int and count > 0 for count in told.values())


def fit_places(samples: Iterable[Sample]) -> Places:
    """From the answers that do not refuse."""
    counts: dict[str, Counter[str]] = {}
    for sample in samples:
        answer = sample.messages[-1].content if sample.messages else None
        if sample.refusal_type or not answer:
            continue
        sections = sections_of(instructions(sample.system))
        for k, body in bodies_of(answer, sections):
            counts.setdefault(plain_heading(sections[k].wordings[0]), Counter()).update(set(words(body)))
    kept = {name: {word: n for word, n in found.items() if n >= RARE} for name, found in counts.items()}
    return Places({name: found for name, found in sorted(kept.items()) if found})
