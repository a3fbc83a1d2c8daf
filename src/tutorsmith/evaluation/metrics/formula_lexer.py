"""From a written formula (ASCII, Unicode or LaTeX) to tokens."""

import math
import re
import unicodedata
from dataclasses import dataclass

from tutorsmith.evaluation.metrics.lexicon import normalise
from tutorsmith.evaluation.metrics.tables import pairs, pattern, words

MAX_LENGTH = 400  # characters of one formula
MAX_TOKENS = 220

GREEK = pairs("greek")
FUNCTIONS = set(words("functions"))
OPERATORS = {
    "curl": "curl",
    "rot": "curl",
    "div": "div",
    "grad": "grad",
    "laplacian": "lap",
    "Laplacian": "lap",
    "conj": "conj",
}
_COMMANDS = pairs("commands")
_WRAPPERS = "|".join(words("wrappers"))
_SUPERSCRIPT = dict(
    zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ⁽⁾ʲᵗˣⁱʸᶻᵏʳˡᵐᵃᵇᶜᵈᵅᵝᵞᵟᶿᶲᴿᴸᵀ", "0123456789+-n()jtxiyzkrlmabcdαβγδθφRLT", strict=True)
)
_SUBSCRIPT = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", "0123456789+-aehijklmnoprstuvxβγρφχ", strict=True))
_SUP_RUN, _SUB_RUN = re.compile(f"[{''.join(_SUPERSCRIPT)}]+"), re.compile(f"[{''.join(_SUBSCRIPT)}]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3}(?![A-Za-z0-9]))?|\.\d+")
_LETTERS = re.compile(r"[A-Za-z]+|[α-ωΑ-ΩħℰεVΦ∞]")
_SIGNS = "+-*/^_=(){}[]|,∇∂∮∯∫∬∭×·∝≈≠≤≥<>≪≫±√'!%°∠∑"
_STATISTICS = frozenset(["MS", "SS", "df"])  # one quantity, where a subscript shows it
_ABBREVIATED = frozenset(["SE", "SD", "SEM", "MSE", "RMSE", "SNR", "pH", "pK"])  # one quantity
_BINARY_LOG = re.compile(r"\\?\blog\s*(?:_\s*(?:\{\s*2\s*\}|2(?!\d))|2(?=\s*[({\[|\\]|\s+[A-Za-z]))")
_DECIMAL_LOG = re.compile(  # log10(x), log_{10} x; and the bare log of a level, 20 log x
    r"\\?\blog\s*(?:_\s*(?:\{\s*10\s*\}|10(?!\d))|10(?=\s*[({\[|\\]|\s+[A-Za-z]))"
    r"|(?<=[12]0)(?P<join>\s*(?:\*|·|\\cdot\b|\\,)?\s*)\\?log(?![A-Za-z_\d])"
)
_PAIRS = {"<=": "≤", ">=": "≥", "!=": "≠", "==": "=", ">>": "≫", "<<": "≪"}
_LOOKALIKES = str.maketrans("∆∕∗✕✖∥‖∣⟨⟩ⅆⅇⅈⅉ≅≃∼", "Δ/**×|||()deij≈≈≈")
_LETTER = "A-Za-zα-ωΑ-Ωℰ"
_DOTTED = re.compile(
    rf"\\(d{{0,2}}dot)(?![a-z])\s*(?:\{{\s*([^{{}}]{{1,40}})\}}|([{_LETTER}]|\\[A-Za-z]+))|([A-Za-z])([\u0307\u0308])"
)


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
    text = normalise(plain_letters(text)).replace("\u2060", "").replace("\u20d7", "").replace("\u20d1", "")
    text = re.sub("[\u0303\u0304\u0305]", "", text)
    text = re.sub(r"\\(?:left|right)\s*\.", " ", text)
    text = pattern("math_noise", 0).sub(" ", text)
    text = re.sub(r"\\\{|\\\}", lambda m: "(" if m.group() == r"\{" else ")", text)
    text = re.sub(r"\\[cdt]?frac(?![A-Za-z])", r"\\frac", text)
    text = re.sub(r"\\math(?:cal|scr)\s*(?:\{\s*E\s*\}|E(?![A-Za-z]))", "ℰ", text)
    text = re.sub(rf"(\\(?:{_WRAPPERS}))(?=\\)", r"\1 ", text)
    text = re.sub(r"\\([A-Za-z]+)", _as_sign, text)
    text = re.sub(r"\\(?:mathrm|text|rm)\s*\{\s*d\s*\}\s*", "d", text)
    for _ in range(4):
        shorter = re.sub(rf"\\(?:{_WRAPPERS})\s*\{{([^{{}}]*)\}}", _unwrapped, text)
        if shorter == text:
            break
        text = shorter
    text = re.sub(rf"\\(?:{_WRAPPERS})(?![A-Za-z])\s*", "", text)
    text = _arranged(text)
    text = _SUP_RUN.sub(lambda m: "^(" + "".join(_SUPERSCRIPT[c] for c in m.group()) + ")", text)
    text = _SUB_RUN.sub(lambda m: "_{" + "".join(_SUBSCRIPT[c] for c in m.group()) + "}", text)
    text = re.sub(r"([εμ])r(?![A-Za-z\d^²_(])", r"\1_r", text)
    text = re.sub(r"Σ(?=\s?[A-Za-z(_])", "∑", text)
    text = _BINARY_LOG.sub(f" {1 / math.log(2)!r} ln ", text)
    text = _DECIMAL_LOG.sub(lambda m: f"{m['join'] or ' '}lg ", text)
    return re.sub(r"\bsquare root of\b", "sqrt", text.replace("**", "^"))


def plain_letters(text: str) -> str:
    """Mathematical bold and italic letters and look-alike signs made plain ones, one to one."""
    if text.isascii():
        return text
    text = "".join(unicodedata.normalize("NFKC", c) if "\U0001d400" <= c <= "\U0001d7ff" else c for c in text)
    return "".join(_bare(c) for c in text).translate(_LOOKALIKES)


def _bare(char: str) -> str:
    """A letter without its hat, bar or tilde."""
    parts = unicodedata.normalize("NFD", char) if "\u00c0" <= char <= "\u1eff" else char
    return parts[0] if len(parts) == 2 and parts[1] in "\u0302\u0303\u0304" else char


def _dots_apart(text: str) -> str:
    """A letter with a dot above, as one character, made a letter and the mark."""
    if text.isascii():
        return text
    return "".join(d if "\u0307" in (d := unicodedata.normalize("NFD", c)) else c for c in text)


def undotted(text: str) -> str:
    """The text with the dots taken off that mark phasors and not derivatives."""
    return re.sub(r"\\dot(?![A-Za-z])", " ", _dots_apart(text)).replace("\u0307", "")


def _derived(found: re.Match[str]) -> str:
    """A dot above is a derivative with respect to time."""
    mark, inner = found.group(1), found.group(2) or found.group(3) or found.group(4)
    order = {"dot": 1, "ddot": 2, "dddot": 3}[mark] if mark else 1 + (found.group(5) == "\u0308")
    return f"(∂({inner})/∂t)" if order == 1 else f"(∂^{order} {inner}/∂t^{order})"


def _arranged(text: str) -> str:
    """Dots as derivatives; subscripts before primes and powers; `{E}_0` as `E_0`."""
    text = _DOTTED.sub(_derived, _dots_apart(text))
    text = re.sub(rf"\{{\s*([{_LETTER}])\s*\}}(?=\s*_)", r"\1", text)
    text = re.sub(rf"(?<=[{_LETTER}])'{{1,3}}(?=\s*_)", "", text)
    return re.sub(
        rf"(?<=[{_LETTER}])\s*(\^\s*(?:\{{[^{{}}]{{1,12}}\}}|\w))\s*(_\s*(?:\{{[^{{}}]{{1,20}}\}}|\w))", r"\2\1", text
    )


def _as_sign(found: re.Match[str]) -> str:
    """A command that is one sign or letter becomes it, so that nothing grows onto its name later."""
    name = found.group(1)
    sign = _COMMANDS.get(name) or (GREEK.get(name) if name not in FUNCTIONS else None)
    return sign if sign is not None and len(sign) == 1 and name not in ("jmath", "imath") else found.group()


def _unwrapped(found: re.Match[str]) -> str:
    inner = found.group(1).strip()
    before = found.string[: found.start()].rstrip()
    if before.endswith(("_", "^")):
        return "{" + inner + "}"
    if before.endswith("_{"):
        return inner
    if inner in FUNCTIONS or inner in OPERATORS or inner in GREEK:
        return f" {inner} "
    words = inner not in _ABBREVIATED and re.fullmatch(r"[A-Za-z ,.\u4e00-\u9fff]{4,}", inner)
    return " " if words else f" {inner} " if len(inner) > 1 and inner.isalpha() else inner


def lex(text: str) -> list[Tok]:
    """Tokens of a formula. Raises: FormulaError."""
    if len(text) > MAX_LENGTH:
        raise FormulaError("the formula is too long")
    latex = "\\" in text or "{" in text
    text = clean(text)
    if latex:
        text = re.sub(
            r"_\s*([A-Za-z0-9])(?=[A-Za-z0-9])", r"_{\1}", text
        )  # in LaTeX only the next sign is the subscript
    text = re.sub(r"_(\d+)(?=e\^|exp|cos|sin|tan|ln|sqrt)", r"_{\1}", text)
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
    if char in _SIGNS:
        pair = text[position : position + 2]
        if pair in _PAIRS:
            return [Tok(_PAIRS[pair], pair, spaced)], position + 2
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
    if run in _ABBREVIATED or (run in _STATISTICS and text[end : end + 1] == "_"):
        return _subscripted(text, run, end, spaced)
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
