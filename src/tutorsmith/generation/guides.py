"""The guide of a form: of its sections, of its calls, or of both."""

from functools import cached_property
from typing import Any

from tutorsmith.generation.call_guide import CallGuide
from tutorsmith.generation.form import Form
from tutorsmith.generation.guide import Guide
from tutorsmith.generation.spelling import Spelling
from tutorsmith.generation.vocabulary import Vocabulary

AnyGuide = Guide | CallGuide


class Guides:
    """Guides for the answers of one model. ends: its end tokens."""

    def __init__(self, tokenizer: Any, ends: frozenset[int]) -> None:
        self.spelling, self.ends = Spelling(tokenizer), ends

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(self.spelling)

    def of(self, form: Form, limit: int) -> AnyGuide:
        """Raises: ValueError for a limit below `room_needed`, and for a form that the tokenizer cannot spell."""
        inner = Guide(form, self.spelling, limit, self.ends) if form.sections else None
        if form.held is None:
            assert inner is not None  # a form without either is none
            return inner
        return CallGuide(form.held, self.vocabulary, limit, self.ends, inner)

    def spells(self, form: Form) -> bool:
        """Whether the tokenizer can spell whatever the calls of a form may hold."""
        return form.held is None or self.vocabulary.spells_all
