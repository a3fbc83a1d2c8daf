"""Where an answer states formulas: mathematics between delimiters, and runs of symbols around relation signs."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from tutorsmith.evaluation.metrics.formula_lexer import (
    FUNCTIONS,
    GREEK,
    OPERATORS,
    FormulaError,
    plain_letters,
    undotted,
)
from tutorsmith.evaluation.metrics.formula_parser import Reading, parse_chains
from tutorsmith.evaluation.metrics.formula_spoken import proportionalities, without_nouns
from tutorsmith.evaluation.metrics.formula_tree import Tree, symbols
from tutorsmith.evaluation.metrics.scope import scopes
from tutorsmith.evaluation.metrics.tables import pattern, words

MAX_SIGNS = 1_500  # relation signs of one answer that are looked at
MAX_CANDIDATES = 120  # formulas of one answer that are compared
_RELATION = re.compile(
    r"=|≈|∝|≠|≤|≥|<|>|≫|≪|\\propto|\\approx|\\neq?(?![a-z])|\\sim(?:eq)?(?![a-z])|\\leq?(?![a-z])|\\geq?(?![a-z])"
    r"|\\equiv|\\ll(?![a-z])|\\gg(?![a-z])|\\cong"
)
_TOKEN = re.compile(
    r"\s+|_\{[A-Za-z0-9,]{1,12}\}|_[A-Za-z0-9]+|\\[A-Za-z]+|\\[,;:! ]|[A-Za-z]+|\d+(?:\.\d+)?|.", re.DOTALL
)
_MATH_CHARS = set(
    "½¼¾⅓⅔+-*/^_(){}[]|=≈∝≠≤≥<>≪≫±√∑∇∂∮∯∫∬∭×·∙⋅−∞'′.$~&∠!,\u2060\u20d7\u0302\u0304\u0305\u0307\u0308⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ⁽⁾ʲᵗˣⁱʸᶻᵏʳˡᵐᵃᵇᶜᵈᵅᵝᵞᵟᶿᶲᴿᴸᵀ₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪεẋẍẏÿżḂḊĖḢ"
)
_BOLD = re.compile(r"\*\*(\\?[A-Za-zα-ωΑ-Ω]{1,2}(?:_?[\w₀-₉]{1,3})?)\*\*|(?<![*\w])\*([A-Za-zα-ωΑ-Ω])\*(?![*\w])")


_TILDE = re.compile(r"(?<=[\w)\]}²³] )~(?= [\w(\\])")  # F ~ r^-2
_SPOKEN_SIGNS = {
    "equals": "=",
    "is equal to": "=",
    "times": "*",
    "multiplied by": "*",
    "divided by": "/",
    "over": "/",
    "squared": "^2",
    "cubed": "^3",
    "minus": "-",
    "plus": "+",
    "等于": "=",
    "乘以": "*",
    "除以": "/",
}
_SHORT_WORDS = frozenset(words("short_words"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chain of relations found in an answer, in one or two readings of its divisions."""

    start: int
    end: int
    readings: tuple[tuple[tuple[Tree, ...], tuple[str, ...]], ...]


@lru_cache(maxsize=64)
def candidates(answer: str) -> tuple[tuple[Candidate, ...], bool]:
    """(the formulas of an answer in order, whether some were left out because there are too many)."""
    scope = scopes(answer)
    text = _BOLD.sub(
        lambda m: (
            "\u2060" * ((len(m.group()) - len(m.group(1) or m.group(2))) // 2)
            + (m.group(1) or m.group(2))
            + "\u2060" * ((len(m.group()) - len(m.group(1) or m.group(2)) + 1) // 2)
        ),
        plain_letters(scope.original),
    )
    text = without_nouns(_TILDE.sub("≈", text))
    text = pattern("spoken_sign").sub(
        lambda m: _SPOKEN_SIGNS[re.sub(r"\s+", " ", m.group().lower())].ljust(len(m.group())), text
    )
    source = text
    pieces: list[list[tuple[int, int]]] = []
    covered = []
    for segment in pattern("math_segment", re.DOTALL).finditer(text):
        group = next(i for i, g in enumerate(segment.groups(), 1) if g is not None)
        if _RELATION.search(segment.group(group)) and not _cuts_a_chain(text, segment):
            pieces += [[p] for p in _split(text, segment.start(group), segment.end(group))]
            covered.append((segment.start(), segment.end()))
    for start, end in covered:
        text = text[:start] + "\0" * (end - start) + text[end:]
    pieces += _plain_regions(text)
    found = [Candidate(a, b, _read(told)) for a, b, told in islice(proportionalities(source), MAX_CANDIDATES)]
    found = [c for c in found if c.readings]
    for variants in sorted(pieces)[: MAX_CANDIDATES * 2]:
        for start, end in variants:
            readings = _read(source[start:end])
            if readings:
                found.append(Candidate(start, end, readings))
    found.sort(key=lambda c: c.start)
    return tuple(found[:MAX_CANDIDATES]), len(found) > MAX_CANDIDATES or len(pieces) > MAX_CANDIDATES * 2


def text_at(text: str, start: int, end: int) -> str:
    """The source of a formula, bold marks taken off."""
    return _BOLD.sub(lambda m: m.group(1) or m.group(2), text[start:end])


def _cuts_a_chain(text: str, segment: re.Match[str]) -> bool:
    """`$E$ = $kQ/r^2$`: the relation stands between the segments, so they are read as plain text."""
    after = text[segment.end() : segment.end() + 3].lstrip()
    before = text[max(0, segment.start() - 3) : segment.start()].rstrip()
    return after[:1] in ("=", "≈") or before[-1:] in ("=", "≈")


def _split(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A piece of mathematics cut at line breaks, arrows, commas and words; a line that begins with "=" goes on."""
    cuts = [start, *(c for m in pattern("math_split", 0).finditer(text, start, end) for c in (m.start(), m.end())), end]
    spans = [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True) if text[a:b].strip(" &\n")]
    joined: list[tuple[int, int]] = []
    for a, b in spans:
        if joined and text[a:b].lstrip(" &\n")[:1] == "=" and "=" in text[joined[-1][0] : joined[-1][1]]:
            joined.append((a, b))
        else:
            joined.append((a, b))
    return _continued(text, joined)


def _continued(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for a, b in spans:
        if out and text[a:b].lstrip(" &\n").startswith("=") and b - out[-1][0] < 390:
            out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
    return [(a, b) for a, b in out if _RELATION.search(text, a, b)]


def _plain_regions(text: str) -> list[list[tuple[int, int]]]:
    """Runs of mathematics around relation signs in plain text, each in several extents."""
    out: list[list[tuple[int, int]]] = []
    done = -1
    for tried, sign in enumerate(_RELATION.finditer(text)):
        if tried > MAX_SIGNS:
            break
        if sign.start() < done or len(out) > MAX_CANDIDATES * 2:
            continue
        low = max(0, sign.start() - 200)
        left = _walk_left(text, low, sign.start())
        right = _walk_right(text, sign.end(), min(len(text), sign.end() + 300))
        if right <= sign.end() or left[0] >= sign.start():
            continue
        done = right
        variants = [(start, end) for start in left for end in _trims(text, sign.end(), right)]
        out.append(variants[:6])
    return out


def _is_math(token: str) -> bool:
    if token.isspace():
        return "\n" not in token
    if token[0] == "_":
        return True
    if token[0] == "\\":
        return not re.fullmatch(
            r"\\(?:text|quad|qquad|Rightarrow|implies|to|item|begin|end|section|because|therefore)", token
        )
    if token[0].isdigit():
        return True
    if token.isascii() and token.isalpha():
        if (
            token in GREEK
            or token in FUNCTIONS
            or token in OPERATORS
            or token in ("oint", "int", "nabla", "del", "partial")
        ):
            return True
        if len(token) == 1:
            return True
        if token.lower() in _SHORT_WORDS:
            return False
        return (
            len(token) <= 3
            or (len(token) <= 5 and token[0] == "d" and token[1:] in GREEK)
            or (len(token) <= 5 and not token[1:].islower())
        )
    return token in _MATH_CHARS or "α" <= token <= "ω" or "Α" <= token <= "Ω" or token in "ħℰ"


def _walk_left(text: str, low: int, end: int) -> list[int]:
    """Starts of the left side: the whole run, and the shortest ones after white space between two quantities."""
    tokens = [(m.group(), m.start()) for m in _TOKEN.finditer(text, low, end)]
    start, index, depth = end, len(tokens) - 1, 0
    starts: list[int] = []
    while index >= 0:
        token, at = tokens[index]
        if token in ")]}":
            depth += 1
        elif token in "([{":
            depth -= 1
        if depth < 0 or not _is_math(token) or (token in ",." and depth == 0) or token in "=≈" or token == "\0":
            break
        if (
            token.isspace()
            and depth == 0
            and index
            and _operand_end(tokens[index - 1][0])
            and text[at + len(token) : at + len(token) + 1].isalnum()
        ):
            starts.append(at + len(token))
        start = at
        index -= 1
    while start < end and text[start] in " \t\n*)·.,_'$":
        start += 1
    # a chain: the side before this sign was read as the end of the last one
    return [*dict.fromkeys([start, *starts[:2]])]


def _operand_end(token: str) -> bool:
    return token[-1].isalnum() or token in ")]}"


def _walk_right(text: str, start: int, high: int) -> int:
    depth, end = 0, start
    for found in _TOKEN.finditer(text, start, high):
        token = found.group()
        if token in "([{":
            depth += 1
        elif token in ")]}":
            depth -= 1
        if depth < 0 or not _is_math(token):
            break
        if (token == "," and depth == 0) or (
            token == "." and not text[found.end() : found.end() + 1].isdigit() and not _ascii_dot(text, found.start())
        ):
            break
        end = found.end()
    return end


def _ascii_dot(text: str, at: int) -> bool:
    """`H . dl`: a dot product in ASCII."""
    return text[at - 1 : at].isspace() and text[at + 1 : at + 2].isspace() and text[at + 2 : at + 3] == "d"


def _trims(text: str, start: int, end: int) -> list[int]:
    """Ends of the right side: the whole run, and before a trailing word such as "a" or "I"."""

    def trimmed(at: int) -> int:
        while at > start and text[at - 1] in " \t\n+-*/·×=.,(:$~_":
            at -= 1
        return at

    ends = [trimmed(end)]
    for word in re.finditer(r"\s+(?:[aAIx]|[A-Za-z]{1,3})(?=\s|$)", text[start:end]):
        ends.append(trimmed(start + word.start()))
    return [*dict.fromkeys(e for e in ends if e > start)][:3]


_FUNCTION = re.compile(r"(?:sin|cos|tan|cot|ln|lg|log|exp|sinh|cosh|tanh)(?![a-z])")
_DOTS = re.compile(r"\\dot(?![a-z])|\u0307|[ẋẏżḂḊĖḢ]")
_CROSS = re.compile(r"×|\\times(?![a-z])|\\cross(?![a-z])")


def readings_of(source: str) -> list[Reading]:
    """The ways to take a formula's divisions, functions and crosses that may differ."""
    loose = (False, True) if "/" in source else (False,)
    wide = (False, True) if _FUNCTION.search(source) else (False,)
    scalar = (False, True) if _CROSS.search(source) else (False,)
    return [Reading(a, b, c) for c in scalar for b in wide for a in loose]


@lru_cache(maxsize=4096)
def _read(source: str) -> tuple[tuple[tuple[Tree, ...], tuple[str, ...]], ...]:
    found: dict[tuple[tuple[Tree, ...], tuple[str, ...]], None] = {}
    texts = [source]
    if _DOTS.search(source):
        texts.append(undotted(source))
    if re.search(r"Δ|\\Delta", source):
        texts.append(re.sub(r"Δ|\\Delta(?![a-z])", r"\\nabla^2 ", source))
    for text in texts:
        for reading in readings_of(text):
            try:
                found.update(dict.fromkeys(parse_chains(text, reading)))
            except (FormulaError, RecursionError):
                continue
    return tuple(found)


_PRIMARY = frozenset("QEBHDFVUIPWJCRLΦSTq")  # bound by laws, not by definitions


@dataclass(frozen=True, slots=True)
class Stated:
    """A symbol that the answer says equals something, and where it says so."""

    symbol: str
    tree: Tree
    inner: frozenset[str]
    start: int


@lru_cache(maxsize=64)
def stated(answer: str) -> tuple[Stated, ...]:
    """Relations of an answer by which its symbols may be replaced: tau = RC, p = qd, k = 1/(4 pi eps0).

    A law such as Q = CV is one only where a word like "let" or "where" makes it a definition: that an answer names two
    laws does not say that it draws the conclusion from them.
    """
    text = scopes(answer).text
    out: dict[tuple[str, Tree], Stated] = {}
    for candidate in candidates(answer)[0]:
        defines = bool(pattern("defines").search(text[max(0, candidate.start - 40) : candidate.start]))
        for sides, signs in candidate.readings[:2]:
            if any(s not in "=≈" for s in signs):
                continue
            for side in sides:
                for other in sides:
                    if side[0] != "sym" or "[" in side[1] or other is side or other[0] == "num":
                        continue
                    inner = frozenset(symbols(other))
                    if inner and side[1] not in inner and (defines or side[1] not in _PRIMARY):
                        out.setdefault((side[1], other), Stated(side[1], other, inner, candidate.start))
    return tuple(out.values())[:24]


def written_formulas(text: str) -> list[tuple[int, int]]:
    """Ranges of the formulas in a key point's wording, the last one first."""
    found, _ = candidates(text)
    out: list[tuple[int, int]] = []
    for candidate in found:
        if not out or candidate.start >= out[-1][1]:
            out.append((candidate.start, candidate.end))
    return out[::-1]
