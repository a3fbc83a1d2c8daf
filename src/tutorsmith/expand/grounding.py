"""How much of an answer stands in the excerpt that it cites: the share of its terms, and of its formulas.

The measure is lexical: it finds answers about something else, and cannot prove that a sentence follows from the notes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tutorsmith.data.words import words
from tutorsmith.evaluation.metrics.formula_lexer import FormulaError
from tutorsmith.evaluation.metrics.formula_regions import text_at, written_formulas
from tutorsmith.evaluation.metrics.formulas import formula_key, is_trivial, judge_formula
from tutorsmith.evaluation.metrics.scope import scopes

THRESHOLD = 0.25
"""Least share of the answer's terms. See docs/guide/expand.md for how it was chosen."""
_HEADING = re.compile(r"^#{1,6}[^\n]*$", re.MULTILINE)
_MOST_FORMULAS = 12


@dataclass(frozen=True, slots=True)
class Grounding:
    """share: of the distinct terms of the answer that the excerpt has too, 0 to 1; absent: the others, as they are
    stemmed; formulas: those of the answer that could be read; stated: how many of them the excerpt states as well;
    against: formulas of the excerpt that the answer states otherwise, each with how."""

    share: float
    terms: int
    absent: tuple[str, ...]
    formulas: int
    stated: int
    against: tuple[str, ...]


def grounding(answer: str, excerpt: str) -> Grounding:
    """Compare an answer with an excerpt (with its heading)."""
    said = dict.fromkeys(word for word in words(_HEADING.sub("", answer)) if not word[0].isdigit())
    there = set(words(excerpt))
    absent = tuple(word for word in said if word not in there)
    read, stated = _stated(answer, excerpt)
    share = 1 - len(absent) / len(said) if said else 0.0
    return Grounding(share, len(said), absent, read, stated, tuple(_against(excerpt, answer)))


def _keys(text: str) -> list[str]:
    """The formulas of a text that relate at least two symbols, as they are written."""
    whole = scopes(text).original
    out = [text_at(whole, start, end) for start, end in reversed(written_formulas(text))]
    return list(dict.fromkeys(out))[:_MOST_FORMULAS]


def _stated(answer: str, excerpt: str) -> tuple[int, int]:
    read = stated = 0
    for formula in _keys(answer):
        try:
            key = formula_key(formula)
        except FormulaError:
            continue
        if not is_trivial(key):
            read += 1
            stated += judge_formula(key, excerpt).state == "covered"
    return read, stated


def _against(excerpt: str, answer: str) -> Sequence[str]:
    """What the answer states otherwise than the excerpt does: another factor, sign or exponent."""
    out = []
    for formula in _keys(excerpt):
        try:
            key = formula_key(formula)
        except FormulaError:
            continue
        verdict = None if is_trivial(key) else judge_formula(key, answer)
        if verdict is not None and verdict.state == "contradicted":
            out.append(f"{formula} of the excerpt: {verdict.rule}")
    return out
