"""Is this text an answer at all? Flags that need no benchmark, no reference and no model.

Flags, in the order in which they are reported:

    empty            no visible character is left (template tokens aside)
    whitespace       empty, but not of zero length
    truncated        the answer was cut off by the token limit
    looping          one stretch of words (or characters, in Chinese) is repeated over and over
    echo             the answer is mostly a copy of the prompt
    template_tokens  chat-template marks stand in the text
    wrong_language   the answer is not in the language that was asked for

Every test is linear in the length of the answer.
"""

import re
from collections.abc import Sequence
from itertools import groupby

from tutorsmith.data.plain_text import blank_code_and_math

FLAGS: tuple[str, ...] = (
    "empty",
    "whitespace",
    "truncated",
    "looping",
    "echo",
    "template_tokens",
    "wrong_language",
)

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_HAN}]|[^\W\d_{_HAN}]+(?:['’][^\W\d_{_HAN}]+)*")
_INVISIBLE = re.compile("[\\s\u200b-\u200f\u2060\ufeff\u00ad]+")

_TEMPLATE_MARK = re.compile(
    r"<\|(?:[a-z]+_[a-z_0-9]*|system|user|assistant|endoftext|end|pad|eos|bos|return|message|channel)\|>"
    r"|<[｜|][^<>\n]{1,40}[｜]>"
    r"|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>|</?tool_(?:call|response)>|</?think>"
    r"|^(?:system|user|assistant)[ \t]*$"
    r"|^#{2,3} (?:Human|Assistant|Instruction|Response):",
    re.MULTILINE,
)
_OPEN_S = re.compile(r"<s>")
_CLOSE_S = re.compile(r"</s>")

# Repetition: a unit repeated this often over at least so many tokens. Four short repeats or three long ones are a loop;
# the pairs keep lists of parallel sentences and a quoted sentence with its revision out.
_LOOP_SHAPES: tuple[tuple[int, int], ...] = ((4, 12), (3, 24))
_LOOP_GRAMS: tuple[int, ...] = (3, 8, 20)
_REPEATED_SHARE = 0.4
_REPEATED_GRAM = 8
_REPEATED_MIN_TOKENS = 60
_CHARACTER_LOOP = 200
_CHARACTER_LOOP_PERIODS = range(1, 9)

_ECHO_GRAM = 6
_ECHO_SHARE = 0.6

_LINK = re.compile(r"https?://\S+")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]{2,}")
_HAN_CHARACTER = re.compile(rf"[{_HAN}]")
_OTHER_SCRIPT = re.compile(r"[\u0400-\u04ff\u0590-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u3040-\u30ff\uac00-\ud7af]")
_ENGLISH = "the of and to in is that it for as with are be this by on not or from at which an we you can was so has"
_FOREIGN = (
    "le la les des une est dans pour que qui sur pas avec vous nous der die das und ist nicht ein eine mit von zu den "
    "el los las una es por con para del se il lo gli che di non per um uma os não são como mais het een niet voor"
)
_ENGLISH_WORDS = frozenset(_ENGLISH.split())
_FOREIGN_WORDS = frozenset(_FOREIGN.split())
_MIN_UNITS = 8


def health_flags(answer: str, *, finish_reason: str, prompt: str = "", language: str | None = None) -> tuple[str, ...]:
    """The flags that apply to one answer, in the order of `FLAGS`; none for a healthy one.

    prompt: what a good answer does not copy: the question, without the notes (answers may quote those).
    language: "en" or "zh"; when None it is the language of the prompt, and is not judged without a clear one.
    """
    found = {
        "truncated": finish_reason in ("length", "max_tokens"),
        "template_tokens": _has_template_tokens(answer),
    }
    visible = _INVISIBLE.sub("", _TEMPLATE_MARK.sub("", answer))
    if visible:
        tokens = _tokens(answer)
        found["looping"] = _is_looping(tokens) or _is_character_loop(visible)
        found["echo"] = _is_echo(tokens, _tokens(prompt))
        found["wrong_language"] = _is_wrong_language(answer, language or detect_language(prompt))
    else:
        found["empty"] = True
        found["whitespace"] = bool(answer) and not _INVISIBLE.sub("", answer)
    return tuple(flag for flag in FLAGS if found.get(flag))


def detect_language(text: str) -> str | None:
    """ "zh" when Chinese characters outnumber Latin words, "en" when there are none, None when mixed or too short."""
    prose = _prose(text)
    han = len(_HAN_CHARACTER.findall(prose))
    words = len(_LATIN_WORD.findall(prose))
    if han > words:
        return "zh"
    return "en" if han == 0 and words >= 3 else None


def _prose(text: str) -> str:
    return _LINK.sub(" ", blank_code_and_math(text))


def _tokens(text: str) -> list[str]:
    """Words of alphabetic scripts, single Chinese characters. Digits are left out: a loop may count upwards."""
    return _TOKEN.findall(text.lower())


def _has_template_tokens(text: str) -> bool:
    if _TEMPLATE_MARK.search(text):
        return True
    # <s>...</s> is also struck-out text in HTML; unpaired, or opening the answer, it is a mark of the template.
    opened, closed = len(_OPEN_S.findall(text)), len(_CLOSE_S.findall(text))
    return opened != closed or (opened > 0 and text.lstrip().startswith("<s>"))


def _distances(tokens: Sequence[str], gram: int) -> list[int]:
    """For each n-gram, how many tokens back it last occurred; 0 when it is new."""
    last: dict[tuple[str, ...], int] = {}
    out = []
    for i in range(len(tokens) - gram + 1):
        key = tuple(tokens[i : i + gram])
        out.append(i - last.get(key, i))
        last[key] = i
    return out


def _is_looping(tokens: Sequence[str]) -> bool:
    for gram in _LOOP_GRAMS:
        # In text of period d every n-gram last occurred d tokens back, so a loop is a run of equal distances.
        for distance, run in groupby(_distances(tokens, gram)):
            if distance == 0:
                continue
            span = sum(1 for _ in run) + gram - 1 + distance
            if any(span >= repeats * distance and span >= least for repeats, least in _LOOP_SHAPES):
                return True
    if len(tokens) < _REPEATED_MIN_TOKENS:
        return False
    distances = _distances(tokens, _REPEATED_GRAM)
    return sum(d > 0 for d in distances) >= _REPEATED_SHARE * len(distances)


def _is_character_loop(visible: str) -> bool:
    """Long runs of a few signs ("!!!!", "|-|-|-"), which the words of the answer don't show."""
    for period in _CHARACTER_LOOP_PERIODS:
        run = 0
        for here, before in zip(visible[period:], visible, strict=False):
            run = run + 1 if here == before else 0
            if run >= _CHARACTER_LOOP:
                return True
    return False


def _is_echo(answer: Sequence[str], prompt: Sequence[str]) -> bool:
    if not answer or not prompt:
        return False
    if list(answer) == list(prompt):
        return True
    gram = _ECHO_GRAM
    if len(answer) < gram or len(prompt) < gram:
        return False
    known = {tuple(prompt[i : i + gram]) for i in range(len(prompt) - gram + 1)}
    copied = sum(tuple(answer[i : i + gram]) in known for i in range(len(answer) - gram + 1))
    return copied >= _ECHO_SHARE * (len(answer) - gram + 1)


def _is_wrong_language(answer: str, language: str | None) -> bool:
    if language not in ("en", "zh"):
        return False
    prose = _prose(answer)
    han = len(_HAN_CHARACTER.findall(prose))
    words = _LATIN_WORD.findall(prose.lower())
    other = len(_OTHER_SCRIPT.findall(prose))
    units = han + len(words)
    if other > 0.3 * (units + other) and other >= _MIN_UNITS:
        return True
    if units < _MIN_UNITS:
        return False
    if language == "zh":
        # A Chinese answer may quote English drafts at length; it is wrong only when next to nothing is Chinese.
        return han < 0.15 * units
    if han > 0.5 * units:
        return True
    foreign = sum(word in _FOREIGN_WORDS for word in words)
    return foreign >= 5 and foreign > sum(word in _ENGLISH_WORDS for word in words)
