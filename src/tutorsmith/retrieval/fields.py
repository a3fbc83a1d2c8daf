"""What of a chunk is searched: its fields, and the words of each.

heading, title   the path of headings, the file's title
body             the prose
formulas         the symbols of its formulas
families         the first letters of longer words: "inductor" and "inductance" are one family
units            the units that stand in it ("unit:S/m")
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from tutorsmith.data.words import words
from tutorsmith.retrieval.bm25 import Field
from tutorsmith.retrieval.chunk import Chunk
from tutorsmith.retrieval.quantities import units

K1 = 2.0
FIELDS: Mapping[str, Field] = {
    "title": Field(1.0, 0.5),
    "heading": Field(2.0, 0.5),
    "body": Field(1.0, 0.5),
    "formulas": Field(0.5, 0.5),
    "families": Field(1.0, 0.5),
    "units": Field(1.0, 0.5),
}
"""Chosen on the training samples (benchmarks/retrieval.py): the answers' formulas and statements in the excerpts."""
FAMILY = 5
"""Letters that make a family."""
_MATH = re.compile(r"\$\$(.+?)\$\$|\\\[(.+?)\\\]|\$([^$]+?)\$", re.DOTALL)


def families(found: Iterable[str]) -> list[str]:
    return [f"{word[:FAMILY]}~" for word in found if len(word) >= FAMILY and word.isascii() and word.isalpha()]


def fields_of(chunk: Chunk) -> dict[str, Sequence[str]]:
    """The words of each field of a chunk."""
    formulas = " ".join(next(filter(None, found)) for found in _MATH.findall(chunk.text))
    title, heading, body = words(chunk.title), words(chunk.heading), words(_MATH.sub(" ", chunk.text))
    return {
        "title": title,
        "heading": heading,
        "body": body,
        "formulas": words(formulas),
        "families": families([*title, *heading, *heading, *body]),
        "units": units(chunk.text),
    }
