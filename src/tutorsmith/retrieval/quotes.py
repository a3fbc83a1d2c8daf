"""Passages of the excerpts that a worked answer rests on, put before it with their numbers: a tutor that learns from
such answers quotes the notes first and goes on from what it quoted.

    ### Conclusion
    From the notes: The field of an infinite line charge is radial, $E_r=\\frac{\\rho_l}{2\\pi\\varepsilon_0r}$. [1]

    (the answer as its author wrote it)

Copying from a prompt is what small models do well (induction heads, Olsson et al. 2022, arXiv:2209.11895); stating a
formula from memory is what they do badly.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tutorsmith.data.words import word_count, words
from tutorsmith.retrieval.chunk import sentences
from tutorsmith.retrieval.index import Index
from tutorsmith.retrieval.search import Hit

OPENINGS = {"en": "From the notes:", "zh": "笔记原文："}
LEAST_SHARE = 0.06
"""A passage is quoted when it is the first to state at least this share of what the answer says, weighted by rarity."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage, word for word but for line breaks, and the number of its excerpt in the prompt."""

    number: int
    text: str


def passages(text: str) -> list[str]:
    """The sentences of an excerpt in order, each with the display formulas that follow it; on one line each."""
    out: list[str] = []
    for block in text.split("\n\n"):
        if out and block.lstrip().startswith(("$$", "\\[")):
            out[-1] = f"{out[-1]} {_on_one_line(block)}"
        else:
            out += [_on_one_line(sentence) for sentence in sentences(block)]
    return [passage for passage in out if passage]


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def quotable(excerpts: Sequence[str], *, max_words: int) -> list[tuple[int, str]]:
    """(number of the excerpt, passage) of all passages that may be quoted on one line: no tables, no code, not too
    long, each once."""
    places = [(n, passage) for n, text in enumerate(excerpts, start=1) for passage in passages(text)]
    kept = {p: n for n, p in reversed(places) if word_count(p) <= max_words and not p.startswith(("|", "```"))}
    return [(n, passage) for n, passage in places if kept.get(passage) == n]


def choose_quotes(hits: Sequence[Hit], answer: str, index: Index, *, most: int, max_words: int) -> list[Quote]:
    """The passages that together state most of the answer, in the order of the prompt; none where none fits.

    Greedy: each next passage is the one that adds most weight (inverse document frequency) of the answer's words which
    no passage before it holds, for its length.
    """
    rarity = _rarity(index)
    highest = max(rarity.values(), default=1.0)
    # Numbers that agree by chance say nothing: those of a worked example are another problem's.
    wanted = {word: rarity.get(word, highest) for word in set(words(answer)) if not word[0].isdigit()}
    whole = sum(wanted.values())
    left = dict(wanted)
    places = quotable([hit.text for hit in hits], max_words=max_words)
    chosen: list[int] = []
    room = max_words
    while places and whole and len(chosen) < most:
        gains = [_gain(passage, left) for _, passage in places]
        order = sorted(range(len(places)), key=lambda k: -gains[k] / (8 + word_count(places[k][1])))
        best = next(
            (
                k
                for k in order
                if k not in chosen and gains[k] >= LEAST_SHARE * whole and word_count(places[k][1]) <= room
            ),
            None,
        )
        if best is None:
            break
        chosen.append(best)
        room -= word_count(places[best][1])
        for word in words(places[best][1]):
            left.pop(word, None)
    return [Quote(*places[k]) for k in sorted(chosen)]


def _gain(passage: str, left: Mapping[str, float]) -> float:
    return sum(left.get(word, 0.0) for word in set(words(passage)))


@lru_cache(maxsize=4)
def _rarity_of(texts: tuple[str, ...]) -> Mapping[str, float]:
    counts = Counter(word for text in texts for word in set(words(text)))
    return {word: math.log(1 + len(texts) / count) for word, count in counts.items()}


def _rarity(index: Index) -> Mapping[str, float]:
    return _rarity_of(tuple(chunk.text for chunk in index.chunks))


def with_quotes(answer: str, quotes: Sequence[Quote], language: str) -> str:
    """The answer with the quotes at the start of its first section, or of itself where it has none."""
    if not quotes:
        return answer
    said = f"{OPENINGS[language]} {' '.join(f'{quote.text} [{quote.number}]' for quote in quotes)}"
    heading, _, rest = answer.partition("\n") if answer.startswith("#") else ("", "", answer)
    return f"{heading}\n{said}\n\n{rest.lstrip()}" if heading else f"{said}\n\n{answer}"
