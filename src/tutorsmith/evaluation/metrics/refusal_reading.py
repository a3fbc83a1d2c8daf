"""The sentences of an answer with the parts of a refusal that each of them has.

Cues of plain wordings bear the name of the part ("missing"), those of indirect ones the same name behind a tilde
("~missing"). Code and quotations are not read: what is quoted is not said. A quotation leaves a "§" behind.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from tutorsmith.evaluation.metrics import refusal_cues as en
from tutorsmith.evaluation.metrics import refusal_cues_zh as zh
from tutorsmith.evaluation.metrics import refusal_indirect as indirect
from tutorsmith.evaluation.metrics import refusal_indirect_zh as indirect_zh
from tutorsmith.evaluation.metrics import refusal_moves as moves
from tutorsmith.evaluation.metrics.prose import sentence_spans

OPENING = 3

_CLOSING = 3

_LONGEST = 6_000
"""Characters looked at from either end: the opening and the conclusion are never longer."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and its place. Most of a long answer is never asked for its cues, so they are found when needed."""

    text: str
    language: str | None
    zone: bool = True
    """In the opening, the conclusion or the end."""
    opening: bool = True
    concluding: bool = False
    """Under a heading such as "Conclusion"."""

    @property
    def cues(self) -> frozenset[str]:
        """The names of the parts of a refusal that the sentence has."""
        return cues_of(self.text, self.language)


_TABLES = {
    "": (en, zh, ("INABILITY", "IMPERSONAL", "MISSING", "CONTEXT", "SCOPE", "POLICY")),
    "*": (moves, zh, ("REQUEST", "OFFER", "ASSUMED", "LEAK", "PARAMETER", "EDITORIAL", "DEPENDS", "NOT_NEEDED")),
    "~": (indirect, indirect_zh, ("INABILITY", "IMPERSONAL", "MISSING", "CONTEXT", "SCOPE", "POLICY")),
    "**": (moves, indirect_zh, ("PROPOSAL", "ASKS", "TELL", "ADVICE", "REDIRECT", "YES_NO", "BECAUSE")),
}

_CUES = tuple(
    (("~" if key == "~" else "") + name.lower(), getattr(english, name), getattr(chinese, name))
    for key, (english, chinese, names) in _TABLES.items()
    for name in names
)

_THINKING = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)

_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)

_QUOTED = re.compile(
    r"\"[^\"\n]{3,600}\"|“[^”\n]{4,600}”|「[^」\n]{4,600}」|(?<!\w)'[^'\n]{3,600}'(?!\w)|^[ \t]*>.*$", re.MULTILINE
)

_ASCII_MARK = re.compile(r"(?<=[\u4e00-\u9fff”』」）)$])[,:;?!]|[,:;?!](?=\s?[\u4e00-\u9fff“「『])")

_FULL_WIDTH = str.maketrans(",:;?!", "，：；？！")

_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]+(.*)$")

_BULLET = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,2}[.)、])[ \t]+")

_CONCLUSION = re.compile(r"conclusion|summary|answer|result|final|diagnosis|结论|总结|答案|小结|诊断", re.IGNORECASE)

# "If the field is not given ..." supposes; it does not complain.
_IF_CLAUSE = re.compile(r"\b(?:if|unless|when|where)\b[^,.;:]*", re.IGNORECASE)

# "State that no data were recorded" gives the student words to say.
_DICTATED = re.compile(
    r"(?<!i )(?<!i'd )(?<!we )(?<!would )(?<!can )(?<!must )\b(?:state|say|write|admit|explain|mention|note"
    r"|report|acknowledge|concede|declare"
    r"|confess|disclose|add|tell (?:him|her|them|the \w+|your \w+)) (?:\w+ly )?that [^.;:!?]{1,200}|(?:说明|写明"
    r"|写清|注明|承认|交代|指出|声明)[^，。；]{0,40}",
    re.IGNORECASE,
)

_WHEN_ZH = re.compile(
    r"(?:如果|若|假如|当|要是|一旦)[^，。；]{0,40}|[^，。；]{0,14}(?:时候?|的话|的情况下)(?=[，。；一通可就])"
)

_LATIN_WORD = re.compile(r"[A-Za-z]{2}")
_HAN = re.compile(r"[\u4e00-\u9fff]")

# Words between the parts of an act: "I am therefore not able", "poems, though, lie outside".
_ASIDE = re.compile(
    r", (?:though|however|alas|unfortunately|sadly|then|therefore|of course|i(?:'m| am) afraid|strictly speaking"
    r"|as it stands|at the moment|to be honest),|\b(?:therefore|thus|hence|consequently|accordingly|still"
    r"|currently|presently|unfortunately|sadly|regrettably|honestly|simply|really|actually|at the moment|right now"
    r"|at present|as yet|so far|for now|for the moment|as things stand|either|myself) ",
    re.IGNORECASE,
)

ACTS = frozenset({"inability", "impersonal", "missing", "context", "scope"})

INDIRECT = frozenset({"~inability", "~impersonal", "~missing", "~context", "~scope"})

ME = re.compile(r"\b(?:i|me|my|mine|myself|i'm|i'd|i'll|i've|we|us|our|this tutor)\b|我|本助教|咱", re.IGNORECASE)

HOLDER = re.compile(r"\b(?:question|problem|exercise|task|statement)\b|题", re.IGNORECASE)

NEGATION_WORD = re.compile(
    r"\b(?:not|no|nor|neither|never|nothing|without)\b|n't\b|不|没|未|无(?![论限穷耗源])", re.IGNORECASE
)


def read(answer: str, language: str | None) -> list[Sentence]:
    text = _chinese_marks(_THINKING.sub("", answer).replace("’", "'").replace("‘", "'"))
    if len(text) > 2 * _LONGEST:
        text = text[:_LONGEST] + "\n" + text[-_LONGEST:]
    text = _QUOTED.sub(" § ", _CODE.sub(" ", text))
    raw: list[tuple[str, bool]] = []
    conclusion, since = False, 0
    for start, end in sentence_spans(text):
        sentence = text[start:end].strip()
        heading = _HEADING.match(sentence)
        if heading:
            conclusion, since = bool(_CONCLUSION.search(heading.group(1))), 0
            continue
        sentence = _BULLET.sub("", sentence).replace("**", "").replace("__", "").strip()
        if any(character.isalnum() for character in sentence):
            raw.append((sentence, conclusion and since < OPENING))
            since += 1
    last = len(raw) - _CLOSING
    return [
        Sentence(sentence, language, i < OPENING or i >= last or named, i < OPENING or named, named)
        for i, (sentence, named) in enumerate(raw)
    ]


def _chinese_marks(text: str) -> str:
    """Chinese written with ASCII commas, colons and question marks, in full-width ones."""
    return _ASCII_MARK.sub(lambda found: found.group(0).translate(_FULL_WIDTH), text)


@lru_cache(maxsize=8192)
def cues_of(sentence: str, language: str | None) -> frozenset[str]:
    """The names of all parts found. What is missing is not looked for in conditions."""
    simplified = sentence.translate(zh.SIMPLIFY)
    certain, certain_zh = _IF_CLAUSE.sub(" ", _DICTATED.sub(" ", sentence)), _WHEN_ZH.sub(" ", simplified)
    is_english = language != "zh" and (bool(_LATIN_WORD.search(sentence)) or not _HAN.search(sentence))
    is_chinese = language != "en" and bool(_HAN.search(sentence))
    found = set()
    plain, plain_certain = _ASIDE.sub(" ", sentence), _ASIDE.sub(" ", certain)
    texts, texts_certain = {sentence, plain.replace("  ", " ")}, {certain, plain_certain.replace("  ", " ")}
    for name, english, chinese in _CUES:
        suppose, suppose_zh = name == "missing", name in ("missing", "~missing", "~impersonal")
        if (is_english and any(map(english.search, texts_certain if suppose else texts))) or (
            is_chinese and chinese.search(certain_zh if suppose_zh else simplified)
        ):
            found.add(name)
    return frozenset(found)


def near(sentences: list[Sentence], i: int, reach: int = 1) -> frozenset[str]:
    """Cues of the sentence and its neighbours."""
    return frozenset().union(*(s.cues for s in sentences[max(0, i - reach) : i + reach + 1]))


def asks_back(sentence: Sentence) -> bool:
    return "tell" in sentence.cues or ("asks" in sentence.cues and "proposal" not in sentence.cues)
