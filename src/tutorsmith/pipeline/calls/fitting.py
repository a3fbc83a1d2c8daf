"""Formulas of the excerpts that a question surely means: they take all of its values and give what it asks for.

Whether one does is tried with the calculator, which knows the dimensions. A formula for any medium is taken for the one
of the question, and one symbol of it may have another name there (`L` for the length `l`), if the dimensions agree.
"""

import json
import re
from collections.abc import Iterable, Iterator

from tutorsmith.evidence.given import targets
from tutorsmith.evidence.quantities import dimension_of_unit
from tutorsmith.evidence.question import Question
from tutorsmith.generation.paths import names_in
from tutorsmith.pipeline.calls import asked
from tutorsmith.pipeline.calls.conversation import KNOWN, Conversation
from tutorsmith.tools.table import call_tool

_MEDIA = (("epsilon", "epsilon_0", "epsilon_r"), ("mu", "mu_0", "mu_r"))


def fitting_formulas(formulas: Iterable[str], talk: Conversation, calculator: str) -> list[str]:
    """The formulas as the question would write them, those that fit; none where more than one result is asked for.

    calculator: the name of the tool that calculates them.
    """
    if talk.unnamed or not talk.values or asked.asks_several(talk.own_words) or len(talk.units()) > 1:
        return []
    tried = (text for formula in formulas for text in _renamed(_in_its_medium(formula, talk), talk))
    return list(dict.fromkeys(text for text in tried if _fits(text, talk, calculator)))


def _in_its_medium(formula: str, talk: Conversation) -> str:
    """Constants of a medium as the question gives them, of free space where it gives none; a frequency for omega."""
    for whole, vacuum, relative in _MEDIA:
        if relative not in talk.values:
            formula = re.sub(rf"\*{relative}(?!\w)|(?<![\w.]){relative}\*", "", formula)
        if whole not in talk.values:
            medium = f"({vacuum}*{relative})" if relative in talk.values else vacuum
            formula = _with(formula, whole, medium)
    given = "omega" in talk.values or "f" not in talk.values
    return formula if given else _with(formula, "omega", "(2*pi*f)")


def _with(formula: str, name: str, other: str) -> str:
    return re.sub(rf"(?<![\w.]){name}(?!\w)", other, formula)


def _renamed(formula: str, talk: Conversation) -> Iterator[str]:
    """The formula, with its one unknown symbol named as the one value that it does not take."""
    names = names_in(formula)
    unknown = [name for name in names if name not in talk.values and name not in KNOWN]
    unused = [name for name in talk.values if name not in names]
    if not unknown and not unused:
        yield formula
    elif len(unknown) == len(unused) == 1:
        yield _with(formula, unknown[0], unused[0])


def _fits(formula: str, talk: Conversation, calculator: str) -> bool:
    """Whether it gives what has the unit, or else the dimension, that is asked for."""
    variables = {name: json.loads(talk.values[name][0]) for name in names_in(formula) if name in talk.values}
    units = talk.units()
    arguments = {"expression": formula, "variables": variables, **({"unit": units[0]} if units else {})}
    result = call_tool(calculator, arguments)
    if not variables or "error" in result:
        return False
    return bool(units) or targets(Question(talk.question)) == (dimension_of_unit(str(result.get("unit") or "")),)
