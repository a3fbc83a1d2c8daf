"""Calculations -> the line that an answer will contain."""

from collections.abc import Mapping, Sequence

from tutorsmith.worked.written import Calculation

DIGITS = 3
"""Significant digits of a result."""
_OPENS = {"en": "Calculated: ", "zh": "计算："}
_JOINS = {"en": "; ", "zh": "；"}
_GIVES = {"en": "${latex}$ gives ${symbol}={number}$", "zh": "由 ${latex}$ 得 ${symbol}={number}$"}
_UNITS = {"ohm": "ohm", "degree": "degrees"}


def said(calculations: Sequence[Calculation], numbers: Mapping[int, int], language: str) -> str:
    """ "Calculated: $Q=CV=2.36$ nC [2]"; numbers: chunk -> the number of its excerpt, left out where it has none."""
    language = language if language in _OPENS else "en"
    parts = [_part(one, numbers.get(one.chunk), language) for one in calculations]
    return _OPENS[language] + _JOINS[language].join(parts) if parts else ""


def _part(one: Calculation, excerpt: int | None, language: str) -> str:
    number = latex_number(one.value)
    form = "${latex}={number}$" if one.stands else _GIVES[language]
    text = form.replace("{latex}", one.latex).replace("{symbol}", one.symbol).replace("{number}", number)
    unit = _UNITS.get(one.unit, one.unit)
    return " ".join(part for part in (text, unit, f"[{excerpt}]" if excerpt is not None else "") if part)


def latex_number(value: float) -> str:
    """Three significant digits, with a power of ten where there would be many zeros."""
    mantissa, _, power = f"{value:.{DIGITS - 1}e}".partition("e")
    exponent = int(power)
    if -2 <= exponent < 4:
        return f"{float(f'{mantissa}e{power}'):.{max(DIGITS - 1 - exponent, 0)}f}"
    return rf"{mantissa}\times10^{{{exponent}}}"
