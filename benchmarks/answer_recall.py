"""How much of what a worked answer says stands in the excerpts that its question finds?

sample ──► question ──► excerpts within a budget ──► pieces (sentences and formulas)
       └─► answer ──► formulas (compared as algebra) and statements (content words, weighted by their rarity)

Only what the whole notes hold counts as needed: a number of the student's own problem stands in no notes.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path

from tutorsmith.data.read import iter_samples
from tutorsmith.data.words import words
from tutorsmith.evaluation.metrics.formula_lexer import FormulaError
from tutorsmith.evaluation.metrics.formula_regions import Candidate, candidates
from tutorsmith.evaluation.metrics.formula_tree import symbols
from tutorsmith.evaluation.metrics.formulas import FormulaKey, compare, formula_key, is_trivial
from tutorsmith.retrieval.chunk import sentences
from tutorsmith.retrieval.search import query_of

DATA = Path(__file__).parents[1] / "data" / "training"
FILES = {
    "style": ("em", ("style_sft", "style_sft_extended")),
    "writing": ("writing", ("writing_sft", "writing_sft_extended")),
    "multi_turn": ("em+writing", ("multi_turn_sft",)),
    "rag": ("em+writing", ("rag_sft",)),
    "tool": ("em+writing", ("tool_sft",)),
}
"""Name of a row -> notes folders, and training files; never a benchmark. On rag and tool no weight was chosen."""
SAID = 0.6
"""Share of a statement's words, weighted, from which on a piece of the notes says it."""
_MATH = re.compile(r"\$\$.*?\$\$|\$[^$]*\$", re.DOTALL)


@dataclass(frozen=True)
class Need:
    """What one worked answer says: its question, formulas, and the words of each statement."""

    question: str
    formulas: tuple[FormulaKey, ...]
    statements: tuple[frozenset[str], ...]


def pieces(text: str) -> list[str]:
    """Sentences, list lines and display formulas."""
    return [s for block in text.split("\n\n") for line in sentences(block) for s in line.split("\n") if s.strip()]


def needs(row: str) -> Iterator[Need]:
    """One for each sample of the row's files that is no refusal."""
    for file in FILES[row][1]:
        for sample in iter_samples(DATA / "processed" / f"{file}.jsonl"):
            if not sample.refusal_type:
                answer = sample.messages[-1].content or ""
                yield Need(query_of(sample.messages[:-1]), tuple(_formulas(answer)), tuple(_statements(answer)))


def _formulas(answer: str) -> Iterator[FormulaKey]:
    seen = set()
    for candidate in candidates(answer)[0]:
        text = answer[candidate.start : candidate.end]
        try:
            key = formula_key(text)
        except FormulaError:
            continue
        if not is_trivial(key) and key.readings[0] not in seen:
            seen.add(key.readings[0])
            yield key


def _statements(answer: str) -> Iterator[frozenset[str]]:
    body = re.sub(r"^#+ .*$", "", answer, flags=re.MULTILINE)
    for piece in pieces(_MATH.sub(" ", re.sub(r"(?m)^\s*(?:\d+\.|[-*])\s*", "\n\n", body))):
        said = frozenset(word for word in words(piece) if len(word) > 2)
        if len(said) >= 4:
            yield said


@cache
def _read(piece: str) -> tuple[tuple[Candidate, frozenset[str]], ...]:
    return tuple(
        (c, frozenset().union(*(symbols(s) for sides, _ in c.readings for s in sides))) for c in candidates(piece)[0]
    )


@cache
def states(key: FormulaKey, piece: str) -> bool:
    """Whether a piece of the notes states the formula, in any algebraic form."""
    left, right, _ = key.readings[0]
    wanted = symbols(left) | symbols(right)
    return any(
        len(wanted & has) >= 0.5 * len(wanted) and compare(key, candidate, piece) == "same"
        for candidate, has in _read(piece)
    )


class Notes:
    """The whole notes, by which is known what could be found at all."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.pieces = [piece for text in texts for piece in pieces(text)]
        counts = Counter(word for piece in self.pieces for word in set(words(piece)))
        self.weight = {word: log(1 + len(self.pieces) / n) for word, n in counts.items()}
        self.unknown = log(1 + len(self.pieces))
        self._reachable: dict[Need, tuple[list[bool], list[float]]] = {}

    def share(self, said: frozenset[str], there: frozenset[str]) -> float:
        whole = sum(self.weight.get(word, self.unknown) for word in said)
        return sum(self.weight.get(word, self.unknown) for word in said & there) / whole

    def held(self, need: Need, texts: Sequence[str]) -> tuple[list[bool], list[float]]:
        """Per formula whether, and per statement how far, the texts hold it."""
        found = [pieces(text) for text in texts]
        flat = [piece for group in found for piece in group]
        windows = [_window(group[max(0, i - 1)], piece) for group in found for i, piece in enumerate(group)]
        formulas = [any(states(key, piece) for piece in flat) for key in need.formulas]
        return formulas, [max((self.share(said, w) for w in windows), default=0.0) for said in need.statements]

    def reachable(self, need: Need) -> tuple[list[bool], list[float]]:
        if need not in self._reachable:
            self._reachable[need] = self.held(need, ["\n\n".join(self.pieces)])
        return self._reachable[need]


@cache
def _window(before: str, piece: str) -> frozenset[str]:
    return frozenset(words(f"{before} {piece}"))


def recall(notes: Notes, found: Iterable[tuple[Need, Sequence[str]]]) -> dict[str, float | None]:
    """Over all needs that the notes can meet: the share of formulas that stand in the excerpts, of statements said
    there, and of the statements' words, each counted as far as the notes have it (`words`); None where none count."""
    counts: defaultdict[str, float] = defaultdict(float)
    for need, texts in found:
        formulas, statements = notes.held(need, texts)
        can, could = notes.reachable(need)
        counts["formulas"] += sum(a and b for a, b in zip(formulas, can, strict=True))
        counts["all formulas"] += sum(can)
        counts["statements"] += sum(a >= SAID and b >= SAID for a, b in zip(statements, could, strict=True))
        counts["all statements"] += sum(b >= SAID for b in could)
        counts["words"] += sum(statements)
        counts["all words"] += sum(could)
    kinds = ("formulas", "statements", "words")
    return {kind: counts[kind] / counts[f"all {kind}"] if counts[f"all {kind}"] else None for kind in kinds}
