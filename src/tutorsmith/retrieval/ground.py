"""Excerpts into the prompt: the one place where training, prediction and serving put course notes before the model.

system prompt (fixed, so that all prompts share this prefix)

Course notes (numbered excerpts):
[1] source > heading
text
[2] ...
"""

import hashlib
import random
import re
from collections.abc import Sequence
from dataclasses import replace

from tutorsmith.core.errors import UsageError, suggest
from tutorsmith.data.schema import Message
from tutorsmith.data.words import word_count, words
from tutorsmith.retrieval.chunk import Chunk, sentences
from tutorsmith.retrieval.index import Index, build_index
from tutorsmith.retrieval.query import Query, query_of
from tutorsmith.retrieval.search import Hit, hit_of, ranking, search

HEADERS = {"en": "Course notes (numbered excerpts):", "zh": "课程笔记（编号摘录）："}
_NUMBERED = re.compile(r"\[(\d+)\] (.+)")
_TITLE = re.compile(r".+ > .+|\S+\.\w+(?:#\S+)?$")
K = 3
MAX_WORDS = 330
MIN_EXCERPT_WORDS = 25
"""A shorter remainder of the budget is left unused: a stump of an excerpt misleads more than it helps."""
DISTRACTORS_BEYOND = 3
"""Distractors come from below rank 3k, so that none of them holds the answer by chance."""


def is_grounded(messages: Sequence[Message]) -> bool:
    """Whether the system prompt already holds a block of notes in either language."""
    first = messages[0]
    lines = (first.content or "").splitlines() if first.role == "system" else []
    return any(line.strip() in HEADERS.values() for line in lines)


def instructions(system: str) -> str:
    """The system prompt up to the block of notes, if it holds one."""
    lines = system.splitlines()
    notes = next((number for number, line in enumerate(lines) if line.strip() in HEADERS.values()), len(lines))
    return "\n".join(lines[:notes]).strip()


def cut_to(text: str, max_words: int) -> str:
    """The leading whole sentences, list items and formulas of a text that fit the budget; may be empty."""
    if word_count(text) <= max_words:
        return text
    kept = ""
    for paragraph in text.split("\n\n"):
        for number, sentence in enumerate(sentences(paragraph)):
            joint = "" if not kept else " " if number else "\n\n"
            candidate = kept + joint + sentence
            if word_count(candidate) > max_words:
                return _closed(kept)
            kept = candidate
    return _closed(kept)


def _closed(text: str) -> str:
    """Without a last formula or code fence that the cut left open."""
    while text and (text.count("$$") % 2 or text.count("```") % 2 or text.count("\\[") > text.count("\\]")):
        text = text.rpartition("\n\n")[0] if "\n\n" in text else ""
    return text


def pack(hits: Sequence[Hit], max_words: int) -> list[Hit]:
    """Hits, in order, whose texts fit max_words together; the one that crosses the limit is cut after a sentence."""
    out: list[Hit] = []
    left = max_words
    for hit in hits:
        left -= word_count(f"{hit.source} > {hit.heading}") + 1
        text = cut_to(hit.text, left)
        if not text or (text != hit.text and word_count(text) < MIN_EXCERPT_WORDS):
            break
        out.append(replace(hit, text=text))
        left -= word_count(text)
    return out


def notes_block(hits: Sequence[Hit], language: str) -> str:
    """The block of numbered excerpts.

    Raises: UsageError for a language without a header.
    """
    if language not in HEADERS:
        raise UsageError(f"no notes header in language {language!r}", mend=suggest(language, list(HEADERS)))
    lines = [HEADERS[language]]
    for number, hit in enumerate(hits, start=1):
        title = f"{hit.source} > {hit.heading}" if hit.heading else hit.source
        lines += [f"[{number}] {title}", hit.text]
    return "\n".join(lines)


def own_excerpts(system: str) -> list[tuple[int, Hit]]:
    """(number, excerpt) of the block of notes that a system prompt brings itself, in its order.

    Numbers count up from one. What follows a number is the source and heading, or, where it looks like neither, text.
    """
    lines = system.splitlines()
    start = next((number for number, line in enumerate(lines, start=1) if line.strip() in HEADERS.values()), len(lines))
    titles: list[str] = []
    texts: list[list[str]] = []
    for line in lines[start:]:
        found = _NUMBERED.match(line)
        if found and int(found[1]) == len(titles) + 1 and (not titles or not titles[-1] or _TITLE.match(found[2])):
            titled = _TITLE.match(found[2]) is not None
            titles.append(found[2] if titled else "")
            texts.append([] if titled else [found[2]])
        elif texts:
            texts[-1].append(line)
    out = []
    for place, (title, text) in enumerate(zip(titles, texts, strict=True)):
        source, _, heading = title.partition(" > ")
        out.append((place + 1, Hit(source.strip(), place, heading.strip(), "\n".join(text).strip(), 0.0)))
    return out


def best_first(numbered: Sequence[tuple[int, Hit]], question: Query | str) -> list[tuple[int, Hit]]:
    """Numbered excerpts as the search among them ranks them; none without a word."""
    numbered = [(number, hit) for number, hit in numbered if words(hit.text)]
    if not numbered:
        return []
    index = build_index([Chunk(hit.source, place, hit.heading, hit.text) for place, (_, hit) in enumerate(numbered)])
    return [numbered[place] for place, _ in ranking(index, question)]


def ground(
    messages: Sequence[Message],
    index: Index,
    *,
    k: int = K,
    max_words: int = MAX_WORDS,
    language: str = "en",
    hits: Sequence[Hit] | None = None,
) -> tuple[list[Message], list[Hit]]:
    """The messages with a block of excerpts at the end of the system prompt, and the hits as shown (cut to the budget).

    `hits` replaces the search, as in training. Messages that already hold a block of notes, and questions that nothing
    fits, come back unchanged with no hits.
    """
    if not messages or is_grounded(messages):
        return list(messages), []
    found = pack(search(index, query_of(messages), k) if hits is None else hits, max_words)
    if not found:
        return list(messages), []
    block = notes_block(found, language)
    first, rest = messages[0], list(messages[1:])
    if first.role != "system":
        return [Message("system", block), *messages], found
    prompt = (first.content or "").rstrip()
    return [replace(first, content=f"{prompt}\n\n{block}" if prompt else block), *rest], found


def training_hits(
    index: Index, sample_id: str, question: Query | str, *, k: int = K, distractor_share: float = 0.0, seed: int = 0
) -> list[Hit]:
    """The hits for one training sample: the best k, or, for a seeded share of the samples, unrelated chunks only.

    Which samples get distractors depends on `seed` and the sample's id alone, not on the other samples. When the notes
    are so few that nothing stands below rank 3k, distractors come from below rank k, and from nowhere if that is empty.
    """
    digest = hashlib.sha256(f"{seed}:{sample_id}".encode()).digest()
    chosen = int.from_bytes(digest[:8], "big") / 2**64 < distractor_share
    if not chosen:
        return search(index, question, k)
    ranked = ranking(index, question)
    far = ranked[DISTRACTORS_BEYOND * k :] or ranked[k:]
    picked = random.Random(digest).sample(far, min(k, len(far)))
    return [hit_of(index.chunks[position], score) for position, score in picked]
