"""Is every formula of a text closed: dollars, brackets, environments, braces?"""

import re
from collections.abc import Iterator

from tutorsmith.data.checks.finding import Remark
from tutorsmith.data.checks.record import Record
from tutorsmith.data.checks.text import without_code

_ESCAPED = re.compile(r"\\[\\${}]")
_DISPLAY = re.compile(r"\$\$(.*?)\$\$", re.DOTALL)
_BRACKETED = re.compile(r"\\\[(.*?)\\\]|\\\((.*?)\\\)", re.DOTALL)
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([A-Za-z]+\*?)\}")
# A dollar that may stand for money (before a number that no formula goes on with) or for a shell variable.
_MONEY = re.compile(
    r"\$\s?\d[\d,]*+(?:\.\d++)?(?!\w|\s*[\\^_{+*=<>|])|\$\s?\d[\d,.]*\s?(?:k|m|bn|million|billion)\b|\$[A-Z_]{2,}\b"
)
# A dollar behind an amount: 5$.
_AFTER_AMOUNT = re.compile(r"(?<![\w$}.])(?<![=+*/^<>] )(?<![=+*/^<>])\d[\d,.]*\s?\$(?=[\s.,;)]|$)")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")


def fault(text: str) -> str:
    """What is not balanced, or the empty string."""
    if "$" not in text and "\\" not in text:
        return ""
    bare = _without_escapes(without_code(text))
    return _environments(bare) or _brackets(bare) or _dollars(bare)


def _without_escapes(text: str) -> str:
    """Escaped dollars, braces and line breaks blanked; `\\\\[2pt]` is a line break with a distance, no display."""
    text = re.sub(r"\\\\(\[\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm|in|mu)\s*\])?", " ", text)
    return _ESCAPED.sub("|", text)


def _environments(text: str) -> str:
    stack: list[str] = []
    for kind, name in _ENVIRONMENT.findall(text):
        if kind == "begin":
            stack.append(name)
        elif not stack or stack.pop() != name:
            return f"\\end{{{name}}} without its \\begin"
    return f"\\begin{{{stack[-1]}}} without its \\end" if stack else ""


def _brackets(text: str) -> str:
    for opening, closing in (("\\[", "\\]"), ("\\(", "\\)")):
        if text.count(opening) != text.count(closing):
            return f"{opening} and {closing} do not match"
    for inner in _BRACKETED.findall(text):
        wrong = _inside("".join(inner))
        if wrong:
            return wrong
    return ""


def _dollars(text: str) -> str:
    for inner in _DISPLAY.findall(text):
        wrong = _inside(inner)
        if wrong:
            return wrong
    rest = _DISPLAY.sub(" ", text)
    if "$$" in rest:
        return "$$ is opened and not closed"
    for paragraph in _PARAGRAPH.split(rest):
        wrong = _inline(paragraph)
        if wrong:
            return wrong
    return ""


def _inline(paragraph: str) -> str:
    """Pairs of single dollars in one paragraph; a formula never goes over its end."""
    at = paragraph.find("$")
    while at >= 0:
        end = paragraph.find("$", at + 1)
        # As in Pandoc, no formula ends after a space or before a digit; money is told by that.
        closes = end >= 0 and not paragraph[end - 1].isspace() and not paragraph[end + 1 : end + 2].isdigit()
        if not closes and _MONEY.match(paragraph, at):
            at = end
            continue
        if end < 0:
            amount = list(_AFTER_AMOUNT.finditer(paragraph))
            return "" if amount and amount[-1].end() == at + 1 else "a $ is opened and not closed in its paragraph"
        wrong = _inside(paragraph[at + 1 : end])
        if wrong:
            return wrong
        at = paragraph.find("$", end + 1)
    return ""


def _inside(formula: str) -> str:
    """What is wrong inside one formula: braces, or \\left without \\right."""
    depth = 0
    for char in formula:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            return "a brace } in a formula closes nothing"
    if depth:
        return "a brace { in a formula is not closed"
    left = len(re.findall(r"\\left(?![A-Za-z])", formula))
    right = len(re.findall(r"\\right(?![A-Za-z])", formula))
    return "" if left == right else "\\left and \\right do not match"


def unbalanced_latex(record: Record) -> Iterator[Remark]:
    """Formulas that are not closed; money ("costs $5") and code are no formulas."""
    done = set()
    for text in record.texts:
        wrong = fault(text.content) if text.role != "tool" and text.field not in done else ""
        if wrong:
            done.add(text.field)
            yield Remark(text.field, f"unbalanced LaTeX: {wrong}", "close the formula")
