"""From a written formula (ASCII, Unicode or LaTeX) to tokens."""

import re
from dataclasses import dataclass

from tutorsmith.evaluation.metrics.lexicon import normalise
from tutorsmith.evaluation.metrics.tables import pairs, pattern, words

MAX_LENGTH = 400  # characters of one formula
MAX_TOKENS = 220

GREEK = pairs("greek")
FUNCTIONS = set(
    [
        "sin",
        "cos",
        "tan",
        "cot",
        "sec",
        "csc",
        "exp",
        "ln",
        "log",
        "lg",
        "sinh",
        "cosh",
        "tanh",
        "arctan",
        "arcsin",
        "arccos",
        "atan",
        "asin",
        "acos",
        "Re",
        "Im",
        "abs",
        "sqrt",
    ]
)
OPERATORS = {"curl": "curl", "rot": "curl", "div": "div", "grad": "grad", "laplacian": "lap"}
_COMMANDS = pairs("commands")
_WRAPPERS = "|".join(words("wrappers"))
_SUPERSCRIPT = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ⁽⁾ʲᵗˣ", "0123456789+-n()jtx", strict=True))
_SUBSCRIPT = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+-aehijklmnoprstuvx", strict=True))
_SUP_RUN, _SUB_RUN = re.compile(f"[{''.join(_SUPERSCRIPT)}]+"), re.compile(f"[{''.join(_SUBSCRIPT)}]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3}(?![A-Za-z0-9]))?|\.\d+")
_LETTERS = re.compile(r"[A-Za-z]+|[α-ωΑ-ΩħℰεVΦ∞]")


@dataclass(frozen=True, slots=True)
class Tok:
    """kind: num, id, fn, op (curl, div, ...), cmd (frac, sqrt) or the sign itself; `spaced`: after white space."""

    kind: str
    text: str
    spaced: bool = False


class FormulaError(ValueError):
    """The text is no formula that can be read."""


def clean(text: str) -> str:
    """LaTeX decoration and Unicode scripts brought to a plain notation with ^ and _."""
    text = pattern("unit_vector", 0).sub(" 1 ", text)
    text = re.sub(
        "[½¼¾⅓⅔]", lambda m: {"½": "(1/2)", "¼": "(1/4)", "¾": "(3/4)", "⅓": "(1/3)", "⅔": "(2/3)"}[m.group()], text
    )
    text = normalise(text).replace("\u2060", "").replace("\u20d7", "").replace("\u20d1", "")
    text = pattern("math_noise", 0).sub(" ", text)
    text = re.sub(r"\\d?t?frac(?![A-Za-z])", r"\\frac", text)
    text = re.sub(r"\\(?:dot)\s*(?:\{([^{}]*)\}|([A-Za-z]|\\[A-Za-z]+))", r"(∂(\1\2)/∂t)", text)
    text = re.sub(r"\\math(?:cal|scr)\s*\{?\s*E\s*\}?", "ℰ", text)
    text = re.sub(r"\\([A-Za-z]+)", _as_sign, text)
    text = re.sub(r"\\(?:mathrm|text|rm)\s*\{\s*d\s*\}\s*", "d", text)
    for _ in range(4):
        shorter = re.sub(rf"\\(?:{_WRAPPERS})\s*\{{([^{{}}]*)\}}", _unwrapped, text)
        if shorter == text:
            break
        text = shorter
    text = re.sub(rf"\\(?:{_WRAPPERS})(?![A-Za-z])\s*", "", text)
    text = _SUP_RUN.sub(lambda m: "^(" + "".join(_SUPERSCRIPT[c] for c in m.group()) + ")", text)
    text = _SUB_RUN.sub(lambda m: "_{" + "".join(_SUBSCRIPT[c] for c in m.group()) + "}", text)
    return re.sub(r"\bsquare root of\b", "sqrt", text.replace("**", "^"))


def _as_sign(found: re.Match[str]) -> str:
    """A command that is one sign or letter becomes it, so that nothing grows onto its name later."""
    name = found.group(1)
    sign = _COMMANDS.get(name) or (GREEK.get(name) if name not in FUNCTIONS else None)
    return sign if sign is not None and len(sign) == 1 and name not in ("jmath", "imath") else found.group()


def _unwrapped(found: re.Match[str]) -> str:
    inner = found.group(1).strip()
    words = re.fullmatch(r"[A-Za-z ,.\u4e00-\u9fff]{4,}", inner)
    subscript = found.string[: found.start()].rstrip().endswith(("_", "_{"))
    return " " if words and not subscript and inner not in GREEK else inner


def lex(text: str) -> list[Tok]:
    """Tokens of a formula. Raises: FormulaError."""
    if len(text) > MAX_LENGTH:
        raise FormulaError("the formula is too long")
    latex = "\\" in text
    text = clean(text)
    if latex:
        text = re.sub(
            r"_\s*([A-Za-z0-9])(?=[A-Za-z0-9])", r"_{\1}", text
        )  # in LaTeX only the next sign is the subscript
    out: list[Tok] = []
    position, spaced = 0, False
    while position < len(text):
        char = text[position]
        if char.isspace() or (char == "\\" and text[position + 1 : position + 2].isspace()):
            position, spaced = position + 1, True
            continue
        found, position = _next(text, position, spaced)
        out += found
        spaced = False
        if len(out) > MAX_TOKENS:
            raise FormulaError("the formula has too many parts")
    return out


def _next(text: str, position: int, spaced: bool) -> tuple[list[Tok], int]:
    if number := _NUMBER.match(text, position):
        return [Tok("num", number.group(), spaced)], number.end()
    if text[position] == "\\":
        command = re.compile(r"\\([A-Za-z]+)").match(text, position)
        if command is None:
            return [], position + 1
        return _command(text, command.group(1), command.end(), spaced)
    if letters := _LETTERS.match(text, position):
        return _identifiers(text, letters.group(), letters.end(), spaced)
    char = text[position]
    if char in "+-*/^_=(){}[]|,∇∂∮∯∫∬∭×·∝≈≠≤≥<>±√'!%°∠":
        pair = text[position : position + 2]
        if pair in ("<=", ">=", "!=", "=="):
            return [Tok({"<=": "≤", ">=": "≥", "!=": "≠", "==": "="}[pair], pair, spaced)], position + 2
        return [Tok(char, char, spaced)], position + 1
    if char == ".":
        return [Tok("·", char, spaced)] if spaced and text[position + 1 : position + 2].isspace() else [], position + 1
    raise FormulaError(f"'{char}' is no part of a formula")


def _command(text: str, name: str, end: int, spaced: bool) -> tuple[list[Tok], int]:
    if name in ("frac", "sqrt"):
        return [Tok("cmd", name, spaced)], end
    if name in FUNCTIONS:
        return [Tok("fn", name, spaced)], end
    if name in _COMMANDS:
        sign = _COMMANDS[name]
        return [Tok("id" if sign in "ij" else sign, sign, spaced)], end
    if name in GREEK:
        return _subscripted(text, GREEK[name], end, spaced)
    raise FormulaError(f"the command \\{name} is not known")


def _identifiers(text: str, run: str, end: int, spaced: bool) -> tuple[list[Tok], int]:
    """A run of letters: a known name, a function, or a product of letters, the last of which may have a subscript."""
    if run in FUNCTIONS:
        return [Tok("fn", run, spaced)], end
    if run in OPERATORS:
        following = re.compile(r"\s+of\b").match(text, end)
        return [Tok("op", OPERATORS[run], spaced)], following.end() if following else end
    if run in ("oint", "int", "nabla", "del", "partial"):
        return [Tok({"oint": "∮", "int": "∫", "partial": "∂"}.get(run, "∇"), run, spaced)], end
    if run in ("x", "cross", "X") and spaced and text[end : end + 1].isspace():
        return [Tok("×", run, spaced)], end
    if run in GREEK:
        return _subscripted(text, GREEK[run], end, spaced)
    if not run.isascii() or len(run) == 1:
        return _subscripted(text, run, end, spaced)
    head, tail = _split_run(run)
    tokens = [Tok("fn" if part in FUNCTIONS else "id", part, spaced and i == 0) for i, part in enumerate(head)]
    if tail in FUNCTIONS:
        return [*tokens, Tok("fn", tail)], end
    last, end = _subscripted(text, tail, end, spaced and not head)
    return tokens + last, end


def _split_run(run: str) -> tuple[list[str], str]:
    parts, index = [], 0
    names = sorted((n for n in (*GREEK, *FUNCTIONS) if len(n) > 1), key=len, reverse=True)
    while index < len(run):
        name = next((n for n in names if run.startswith(n, index) and (len(n) > 2 or n in ("pi", "mu"))), run[index])
        parts.append(GREEK.get(name, name))
        index += len(name)
    return parts[:-1], parts[-1]


def _subscripted(text: str, base: str, end: int, spaced: bool) -> tuple[list[Tok], int]:
    sub = re.compile(
        r"\s*_\s*(?:\{([^{}]*)\}|\(([^()]{1,12})\)|(\\[A-Za-z]+|[A-Za-z0-9]+|[α-ω]))|(\d+)(?![.\d])"
    ).match(text, end)
    if sub is None:
        return [Tok("id", base, spaced)], end
    if sub.group(4) is not None and (base in "d∞" or base == "π"):
        return [Tok("id", base, spaced)], end
    raw = next(g for g in sub.groups() if g is not None)
    return [Tok("id", f"{base}_{_subscript(raw)}", spaced)], sub.end()


def _subscript(raw: str) -> str:
    """Short subscripts have no order: E_{1t} is E_{t1}; Greek names are letters."""
    raw = re.sub(r"\\?([A-Za-z]+)", lambda m: GREEK.get(m.group(1), m.group(1)), raw)
    raw = re.sub(r"[\s,{}\\^']", "", raw)
    raw = {"rel": "r", "relative": "r", "o": "0", "vac": "0", "free": "f"}.get(raw, raw)
    return "".join(sorted(raw)) if len(raw) <= 3 and any(c.isdigit() for c in raw) and not raw.isdigit() else raw
