"""What the tests of all course files share: reading them, comparing texts, reading stated numbers and formulas."""

import json
import re
from pathlib import Path
from typing import Any

import sympy as sp
from em_part2_examples import arithmetic
from sympy.parsing.sympy_parser import convert_xor, parse_expr, standard_transformations

DATA = Path(__file__).resolve().parents[2] / "data" / "training"
KINDS = ["insufficient_context", "missing_parameters", "out_of_scope"]
Item = dict[str, Any]
Statement = tuple[str, str | None, float, float, str]
"""Symbol, substitution, number, half a last digit, unit."""


def load(name: str) -> list[Item]:
    """Read one JSONL file below data/training."""
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def question(item: Item) -> str:
    """Return the last user turn."""
    return str([message["content"] for message in item["messages"] if message["role"] == "user"][-1])


def answer(item: Item) -> str:
    """Return the reference of a benchmark item or the last message of a sample."""
    return str(item["reference"] if "reference" in item else item["messages"][-1]["content"])


def folded(text: str) -> list[str]:
    """Return the words of a text without case and punctuation."""
    return re.findall(r"\w+", text.lower())


def plain(text: str) -> str:
    """Return a text as its words, one space apart."""
    return " ".join(folded(text))


def bodies(text: str) -> list[str]:
    """Return what stands below the headings of an answer, in order; nothing may stand above the first."""
    pieces = re.split(r"^### .+$", text, flags=re.MULTILINE)
    assert pieces[0] == "", "text before the first heading"
    return [piece.strip() for piece in pieces[1:]]


def check_form(text: str, headings: list[str]) -> None:
    """Hold an English answer to its headings, its length, and closed formulas."""
    assert re.findall(r"^#.*$", text, flags=re.MULTILINE) == headings
    assert all(len(body.split()) >= 10 for body in bodies(text))
    assert 110 <= len(text.split()) <= 210
    assert text.count("$") % 2 == 0
    assert text.count("{") == text.count("}")
    assert text == text.strip()


def check_numbers(text: str, found: list[Statement], expected: dict[str, Any], quantity: Any) -> None:
    """Hold every stated number of an answer, read into `found`, to the values that were computed apart from it.

    quantity: Pint's, by which expected values become numbers of the stated unit.
    """
    seen = set()
    assert len(re.findall(rf" = {NUMBER}\$", text)) == len(found)
    for symbol, between, number, half, unit in found:
        value = quantity(expected[symbol]).m_as(unit)
        assert abs(value - number) <= half, (symbol, value, number)
        seen.add(symbol)
        if between:
            substituted = arithmetic(between)
            assert substituted is not None, between
            assert abs(substituted - number) <= half, between
    assert seen == set(expected)


def characters(text: str) -> int:
    """Return the number of Chinese characters."""
    return len(re.findall(r"[\u4e00-\u9fff]", text))


def character_pairs(text: str) -> set[str]:
    """Return the neighbouring Chinese characters, by which texts are compared."""
    return {a + b for a, b in re.findall(r"(?=([\u4e00-\u9fff])([\u4e00-\u9fff]))", text)}


def alike(one: str, other: str) -> float:
    """Return the share of neighbouring Chinese characters that two texts have in common."""
    first, second = character_pairs(one), character_pairs(other)
    return len(first & second) / len(first | second)


def jaccard(a: str, b: str) -> float:
    """Return the share of distinct words that two texts have in common."""
    one, two = set(folded(a)), set(folded(b))
    return len(one & two) / len(one | two)


def parsed(formula: str, symbols: dict[str, sp.Symbol]) -> sp.Expr:
    """Read the right side of an ASCII formula; `^` is a power, names are looked up in `symbols` first."""
    transformations = (*standard_transformations, convert_xor)
    return parse_expr(formula.split("=")[-1].strip(), local_dict=dict(symbols), transformations=transformations)


NUMBER = r"(-?\d+(?:\.(\d+))?)(?:\\times10\^\{(-?\d+)\})?"
STATED = re.compile(
    rf"\$([^$=]+?) = (?:([^$=]+) = )?{NUMBER}\$(?: (dB/m|dB|Np/m|1/H|[A-Za-z]+(?:/[a-z]+)?)(?![A-Za-z]))?"
)
PINT_UNITS = {"dB/m": "1/m", "Np/m": "1/m", "dB": ""}
PROSE = {"and", "so", "the", "that", "is", "gives", "with"}


def statements(text: str) -> list[Statement]:
    """Return (symbol, substitution, number, half a last digit, unit) for every `$symbol = number$ unit` of a text."""
    found: list[Statement] = []
    for symbol, between, mantissa, decimals, power, unit in STATED.findall(text):
        scale = 10.0 ** int(power or 0)
        unit = "" if unit in PROSE else unit
        half = 0.501 * scale * 10.0 ** -len(decimals)
        found.append((symbol, between or None, float(mantissa) * scale, half, PINT_UNITS.get(unit, unit)))
    return found
