"""Records that must not be told apart by a split: one would be asked what the other has taught."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from tutorsmith.data.checks.leakage import build_leakage, profile, questions
from tutorsmith.data.checks.record import Record


def groups_of(records: Sequence[dict[str, Any]], links: Sequence[tuple[int, int]] = ()) -> list[list[int]]:
    """Positions of the records that belong together, in the order of their first. links: pairs that are known to.

    Together are: a question to be answered and its near miss, where `meta.pair` of one is the other's id, or the same
    in both; questions that differ in their
    numbers only; and what the check of leakage calls one question or one answer: the same, a near duplicate, a likely
    paraphrase.
    """
    parent = list(range(len(records)))

    def root(position: int) -> int:
        while parent[position] != position:
            parent[position] = parent[parent[position]]
            position = parent[position]
        return position

    for one, other in chain(_links(records), links):
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    found: dict[int, list[int]] = {}
    for position in range(len(records)):
        found.setdefault(root(position), []).append(position)
    return list(found.values())


def _links(records: Sequence[dict[str, Any]]) -> Iterator[tuple[int, int]]:
    pairs: dict[str, int] = {}
    for position, raw in enumerate(records):
        meta = raw.get("meta")
        pair = meta.get("pair") if isinstance(meta, dict) else None
        for name in (raw.get("id"), pair):
            if name is not None:
                yield pairs.setdefault(str(name), position), position
    wrapped = [Record("", position, raw, False) for position, raw in enumerate(records)]
    texts: dict[str, int] = {}
    for record in wrapped:
        for text in questions(record)[-1:]:
            asked = profile(text)
            words = [token for token in asked.tokens if not token[0].isdigit()]
            if words:
                yield texts.setdefault(" ".join(words), record.line), record.line
    leakage = build_leakage(wrapped)
    for record in wrapped:
        for number in sorted(leakage.alike(record)):
            yield leakage.items[number].line, record.line
