"""Word and PowerPoint formulas (Office Math, ECMA-376 part 1, section 22.1) -> LaTeX.

Letters stay the Unicode characters they are; structure becomes LaTeX. What has no rule here gives the text inside it,
so that no symbol is lost.
"""

from collections.abc import Callable, Mapping
from typing import Any

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_NARY = {
    "∫": "\\int", "∬": "\\iint", "∭": "\\iiint", "∮": "\\oint", "∯": "\\oiint", "∑": "\\sum", "∏": "\\prod",
    "⋃": "\\bigcup", "⋂": "\\bigcap",
}  # fmt: skip
_ACCENTS = {
    "\u0302": "\\hat", "\u0303": "\\tilde", "\u0304": "\\bar", "\u0305": "\\overline", "\u20d7": "\\vec", "→": "\\vec",
    "\u0307": "\\dot", "\u0308": "\\ddot", "^": "\\hat", "~": "\\tilde", "¯": "\\bar", "\u20d1": "\\vec",
}  # fmt: skip
_FUNCTION_NAMES = "sin cos tan cot sec csc sinh cosh tanh arcsin arccos arctan ln log exp lim max min det"
_FUNCTIONS = frozenset(_FUNCTION_NAMES.split())
_BRACES = {"{": "\\{", "}": "\\}", "‖": "\\|", "⟨": "\\langle ", "⟩": "\\rangle "}


def latex(element: Any) -> str:
    """LaTeX of an `m:oMath` element, without the `$` around it."""
    return " ".join(_all(element).split())


def _all(element: Any) -> str:
    return "".join(_one(child) for child in element)


def _one(element: Any) -> str:
    tag = element.tag if isinstance(element.tag, str) else ""
    name = tag.removeprefix(MATH)
    if name == "t" or tag.endswith("}t"):
        return element.text or ""
    if name.endswith("Pr") or name in ("ctrlPr", "rPr"):
        return ""
    rule = _RULES.get(name)
    return rule(element) if rule else _all(element)


def _part(element: Any, name: str) -> str:
    found = element.find(MATH + name)
    return "" if found is None else _all(found).strip()


def _property(element: Any, group: str, name: str, default: str) -> str:
    """Value of a property; an element that is there without a value means the empty character."""
    found = element.find(f"{MATH}{group}/{MATH}{name}")
    return default if found is None else str(found.get(MATH + "val", ""))


def _run(element: Any) -> str:
    text = "".join(child.text or "" for child in element if str(child.tag).endswith("}t"))
    return f"\\{text} " if text.strip() in _FUNCTIONS else text.replace("{", "\\{").replace("}", "\\}")


def _fraction(element: Any) -> str:
    return f"\\frac{{{_part(element, 'num')}}}{{{_part(element, 'den')}}}"


def _script(element: Any) -> str:
    base, below, above = (_part(element, name) for name in ("e", "sub", "sup"))
    base = base if len(base) <= 1 or base.startswith("\\") else f"{{{base}}}"
    return base + (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")


def _before(element: Any) -> str:
    return f"{{}}_{{{_part(element, 'sub')}}}^{{{_part(element, 'sup')}}}{_part(element, 'e')}"


def _radical(element: Any) -> str:
    degree = _part(element, "deg")
    return f"\\sqrt{f'[{degree}]' if degree else ''}{{{_part(element, 'e')}}}"


def _nary(element: Any) -> str:
    sign = _property(element, "naryPr", "chr", "∫")
    below, above = _part(element, "sub"), _part(element, "sup")
    limits = (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")
    return f"{_NARY.get(sign, sign)}{limits} {_part(element, 'e')}"


def _delimiter(element: Any) -> str:
    opening = _property(element, "dPr", "begChr", "(")
    closing = _property(element, "dPr", "endChr", ")")
    between = _property(element, "dPr", "sepChr", "|")
    inner = between.join(_all(part).strip() for part in element.findall(MATH + "e"))
    return f"{_BRACES.get(opening, opening)}{inner}{_BRACES.get(closing, closing)}"


def _function(element: Any) -> str:
    name = _part(element, "fName")
    return f"{name if name.startswith(chr(92)) else name + ' '} {_part(element, 'e')}"


def _accent(element: Any) -> str:
    sign = _property(element, "accPr", "chr", "\u0302")
    return f"{_ACCENTS.get(sign, chr(92) + 'hat')}{{{_part(element, 'e')}}}"


def _bar(element: Any) -> str:
    command = "\\overline" if _property(element, "barPr", "pos", "bot") == "top" else "\\underline"
    return f"{command}{{{_part(element, 'e')}}}"


def _limit(element: Any) -> str:
    mark = "_" if element.tag.endswith("limLow") else "^"
    return f"{_part(element, 'e')}{mark}{{{_part(element, 'lim')}}}"


def _matrix(element: Any) -> str:
    rows = [" & ".join(_all(cell).strip() for cell in row.findall(MATH + "e")) for row in element.findall(MATH + "mr")]
    return "\\begin{matrix}" + " \\\\ ".join(rows) + "\\end{matrix}"


def _lines(element: Any) -> str:
    rows = [_all(row).strip() for row in element.findall(MATH + "e")]
    return "\\begin{aligned}" + " \\\\ ".join(rows) + "\\end{aligned}"


_RULES: Mapping[str, Callable[[Any], str]] = {
    "r": _run,
    "f": _fraction,
    "sSub": _script,
    "sSup": _script,
    "sSubSup": _script,
    "sPre": _before,
    "rad": _radical,
    "nary": _nary,
    "d": _delimiter,
    "func": _function,
    "acc": _accent,
    "bar": _bar,
    "limLow": _limit,
    "limUpp": _limit,
    "m": _matrix,
    "eqArr": _lines,
}
