"""A question taken apart: what it shows, what it gives, and what it asks for."""

import re
from dataclasses import dataclass
from functools import cached_property

from tutorsmith.data.words import words
from tutorsmith.evaluation.metrics.units import Unit
from tutorsmith.evaluation.metrics.values import Value, values_of
from tutorsmith.evidence.cues import signs
from tutorsmith.evidence.quantities import quantities_in

QUOTES = re.compile(
    r"\"[^\"]+\"|“[^”]+”|「[^」]+」|『[^』]+』|《[^》]+》|(?<![A-Za-z])'[^']{12,}'(?![A-Za-z])", re.DOTALL
)
_SHOWN_WORDS = 3  # a quotation of fewer words is a term, not a passage
# "..., please: lin, a. b. (2021). losses of ...": what looks like an entry of a list of references.
_ENTRY = re.compile(r"(?:\[\d+\]\s*)?[A-Za-z][\w.,&\s(-]{3,400}(?<=[,(;.])\s*(?:19|20)\d{2}\b[\s\S]{12,}")
_BLOCK = re.compile(r"\n\s*\S[\s\S]*|[:：]\s*\n[\s\S]*")
_VARIANTS = re.compile(r"\(a\)[\s\S]+\(b\)[\s\S]+", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[?!？！。])\s*|(?<=[.;])\s+(?=[A-Z(\"“])")
_IMPERATIVE = re.compile(
    r"^\W*(?:please\s+|now\s+|then\s+|and\s+|so\s+)*(?:find|calculate|compute|determine|estimate|work out|"
    r"integrate|state|give|differentiate|design|show|derive|prove|explain|compare|check|tell|describe|say|solve)\b|[求算计证推判]|请",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Question:
    """One question of a student: `text` as asked, `before` the turns that it follows."""

    text: str
    before: str = ""

    @cached_property
    def shown(self) -> str:
        """Passages that the question brings along: quotations, blocks below it, variants (a) and (b), entries."""
        text = self.text
        quoted = [m.group(0) for m in QUOTES.finditer(text)]
        parts = [part for part in quoted if _is_passage(part)] or (quoted if len(quoted) > 1 else [])
        rest = QUOTES.sub(" ", text)
        for pattern in (_BLOCK, _VARIANTS, _ENTRY):
            if found := pattern.search(rest):
                parts.append(found.group(0))
                rest = rest[: found.start()] + " " + rest[found.end() :]
        return "\n".join(parts)

    @cached_property
    def own(self) -> str:
        """The question without the passages that it brings along; short quoted terms stay."""
        text = QUOTES.sub(lambda m: " " if _is_passage(m.group(0)) else m.group(0), self.text)
        for pattern in (_BLOCK, _VARIANTS, _ENTRY):
            cut = pattern.sub(" ", text, count=1)
            text = cut if cut.strip() else text
        return text

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        return tuple(part.strip() for part in _SENTENCE.split(self.own) if part.strip())

    @cached_property
    def asking(self) -> str:
        """The sentences that ask or demand; the last one when none does."""
        found = [s for s in self.sentences if s.endswith(("?", "？")) or _IMPERATIVE.search(s)]
        return " ".join(found or self.sentences[-1:])

    @cached_property
    def valued(self) -> tuple[tuple[str, tuple[Value, ...]], ...]:
        """Texts with their numbers and units: the question, and the turns before it."""
        texts = (_spelled_out(text) for text in (self.own, self.before) if text or text is self.own)
        return tuple((text, values_of(text)) for text in texts)

    @property
    def values(self) -> tuple[Value, ...]:
        return tuple(value for _, values in self.valued for value in values)

    @property
    def measured(self) -> tuple[Value, ...]:
        """Values of the question itself, without numbers of figures, chapters and styles; in words, such as "half a
        millimetre", those with a physical unit only, and not "one metre of it"."""
        text, values = self.valued[0]
        return tuple(v for v in values if not _is_label(text, v) and (not text[v.start].isalpha() or _is_amount(v)))

    @property
    def physical(self) -> bool:
        """Whether it gives a value with a physical unit."""
        return any(name.startswith("[") or name in _PHYSICAL for v in self.measured for name, _ in v.unit.dimensions)

    @property
    def _asks_quantity(self) -> bool:
        """Whether values stand beside a question for which voltage, what force, and the like."""
        return self.physical and any(quantities_in(found.group("what")) for found in _WHICH.finditer(self.asking))

    @cached_property
    def compares(self) -> bool:
        """Whether it asks how one case stands to another, which needs no values, or gives those of both."""
        told = [value.unit.dimensions for value in self.measured if value.unit.dimensions]
        return bool(signs("ratio", self.own)) and len(set(told)) in (0, len(told) / 2)

    @cached_property
    def asks_number(self) -> bool:
        """Whether a number is wanted that follows from values."""
        wanted = signs("number asked", self.asking) or units_asked(self.asking) or self._asks_quantity
        return bool(wanted) and not self.compares and not signs("which is more", self.asking)


_WHICH = re.compile(r"\b(?:what|which)\s+(?P<what>(?:[\w-]+\s+){0,2}[\w-]+)", re.IGNORECASE)
_PHYSICAL = frozenset(["angle", "cycle", "turn", "level"])
_LABEL = re.compile(
    r"\b(?:APA|IEEE|GB/T|MLA|ISO|Figs?\.?|(?:Figure|Table|Chapter|Section|Part|page|sheet|slide|problem|exercise|step|question|"
    r"task|version|node|number|medium|sample|lab|reviewer|referee|comment|point|objective|hypothesis|appendix|line)s?|no\.?|Eqs?\.?|ch\.?)\s*\(?(?:\d[\d.]*\)?\s*(?:and|or|to|,|-|–)\s*)?$|第$",
    re.IGNORECASE,
)


def _is_passage(quoted: str) -> bool:
    """Of so many words that it is shown, and not only named."""
    return len(quoted.split()) >= _SHOWN_WORDS or len(words(quoted)) > _SHOWN_WORDS


def _spelled_out(text: str) -> str:
    """The text with some wordings of values brought to those that are read: 3 uC on every metre -> 3 uC per metre."""
    for pattern, plain in _WORDED:
        text = pattern.sub(plain, text)
    return text


def _is_amount(value: Value) -> bool:
    """Whether a value in words is a physical one: no time, which is told in words of anything, and no bare unit."""
    names = {name for name, _ in value.unit.dimensions}
    return value.number != value.unit.factor and any(name[0] == "[" for name in names) and names != {"[time]"}


def _is_label(text: str, value: Value) -> bool:
    return not value.unit.dimensions and _LABEL.search(text[: value.start]) is not None


_PARTS = {
    "third": "0.33",
    "quarter": "0.25",
    "fifth": "0.2",
    "tenth": "0.1",
    "hundredth": "0.01",
    "thousandth": "0.001",
}
_WORDED = (
    (re.compile(r"\bcross-section(?= \d)", re.IGNORECASE), "area"),
    (
        re.compile(
            r"(?<=[A-Za-z²\d]) (?:(?:on|in|for|over) )?(?:each|every) (?=(?:square |cubic )?\w*met(?:re|er)\b|second\b)"
        ),
        " per ",
    ),
    *((re.compile(rf"\ba {part} of an? (?=\w)", re.IGNORECASE), f"{value} ") for part, value in _PARTS.items()),
)


_HOW = {
    "fast": "1 m/s",
    "far": "1 m",
    "deep": "1 m",
    "thick": "1 m",
    "wide": "1 m",
    "high": "1 m",
    "long": "1 s",
}
_UNIT_ASKED = re.compile(
    r"\bhow many (?P<many>[A-Za-z]+)|\bin (?P<symbol>[A-Za-zΩ°%]+(?:/[A-Za-z]+(?:\^\d)?)?)\b(?=\s*[,.?)]|\s*$)|"
    r"\bhow (?P<how>fast|far|deep|thick|wide)\b|多少(?P<zh>[A-Za-z\u4e00-\u9fff]{1,3})",
)


def units_asked(asking: str) -> list[Unit]:
    """Units in which an answer is wanted: "how many coulombs", "in mT", "how far"."""
    out: list[Unit] = []
    for found in _UNIT_ASKED.finditer(asking):
        named = found["many"] or found["symbol"] or found["zh"]
        text = _HOW[found["how"]] if found["how"] else f"1 {named}"
        out += [value.unit for value in values_of(text)[:1] if value.unit.dimensions and value.end >= len(text) - 1]
    return out
