"""Derivatives and integrals with SymPy, built from our own tree. Runs in the worker process, never in the caller's.

Every integral is checked before it is told: an antiderivative by differentiating it, a definite integral by quadrature,
at values of the symbols. What cannot be confirmed is an error, not an answer.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tutorsmith.tools.calculus import FUNCTIONS, INFINITY, read
from tutorsmith.tools.failure import ToolFailure
from tutorsmith.tools.parser import Binary, Call, Name, Negative, Node, Number, names

MOST_OPERATIONS = 150
LONGEST_RESULT = 600
_POINTS = (0.61, 1.37, 2.23)
_CLOSE = 1e-6


def differentiate(expression: str, variable: str, order: int = 1, at: str | None = None) -> dict[str, Any]:
    """{"result", "latex"} and, with `at`, the value there. Raises: ToolFailure."""
    import sympy

    tree, symbols = _symbols(expression, variable, positive=False)
    x = symbols[variable]
    before = sympy.diff(_build(tree, symbols), x, order - 1) if order > 1 else _build(tree, symbols)
    result = sympy.diff(before, x)
    if result.has(sympy.Derivative, sympy.DiracDelta, sympy.Subs):
        raise ToolFailure("the expression has no derivative in closed form", "check the expression")
    result = _tidy(result)
    out = _told(result)
    if at is not None:
        place = _bound(at, "at", symbols)
        value = result.subs(x, place)
        _confirm_slope(before, value, x, place)
        out["value"] = _number(value)
    return out


def integrate(expression: str, variable: str, lower: str | None = None, upper: str | None = None) -> dict[str, Any]:
    """{"result", "latex"}; of a definite integral without symbols also "value". Raises: ToolFailure."""
    import sympy

    tree, symbols = _symbols(expression, variable, positive=True)
    integrand, x = _build(tree, symbols), symbols[variable]
    if lower is None or upper is None:
        result = _tidy(_closed(sympy.integrate(integrand, x)))
        _confirm_antiderivative(integrand, result, x)
        return {**_told(result), "note": "plus a constant"}
    low, high = _bound(lower, "lower", symbols), _bound(upper, "upper", symbols)
    found = sympy.integrate(integrand, (x, low, high))
    if found.has(sympy.oo, sympy.zoo, sympy.nan):
        raise ToolFailure("the integral does not converge between these limits", "check the limits and the integrand")
    if not found.free_symbols and (found.has(sympy.Integral, sympy.Piecewise) or _special(found)):
        return _by_quadrature(integrand, (x, low, high))
    result = _tidy(_closed(found))
    _confirm_definite(integrand, result, (x, low, high))
    others = sorted(str(symbol) for symbol in result.free_symbols)
    return _told(result) | ({"note": f"for {', '.join(others)} > 0"} if others else {"value": _number(result)})


def _symbols(expression: str, variable: str, *, positive: bool) -> tuple[Node, dict[str, Any]]:
    """The tree and its symbols. Those other than the variable are real, on request positive."""
    import sympy

    tree = read(expression)
    symbols = {name: sympy.Symbol(name, **({"positive": True} if positive else {"real": True})) for name in names(tree)}
    symbols[variable] = sympy.Symbol(variable, real=True)
    return tree, symbols


def _bound(text: str, named: str, symbols: dict[str, Any]) -> Any:
    import sympy

    plain = text.strip().replace("∞", "oo").replace("−", "-").lower()
    if plain.lstrip("+-") in INFINITY:
        return -sympy.oo if plain.startswith("-") else sympy.oo
    tree = read(text, named)
    for name in names(tree):
        symbols.setdefault(name, sympy.Symbol(name, positive=True))
    return _build(tree, symbols)


def _build(node: Node, symbols: Mapping[str, Any]) -> Any:
    """The SymPy expression of a tree; decimals become exact fractions."""
    import sympy

    if isinstance(node, Number):
        return sympy.Rational(node.text)
    if isinstance(node, Name):
        return {"pi": sympy.pi, "e": sympy.E}.get(node.id) or symbols[node.id]
    if isinstance(node, Negative):
        return -_build(node.operand, symbols)
    if isinstance(node, Call):
        return _function(node.function)(_build(node.arguments[0], symbols))
    return _combined(node, _build(node.left, symbols), _build(node.right, symbols))


def _combined(node: Binary, left: Any, right: Any) -> Any:
    if node.op == "+":
        return left + right
    if node.op == "-":
        return left - right
    if node.op == "*":
        return left * right
    if (node.op == "/" and right == 0) or (node.op == "^" and left == 0 and right.is_number and right < 0):
        raise ToolFailure("division by zero", "check the expression")
    return left / right if node.op == "/" else left**right


def _function(name: str) -> Callable[[Any], Any]:
    import sympy

    if name == "log10":
        return lambda value: sympy.log(value) / sympy.log(10)
    found: Callable[[Any], Any] = _sympy_function(name)
    return found


def _sympy_function(name: str) -> Any:
    import sympy

    plain = {"ln": "log", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "abs": "Abs"}
    return getattr(sympy, plain.get(name, name))


def _closed(result: Any) -> Any:
    import sympy

    if isinstance(result, sympy.Piecewise):
        result = result.args[0][0]
    if result.has(sympy.Integral, sympy.Piecewise) or _special(result):
        raise ToolFailure(
            "no closed form was found", "simplify the integrand, or give numbers for the symbols and the limits"
        )
    return result


def _special(result: Any) -> bool:
    """Whether a result holds functions that no course reader knows; the error function is known."""
    import sympy

    return any(not isinstance(f, (*_known_functions(), sympy.erf)) for f in result.atoms(sympy.Function))


def _known_functions() -> tuple[Any, ...]:
    import sympy

    return (*(_sympy_function(name) for name in FUNCTIONS - {"sqrt", "log10"}), sympy.sign)


def _tidy(result: Any) -> Any:
    """The shortest of a few equal forms. Raises: ToolFailure for a result nobody could read."""
    import sympy

    if result.count_ops() > MOST_OPERATIONS:
        raise ToolFailure("the result is too long to be of use", "split the expression")
    forms = [result, sympy.together(result), sympy.factor_terms(result)]
    if result.count_ops() < MOST_OPERATIONS // 3:
        forms += [sympy.simplify(result), sympy.factor(result)]
    forms = [_joined_logs(form) for form in forms if not _buried(form)]
    return min(forms, key=lambda form: (form.count_ops(), len(str(form))))


def _buried(form: Any) -> bool:
    """A logarithm of a power that carries symbols in its exponent, log((b/a)^k): a factor nobody would put there."""
    import sympy

    return any(log.args[0].is_Pow and log.args[0].exp.free_symbols for log in form.atoms(sympy.log)) and bool(
        form.free_symbols
    )


def _joined_logs(form: Any) -> Any:
    """log(b) - log(a) as log(b/a)."""
    import sympy

    def only_logs(part: Any) -> bool:
        return bool(part.is_Add) and all(
            isinstance(term, sympy.log) or isinstance(-term, sympy.log) for term in part.args
        )

    return form.replace(only_logs, sympy.logcombine)


def _told(result: Any) -> dict[str, Any]:
    import sympy

    text = str(result).replace("**", "^")
    if len(text) > LONGEST_RESULT:
        raise ToolFailure("the result is too long to be of use", "split the expression")
    return {"result": text, "latex": sympy.latex(result)}


def _number(value: Any) -> float | int | str:
    """A number of six digits; what still has symbols, as text."""
    if value.free_symbols:
        return str(value).replace("**", "^")
    number = complex(value.evalf(15))
    if number.imag or not abs(number) < float("inf"):
        raise ToolFailure("the value is no real number", "check where the expression is defined")
    rounded = float(f"{number.real:.6g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded


def _numbers(symbols: Any, point: float) -> dict[Any, float]:
    """A value for each symbol, no two alike."""
    ordered = sorted(symbols, key=str)
    return {symbol: point + 0.317 * k + 0.0411 * k * k for k, symbol in enumerate(ordered)}


def _confirm_antiderivative(integrand: Any, result: Any, x: Any) -> None:
    import sympy

    checked = 0
    slope = sympy.diff(result, x)
    for point in _POINTS:
        at = _numbers(integrand.free_symbols | {x}, point)
        wanted, got = complex(integrand.subs(at).evalf()), complex(slope.subs(at).evalf())
        if wanted != wanted or abs(wanted) == float("inf"):
            continue
        checked += 1
        if not abs(wanted - got) <= _CLOSE * max(1.0, abs(wanted)):
            _unconfirmed()
    if not checked:
        _unconfirmed()


def _confirm_slope(before: Any, value: Any, x: Any, place: Any) -> None:
    """Both one-sided slopes must agree with the value: |x| has none at 0, whatever sign(0) is."""
    import mpmath
    import sympy

    if value.has(sympy.zoo, sympy.nan, sympy.oo):
        _no_slope()
    at = _numbers((before.free_symbols - {x}) | place.free_symbols, _POINTS[0])
    with mpmath.workdps(40):
        function = sympy.lambdify(x, before.subs(at), "mpmath")
        start, wanted = (mpmath.mpmathify(part.subs(at).evalf(40)) for part in (place, value))
        step = mpmath.mpf(10) ** -12 * max(1, abs(start))
        for side in (step, -step):
            slope = (function(start + side) - function(start)) / side
            if not abs(slope - wanted) <= _CLOSE * max(1, abs(wanted)):
                _no_slope()


def _no_slope() -> None:
    raise ToolFailure("the derivative does not exist at this place", "choose another value of at")


def _quadrature(integrand: Any, limits: tuple[Any, Any, Any]) -> tuple[complex, float]:
    """(value, estimated error) of an integral that has no symbols but its variable."""
    import mpmath
    import sympy

    x, low, high = limits
    function = sympy.lambdify(x, integrand, "mpmath")
    ends = [_mp(end) for end in (low, high)]
    inner = [mpmath.mpf(0)] if ends[0] < 0 < ends[1] else []
    got, error = mpmath.quad(function, [ends[0], *inner, ends[1]], error=True)
    return complex(got), float(error)


def _mp(end: Any) -> Any:
    import mpmath
    import sympy

    return {sympy.oo: mpmath.inf, -sympy.oo: -mpmath.inf}.get(end) or mpmath.mpmathify(end.evalf(20))


def _by_quadrature(integrand: Any, limits: tuple[Any, Any, Any]) -> dict[str, Any]:
    got, error = _quadrature(integrand, limits)
    if got.imag or not error <= 1e-8 * max(1.0, abs(got)):
        _unconfirmed()
    value = float(f"{got.real:.6g}")
    return {
        "result": f"{value:g}",
        "latex": f"{value:g}",
        "value": value,
        "note": "a number; there is no simple closed form",
    }


def _confirm_definite(integrand: Any, result: Any, limits: tuple[Any, Any, Any]) -> None:
    x, low, high = limits
    at = _numbers((integrand.free_symbols - {x}) | low.free_symbols | high.free_symbols, _POINTS[1])
    got, error = _quadrature(integrand.subs(at), (x, low.subs(at), high.subs(at)))
    wanted = complex(result.subs(at).evalf())
    if not abs(got - wanted) <= max(_CLOSE * max(1.0, abs(wanted)), min(10 * error, 1e-3 * abs(wanted))):
        _unconfirmed()


def _unconfirmed() -> None:
    raise ToolFailure(
        "the result could not be confirmed by a numerical check", "split the integral where it is singular"
    )
