"""Values that tell how often, for how long or for which part something is so, and whose share it is."""

import re

from tutorsmith.evaluation.metrics.scope import Scopes
from tutorsmith.evaluation.metrics.tables import pattern
from tutorsmith.evaluation.metrics.values import Value

_FILLERS = frozenset(["the", "and", "for", "with", "from", "per", "its", "our", "your", "that", "this", "all", "out"])


def circumstance(name: str, value: Value, scope: Scopes, before: tuple[int, int]) -> bool:
    """ "every 4.7 ms", "40 % of the day", "women made up 42 %": the value is none of the named quantity.

    before: the stretch of the answer from the beginning of the clause to the value.
    """
    text = scope.prose[slice(*before)]
    if pattern("every").search(text) and not pattern("interval_name").search(name):
        return True
    if pattern("part_of_time").match(scope.prose, value.end) and not pattern("time_share_name").search(name):
        return True
    share = pattern("share_said").search(text)
    if share is None:
        return False
    noun = share["en"] or share["zh"]
    return name.isascii() == noun.isascii() and not shares_letters(name, noun, 4, 1)


def shares_letters(name: str, noun: str, stem: int = 5, characters: int = 2) -> bool:
    """Words that the lexicon does not know, compared by their beginnings or, in Chinese, by their characters."""
    if name.isascii():
        mine, theirs = (
            {w[:stem] for w in re.findall(r"[a-z]{3,}", t.lower()) if w not in _FILLERS} for t in (name, noun)
        )
        return bool(mine & theirs)
    return len((set(name) & set(noun)) - set("的率比例")) >= characters
