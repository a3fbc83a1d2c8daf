"""How numbers are written: percentages, signed points, p values, seconds. Unknown numbers are a dash."""

DASH = "–"
MINUS = "\u2212"


def percent(share: float | None) -> str:
    """0.674 -> "67.4 %", 0.9 -> "90 %"."""
    return DASH if share is None else f"{_short(share)} %"


def span(low: float | None, high: float | None) -> str:
    """(0.41, 0.8633) -> "41 to 86.3 %", with a dash between: "41–86.3 %"."""
    return DASH if low is None or high is None else f"{_short(low)}{DASH}{_short(high)} %"


def fixed(share: float) -> str:
    """Always one decimal, for columns: 0.9 -> "90.0 %"."""
    return f"{100 * share:.1f} %"


def fixed_span(low: float, high: float) -> str:
    """As `span`, always one decimal: "41.0–86.3"."""
    return f"{100 * low:.1f}{DASH}{100 * high:.1f}"


def fixed_points(difference: float) -> str:
    """As `points`, always one decimal: 0.1 -> "+10.0"."""
    shown = f"{100 * abs(difference):.1f}"
    return shown if shown == "0.0" else f"{'+' if difference > 0 else MINUS}{shown}"


def points(difference: float | None) -> str:
    """Signed percentage points: 0.125 -> "+12.5", -0.03 -> "−3"."""
    if difference is None:
        return DASH
    shown = _short(abs(difference))
    if shown == "0":
        return "0"
    return f"{'+' if difference > 0 else MINUS}{shown}"


def size(difference: float | None) -> str:
    """Percentage points without a sign."""
    return DASH if difference is None else _short(abs(difference))


def probability(p: float | None) -> str:
    if p is None:
        return DASH
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def number(value: float | None, digits: int = 3) -> str:
    """A plain number with so many significant digits."""
    return DASH if value is None else f"{value:.{digits}g}"


def loss(value: float | None) -> str:
    return DASH if value is None else f"{value:.3f}"


def seconds(value: float | None) -> str:
    if value is None:
        return DASH
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _short(share: float) -> str:
    text = f"{share * 100:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
