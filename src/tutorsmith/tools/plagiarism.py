"""check_plagiarism: which passages of a text stand in given sources, and whether they are quoted and cited.

It counts matching words and judges no intent. A passage is
    quoted           in quotation marks, with a citation: nothing to mend
    not-cited        in quotation marks, without a citation
    not-marked       cited, but without quotation marks: the wording is claimed as the author's own
    copied           neither
    close-paraphrase another order or a few other words, but nearly all the words of one sentence of a source
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Any

from tutorsmith.data.words import stem
from tutorsmith.tools.failure import ToolFailure
from tutorsmith.tools.fingerprints import (
    Document,
    Run,
    common_runs,
    document,
    is_chinese,
    resemblance,
    without_overlaps,
)

THRESHOLD = 0.15
MOST_SHOWN = 8
FEWEST_WORDS = 8
CLOSE = 0.75
"""Share of a sentence's words of sense that stand in one sentence of a source: a close paraphrase from here on."""
CLOSE_WORDS = 8
"""A sentence with fewer words of sense says too little to be compared."""
_QUOTES = re.compile('“[^“”]*”|"[^"\n]*"|「[^「」]*」|『[^『』]*』|«[^«»]*»', re.DOTALL)
_CITATION = re.compile(
    r"[\[［【]\s*\d{1,3}(?:\s*[-–,，、]\s*\d{1,3})*\s*[\]］】]|[(（][^()（）]{1,60}?,?\s*(?:19|20)\d\d[a-z]?[^()（）]{0,20}[)）]"
    r"|\b[A-Z][\w-]+(?: et al\.| and [A-Z][\w-]+)? \((?:19|20)\d\d[a-z]?\)"
)
_SENTENCE = re.compile(
    r"[^.!?。！？\n]*(?:[.!?。！？](?![ \t]*[)\]”\"’」]?[ \t]*[a-z\d\[(（［])|\n|[.!?。！？]|$)", re.DOTALL
)
_ABBREVIATION = re.compile(r"\b(?:et al|e\.g|i\.e|cf|Fig|Eq|vol|no|pp|p)\.$")
_SMALL_WORDS = """
a an and are as at be been but by can for from had has have if in into is it its may must no not of on or so such than
that the their then there these this those to was we were when where which while will with would
"""
_SENSELESS = frozenset(_SMALL_WORDS.split())


@dataclass(frozen=True, slots=True)
class Passage:
    """start, end: offsets in the text; source_start, source_end: in the source; words: its length."""

    kind: str
    start: int
    end: int
    source: str
    source_start: int
    source_end: int
    words: int


def check_plagiarism(
    text: str, sources: Sequence[Mapping[str, str]] = (), threshold: float = THRESHOLD
) -> dict[str, Any]:
    """{"verdict", "copied_share", "passages", "sources"}; copied_share counts words in passages that are not quoted.

    sources: [{"id", "text"}]. Raises: ToolFailure.
    """
    if not sources:
        raise ToolFailure(
            "there is no source to compare with", "ask for the text of the source, or search the notes first"
        )
    mine = document(text)
    if len(mine.words) < FEWEST_WORDS:
        raise ToolFailure(f"the text has only {len(mine.words)} words", f"give at least {FEWEST_WORDS}")
    _check_ids(sources)
    theirs = {entry["id"]: document(entry["text"], mine.k) for entry in sources}
    passages = find_passages(mine, theirs)
    share = round(sum(p.words for p in passages if p.kind != "quoted") / len(mine.words), 3)
    shown = [_shown(mine, passage) for passage in passages[:MOST_SHOWN]]
    out: dict[str, Any] = {
        "verdict": _verdict(share, threshold, passages),
        "copied_share": share,
        "passages": shown,
        "sources": [
            {"id": name, "resemblance": round(resemblance(mine, source), 3)}
            for name, source in theirs.items()
            if any(passage.source == name for passage in passages)
        ],
    }
    if len(passages) > MOST_SHOWN:
        out["more_passages"] = len(passages) - MOST_SHOWN
    return out


def find_passages(mine: Document, theirs: Mapping[str, Document]) -> list[Passage]:
    """All passages in order of the text, those that several sources share under the source with the longest run."""
    runs = [replace(run, source=name) for name, source in theirs.items() for run in common_runs(mine, source)]
    spans = sentences(mine.text)
    quotes = [quote.span() for quote in _QUOTES.finditer(mine.text)]
    whole = without_overlaps(runs, len(mine.words), mine.least)
    kept = [part for run in whole for part in _split_at_quotes(mine, run, quotes)]
    out = [_passage(mine, theirs[run.source], run, spans) for run in kept]
    taken = bytearray(len(mine.words))
    for run in kept:
        taken[run.place : run.place + run.length] = b"\x01" * run.length
    out += _close_paraphrases(mine, theirs, taken)
    return sorted(out, key=lambda passage: passage.start)


def _split_at_quotes(mine: Document, run: Run, quotes: Sequence[tuple[int, int]]) -> Iterator[Run]:
    """A run that reaches over a quotation mark, in its parts inside and outside; short parts go."""
    first = run.place
    places = [_quote_of(mine.words[i].start, quotes) for i in range(run.place, run.place + run.length)]
    for _, group in groupby(places):
        length = len(list(group))
        if length >= mine.least:
            yield Run(first, run.there + first - run.place, length, run.source)
        first += length


def _quote_of(offset: int, quotes: Sequence[tuple[int, int]]) -> int:
    """The number of the quotation in which an offset lies, -1 outside all."""
    return next((number for number, (start, end) in enumerate(quotes) if start < offset < end), -1)


def _check_ids(sources: Sequence[Mapping[str, str]]) -> None:
    seen: set[str] = set()
    for entry in sources:
        if entry["id"] in seen:
            raise ToolFailure(f"two sources have the id {entry['id'][:40]!r}", "give each its own id")
        seen.add(entry["id"])


def _passage(mine: Document, source: Document, run: Run, spans: Sequence[tuple[int, int]]) -> Passage:
    start, end = mine.words[run.place].start, mine.words[run.place + run.length - 1].end
    ends = source.words[run.there].start, source.words[run.there + run.length - 1].end
    return Passage(_kind(mine.text, (start, end), spans), start, end, run.source, *ends, run.length)


def _kind(text: str, span: tuple[int, int], spans: Sequence[tuple[int, int]]) -> str:
    start, end = span
    quote = next((q for q in _QUOTES.finditer(text) if q.start() < start and end < q.end()), None)
    cited = _cited(text, quote.span() if quote else span, spans)
    if quote:
        return "quoted" if cited else "not-cited"
    return "not-marked" if cited else "copied"


def _cited(text: str, span: tuple[int, int], spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a citation stands in the sentences of the passage, or right behind its end."""
    around = [s for s in spans if s[0] <= span[1] and span[0] < s[1]]
    low, high = (min(s for s, _ in around), max(e for _, e in around)) if around else span
    tail = re.match(r"[\s.,;。，；”\"」]{0,3}", text[high:])
    return bool(_CITATION.search(text[low:high]) or (tail and _CITATION.match(text, high + tail.end())))


def sentences(text: str) -> list[tuple[int, int]]:
    """Offsets of the sentences; a full stop of an abbreviation or before a citation ends none."""
    out: list[tuple[int, int]] = []
    start = 0
    for found in _SENTENCE.finditer(text):
        if not found[0].strip() or _ABBREVIATION.search(text[max(start, found.end() - 12) : found.end()].rstrip()):
            continue
        out.append((start, found.end()))
        start = found.end()
    if text[start:].strip():
        out.append((start, len(text)))
    return out


def _close_paraphrases(mine: Document, theirs: Mapping[str, Document], taken: bytearray) -> list[Passage]:
    """Sentences without a common run whose words of sense nearly all stand in one sentence of a source."""
    out: list[Passage] = []
    least = 2 * CLOSE_WORDS if is_chinese(mine.words) else CLOSE_WORDS
    parts = [(name, first, last, sense) for name, source in theirs.items() for first, last, sense in _senses(source)]
    for start, end, sense in _senses(mine):
        if len(sense) < least or any(taken[start:end]):
            continue
        share, best = max(((len(sense & part[3]) / len(sense), i) for i, part in enumerate(parts)), default=(0.0, 0))
        if share >= CLOSE:
            name, first, last, _ = parts[best]
            here, there = mine.words[start:end], theirs[name].words[first:last]
            ends = here[0].start, here[-1].end, name, there[0].start, there[-1].end
            out.append(Passage("close-paraphrase", *ends, end - start))
    return out


def _senses(part: Document) -> Iterator[tuple[int, int, frozenset[str]]]:
    """(first word, word after the last, words of sense) of each sentence; in Chinese, pairs of characters."""
    starts = [word.start for word in part.words]
    for low, high in sentences(part.text):
        first, last = bisect_left(starts, low), bisect_left(starts, high)
        inside = part.words[first:last]
        if not inside:
            continue
        if is_chinese(inside):
            yield first, last, frozenset(a.text + b.text for a, b in pairwise(inside))
        else:
            yield first, last, frozenset(stem(word.text) for word in inside if word.text not in _SENSELESS)


def _verdict(share: float, threshold: float, passages: Sequence[Passage]) -> str:
    if not passages:
        return "no passage in common with the sources"
    if all(passage.kind == "quoted" for passage in passages):
        return "common passages are quoted and cited"
    level = "at or above" if share >= threshold else "below"
    told = f"{share:.0%} of the words stand in passages that are not quoted and cited"
    return f"{told}, {level} the threshold of {threshold:.0%}"


def _shown(mine: Document, passage: Passage) -> dict[str, Any]:
    text = " ".join(mine.text[passage.start : passage.end].split())
    return {
        "kind": passage.kind,
        "text": text if len(text) <= 80 else f"{text[:50]} ... {text[-25:]}",
        "start": passage.start,
        "end": passage.end,
        "source": passage.source,
        "source_start": passage.source_start,
        "source_end": passage.source_end,
        "words": passage.words,
    }
