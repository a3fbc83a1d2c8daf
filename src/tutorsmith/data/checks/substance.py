"""Does the answer do what its own prompt asks: sections, citations, refusal, language?"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tutorsmith.data.checks.finding import Remark
from tutorsmith.data.checks.record import Record, Text
from tutorsmith.data.checks.text import without_code

_ASK = re.compile(r"(?<![#\w])#{3}[ \t]+")
_INLINE_END = re.compile(
    r"[`\"”」,;，、；。!?！？]|\.(?=\s|$)|\s+(?:and|or|then)\s+(?=[`\"“]*#{3})"
    r"|\s*[和与及]\s*(?=[`\"“]*#{3})|\s+(?=#{3}[ \t])"
)
_LEAD = re.compile(r"[ \t>]*(?:[-*+•]|\d{1,2}[.)、])?[ \t]*[`\"“*_]*")
_FORBIDDEN = re.compile(r"(?:do not|don't|never|without|avoid|不要|不得|避免)[^.。#\n]{0,40}$", re.IGNORECASE)
_OPTIONAL = re.compile(r"\boptional|\bif (?:needed|applicable|relevant|any)\b|可选|如有|如需", re.IGNORECASE)
_HINT = re.compile(r"\s*[(（][^()（）]*(?:[(（][^()（）]*[)）][^()（）]*)*[)）]\s*$")
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$", re.MULTILINE)
_EXCERPT_NUMBER = re.compile(
    r"^[ \t>*]*(?:[\[【](?:excerpt |摘录 ?)?(\d{1,3})[\]】]|excerpt (\d{1,3})\b|摘录 ?(\d{1,3})\b|<(?:doc|excerpt"
    r"|source)[^>\n]*id=\"?(\d{1,3}))",
    re.IGNORECASE | re.MULTILINE,
)
_CITATION = re.compile(
    r"(?<!\\)(?<!sqrt)(?<!\b[A-Za-z])[\[【](\d{1,3}(?:[ \t]*[,，、;][ \t]*\d{1,3})*|\d{1,3}[ \t]*[-–][ \t]*\d{1,3})"
    r"[\]】](?![(:\d{])"
)
_INTERVAL = re.compile(r"(?:interval|range|between|from|vector|区间|范围|\bin)\s*$|[=∈]\s*$|[A-Za-z_]$", re.IGNORECASE)
_MATH = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$|\\\[.*?\\\]|\\\(.*?\\\)", re.DOTALL)
_CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_OTHER_LETTER = re.compile("[\u0370-\u1fff\u3040-\u30ff\uac00-\ud7af]")


COPIED = 0.8
"""Share of an answer's runs of six words that stand in the question too."""
COPIED_SEAM = 0.1
"""Words covered by such runs count as well, by this much less: two copies side by side share no run over their seam."""


@lru_cache(maxsize=256)
def required_sections(instructions: str) -> tuple[str, ...]:
    """The `### ` headings that a system prompt asks for, without their hints; optional ones are left out."""
    out: list[str] = []
    for line in instructions.splitlines():
        asks = list(_ASK.finditer(line))
        for number, ask in enumerate(asks):
            before, rest = line[: ask.start()], line[ask.end() :]
            alone = len(asks) == 1 and _LEAD.fullmatch(before) is not None
            if not alone and number == 0 and _FORBIDDEN.search(before):
                break
            end = None if alone else _INLINE_END.search(rest)
            heading = rest[: end.start()] if end else rest
            if not _OPTIONAL.search(heading):
                out.append(section_name(re.sub(r"\s+(?:and|or|then)\s*$", "", heading)))
    return tuple(name for index, name in enumerate(out) if name and name not in out[:index])


@lru_cache(maxsize=4096)
def section_name(heading: str) -> str:
    """The name by which two headings are the same: no hint, markup, final colon or case."""
    name = _HINT.sub("", re.sub(r"[*_`\"“”]+", "", heading).strip())
    return re.split(r"\s*[:：]|\s[-–—]\s", name)[0].strip(" .。#").casefold()


@lru_cache(maxsize=16)
def _sections(answer: str) -> list[tuple[int, str, str]]:
    """(level, name, body) of the headings of an answer, those in code left out."""
    text = without_code(answer) if "```" in answer or "~~~" in answer else answer
    found = list(_HEADING.finditer(text))
    ends = [*(heading.start() for heading in found[1:]), len(text)][: len(found)]
    return [
        (len(heading[1]), section_name(heading[2]), text[heading.end() : end].strip())
        for heading, end in zip(found, ends, strict=True)
    ]


def section_fault(answer: str, required: Sequence[str]) -> str:
    """What keeps an answer from having each required section once, in order, with a body; "" if nothing does."""
    sections = _sections(answer)
    names = [name for level, name, _ in sections if level == 3]
    missing = [name for name in required if name not in names]
    if missing:
        wrong_level = [name for level, name, _ in sections if level != 3 and name in missing]
        note = f" ('{wrong_level[0]}' stands there, but not at level ###)" if wrong_level else ""
        return "required sections are missing: " + ", ".join(missing) + note
    doubled = [name for name in required if names.count(name) > 1]
    if doubled:
        return "a section stands twice: " + ", ".join(doubled)
    if [name for name in names if name in required] != list(required):
        return "the sections are not in the order that the system prompt asks for: " + ", ".join(required)
    empty = [
        name
        for index, (level, name, body) in enumerate(sections)
        if level == 3
        and name in required
        and not body
        and not (index + 1 < len(sections) and sections[index + 1][0] > 3)
    ]
    return "a section is empty: " + ", ".join(empty) if empty else ""


def required_section(record: Record) -> Iterator[Remark]:
    """The sections that the system prompt asks for.

    A tool call owes none, and a refusal none unless it starts them. In a dialogue one turn with all sections is enough,
    since follow-up turns may be short, unless the last turn starts the sections and does not finish them.
    """
    required = required_sections(record.instructions) if "###" in record.instructions else ()
    answers = [answer for answer in record.answers if answer.content.strip()]
    if not required or not answers:
        return
    if record.benchmark and not any("###" in answer.content for answer in answers):
        return
    faults = {answer.field: section_fault(answer.content, required) for answer in answers}
    last = answers[-1]
    started = any(name in required for _, name, _ in _sections(last.content))
    owed = started or (all(faults.values()) and not record.is_refusal)
    if faults[last.field] and owed and not _ends_with_call(record):
        yield Remark(last.field, faults[last.field], "give the answer each section once, in order, each with a body")


def _ends_with_call(record: Record) -> bool:
    return bool(record.messages) and bool(record.messages[-1][1].get("tool_calls"))


def _excerpts(record: Record) -> set[int]:
    """Numbers of the excerpts that the prompt shows."""
    numbers: set[int] = set()
    for text in record.texts:
        if text.role in ("system", "user", "tool"):
            for found in _EXCERPT_NUMBER.finditer(text.content):
                numbers.add(int(next(group for group in found.groups() if group)))
    return numbers if 1 in numbers else set()


def cited_numbers(answer: str) -> set[int]:
    """Numbers cited as [1], [1, 2] or [1-3]; formulas, code, links and intervals are left out."""
    text = _MATH.sub(" ", without_code(answer))
    out: set[int] = set()
    for found in _CITATION.finditer(text):
        numbers = [int(number) for number in re.findall(r"\d+", found[1])]
        several = len(numbers) > 1
        if several and (0 in numbers or _INTERVAL.search(text[: found.start()])):
            continue
        if several and re.search("[-–]", found[1]):
            numbers = list(range(numbers[0], min(numbers[1], numbers[0] + 20) + 1))
        out.update(numbers)
    return out


def citation_range(record: Record) -> Iterator[Remark]:
    """A citation of an excerpt that the prompt does not show. Without excerpts nothing is said: notes come later.

    Numbers that the student's own text cites may be talked about, whether its reference list has them or not.
    """
    excerpts = _excerpts(record)
    if not excerpts:
        return
    # A student's own text may be about references; what it cites may be spoken of.
    asked = {n for text in record.texts if text.role in ("user", "tool") for n in cited_numbers(text.content)}
    shown = f"the prompt shows [1] to [{max(excerpts)}]"
    for answer in record.answers:
        beyond = sorted(cited_numbers(answer.content) - excerpts - asked)
        if beyond:
            told = ", ".join(f"[{number}]" for number in beyond)
            yield Remark(answer.field, f"{told} is cited, but {shown}", "cite only excerpts that stand in the prompt")
    cited = record.raw.get("citations")
    if isinstance(cited, list):
        beyond = sorted({n for n in cited if isinstance(n, int) and not isinstance(n, bool)} - excerpts)
        if beyond:
            yield Remark("citations", f"{beyond} is expected, but {shown}", "correct the numbers")


def _letters(text: str) -> tuple[int, int, int]:
    """(Chinese characters, Latin words, letters of other scripts) outside code and formulas."""
    if (prose := _prose(text)).isascii():
        return 0, sum(len(word) > 1 for word in _words(text)), 0
    return len(_CJK.findall(prose)), len(_LATIN_WORD.findall(prose)), len(_OTHER_LETTER.findall(prose))


@lru_cache(maxsize=16)
def _prose(text: str) -> str:
    text = without_code(text)
    return _MATH.sub(" ", text) if "$" in text or "\\" in text else text


@lru_cache(maxsize=16)
def _words(text: str) -> list[str]:
    """Runs of letters outside code and formulas, in lower case."""
    prose = _prose(text).casefold()
    return prose.translate(_NO_LETTER).split() if prose.isascii() else _WORD.findall(prose)


_NO_LETTER = {code: " " for code in range(128) if not chr(code).isalpha()}


def _is_other_latin(text: str) -> bool:
    """French, German, Spanish ...: hardly any English function words, and many of theirs."""
    tokens = _words(text)
    if len(tokens) < 12:
        return False
    if sum(map(_ENGLISH.__contains__, tokens)) / len(tokens) >= 0.06:
        return False
    return sum(map(_OTHER_LATIN.__contains__, tokens)) / len(tokens) > 0.15


_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH_WORDS = "the of and to is that it for with as on are this be by not which from at its if so"
_OTHER_LATIN_WORDS = """
le la les des du une est et dans que qui pour par avec sur au aux sont ce der die das und ist nicht mit von den dem
ein eine zu auf im es el los las del y en un se por para con una il di che per non della sono
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_OTHER_LATIN = frozenset(_OTHER_LATIN_WORDS.split())


def language_mismatch(record: Record) -> Iterator[Remark]:
    """Answers in another language than meta.language says (English and Chinese are told apart by their script)."""
    told = record.meta.get("language")
    language = told.lower().replace("_", "-").split("-")[0] if isinstance(told, str) else ""
    language = {"english": "en", "chinese": "zh", "cn": "zh", "中文": "zh"}.get(language, language)
    if language not in ("en", "zh"):
        return
    for answer in record.answers:
        chinese, latin, other = _letters(answer.content)
        if language == "en" and _is_other_latin(answer.content):
            yield Remark(
                "meta.language", f"the language is told to be {told}, but {answer.field} is not English", _MEND
            )
            return
        # Two Chinese characters carry about as much as one English word.
        total = chinese / 2 + latin + other / 4
        if total < 4:
            continue
        if language == "en" and (chinese / 2 + other / 4) / total > 0.5:
            yield Remark(
                "meta.language", f"the language is told to be {told}, but {answer.field} is not English", _MEND
            )
            return
        if language == "zh" and chinese / 2 / total < 0.15:
            yield Remark(
                "meta.language", f"the language is told to be {told}, but {answer.field} is not Chinese", _MEND
            )
            return


_MEND = "correct meta.language or the answer"


def last_question(record: Record) -> Text | None:
    """The last user message."""
    return next((text for text in reversed(record.texts) if text.role == "user"), None)


def _loose(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+|[^\W\d_a-zA-Z]", text.casefold())


def _shares_little(asked: str, said: str) -> bool:
    """Sure and cheap for most records: too few of an answer's words stand in the question to be copied from it."""
    if not (asked.isascii() and said.isascii()):
        return False
    words = set(said.lower().split())
    return len(words) > _FEW_WORDS and len(words.intersection(asked.lower().split())) < len(words) / 4


_FEW_WORDS = 24


def copied_question(record: Record) -> Iterator[Remark]:
    """An answer that only repeats its question or a part of it."""
    question, answer = last_question(record), record.final_answer
    if question is None or answer is None:
        return
    if _shares_little(question.content, answer.content):
        return
    asked, said = _loose(question.content), _loose(_HEADING.sub("", answer.content))
    if said == asked and len(said) > 1:
        yield Remark(answer.field, "the answer only repeats the question", "write the answer")
    if said == asked or len(said) < 12 or len(asked) < 12:
        return
    span = 6
    pieces = {tuple(said[i : i + span]) for i in range(max(1, len(said) - span + 1))}
    source = {tuple(asked[i : i + span]) for i in range(max(1, len(asked) - span + 1))}
    share = len(pieces & source) / len(pieces)
    places = {n + k for n in range(len(said) - span + 1) if tuple(said[n : n + span]) in source for k in range(span)}
    share = max(share, len(places) / len(said) - COPIED_SEAM)
    if share >= COPIED:
        yield Remark(answer.field, f"{share:.0%} of the answer is copied from the question", "write the answer")
