"""evaluate_expression: a number with its unit from an expression, variables with units and physical constants."""

import cmath
import math
from collections.abc import Callable, Mapping
from typing import Any

from tutorsmith.core.errors import suggest
from tutorsmith.tools.constants import CONSTANTS, OTHER_SPELLINGS
from tutorsmith.tools.failure import ToolFailure
from tutorsmith.tools.parser import Binary, Call, Name, Negative, Node, Number, parse
from tutorsmith.tools.units import in_si, is_unit, quantity, registry, unit, written

LARGEST_EXPONENT = 100.0
LARGEST_FACTORIAL = 170
DIGITS = 4
"""Significant digits of the text of a result; `value` has six."""

_PLAIN: Mapping[str, Callable[[complex], complex]] = {
    "exp": cmath.exp,
    "ln": cmath.log,
    "log": cmath.log,
    "log10": cmath.log10,
    "log2": lambda z: cmath.log(z, 2),
    "sin": cmath.sin,
    "cos": cmath.cos,
    "tan": cmath.tan,
    "sinh": cmath.sinh,
    "cosh": cmath.cosh,
    "tanh": cmath.tanh,
    "asin": cmath.asin,
    "acos": cmath.acos,
    "atan": cmath.atan,
    "arcsin": cmath.asin,
    "arccos": cmath.acos,
    "arctan": cmath.atan,
    "asinh": cmath.asinh,
    "acosh": cmath.acosh,
    "atanh": cmath.atanh,
}
_KEEPING = ("sqrt", "cbrt", "abs", "real", "imag", "conj", "phase", "factorial")
FUNCTIONS = frozenset((*_PLAIN, *_KEEPING))
_TINY_PART = 1e-12
"""An imaginary part smaller than this share of the value is rounding."""


def evaluate_expression(
    expression: str, variables: Mapping[str, str] | None = None, unit: str | None = None
) -> dict[str, Any]:
    """{"value", "unit", "text"}; value is a number, or {"re", "im"} of a complex result.

    Raises: ToolFailure.
    """
    from pint.errors import DimensionalityError

    tree = parse(expression, FUNCTIONS)
    known = {name: _given(name, text) for name, text in (variables or {}).items()}
    try:
        value = _value(tree, known)
        return _result(value, unit)
    except DimensionalityError as error:
        raise ToolFailure(_misfit(error), "check the formula and the units of the variables") from error
    except ZeroDivisionError as error:
        raise ToolFailure("division by zero", "check the values") from error
    except OverflowError as error:
        raise ToolFailure("the result is too large for a number", "check the exponents and the units") from error
    except ValueError as error:
        if isinstance(error, ToolFailure):
            raise
        raise ToolFailure(f"a function is not defined there ({error})", "check its argument") from error


def _misfit(error: Any) -> str:
    """Which units were to be added or compared."""
    parts = [written(registry().Unit(part)) or "a plain number" for part in (error.units1, error.units2)]
    return f"the units do not fit: {' and '.join(parts)}"


def _given(name: str, text: str) -> Any:
    if not name.isascii() or not name.isidentifier() or name.startswith("_") or "__" in name or name in FUNCTIONS:
        raise ToolFailure(f"{name[:40]!a} is no name for a variable", "use letters, digits and _, such as q_1")
    return quantity(text, f"variables.{name}")


def _value(node: Node, known: Mapping[str, Any]) -> Any:
    if isinstance(node, Number):
        number = float(node.text)
        if math.isinf(number):
            raise OverflowError
        return registry().Quantity(number, "")
    if isinstance(node, Name):
        return _named(node.id, known)
    if isinstance(node, Negative):
        return -_value(node.operand, known)
    if isinstance(node, Call):
        return _finite(_called(node.function, [_value(part, known) for part in node.arguments]))
    return _finite(_combined(node, known))


def _named(name: str, known: Mapping[str, Any]) -> Any:
    if name in known:
        return known[name]
    constant = CONSTANTS.get(OTHER_SPELLINGS.get(name, name))
    if constant is not None:
        return registry().Quantity(constant[0], unit(constant[1], name) if constant[1] else "").to_base_units()
    if name == "j":
        return registry().Quantity(1j, "")
    if name == "e":
        raise ToolFailure("'e' can mean two things", "write exp(x) for Euler's number, q_e for the elementary charge")
    if is_unit(name) and len(name) > 1:
        told = f"{name!r} is a unit, and units do not stand in the expression"
        raise ToolFailure(told, 'give the value with its unit as a variable, such as {"d": "2.0 mm"}')
    raise ToolFailure(
        f"the value of {name[:40]!r} is not given", f"add it to variables with its unit, or {suggest(name, CONSTANTS)}"
    )


def _combined(node: Binary, known: Mapping[str, Any]) -> Any:
    left, right = _value(node.left, known), _value(node.right, known)
    if node.op == "+":
        return left + right
    if node.op == "-":
        return left - right
    if node.op == "*":
        return (left * right).to_base_units()
    if node.op == "/":
        return (left / right).to_base_units()
    exponent = _number(right, "an exponent")
    if abs(exponent) > LARGEST_EXPONENT:
        raise ToolFailure(f"the exponent {_short(exponent)} is too large", f"stay within {LARGEST_EXPONENT:g}")
    if left.dimensionless:
        base = complex(left.m_as(""))
        return _plain(base**exponent if exponent.imag or base.imag or base.real < 0 else base.real**exponent.real)
    if exponent.imag:
        raise ToolFailure("a quantity with a unit has a complex exponent", "check the formula")
    return left**exponent.real


def _called(function: str, values: list[Any]) -> Any:
    if len(values) != 1:
        raise ToolFailure(f"{function} has {len(values)} arguments", "give it one")
    value = values[0]
    if function in _PLAIN:
        return _plain(_PLAIN[function](_number(value, f"the argument of {function}")))
    if function in ("sqrt", "cbrt"):
        return _root(value, 2 if function == "sqrt" else 3)
    if function == "abs":
        return abs(value)
    if function == "phase":
        return registry().Quantity(cmath.phase(complex(value.magnitude)), "rad")
    if function in ("real", "imag", "conj"):
        magnitude = complex(value.magnitude)
        parts = {"real": magnitude.real, "imag": magnitude.imag, "conj": magnitude.conjugate()}
        return registry().Quantity(parts[function], value.units)
    number = _number(value, "the argument of factorial")
    if number.imag or not number.real.is_integer() or not 0 <= number.real <= LARGEST_FACTORIAL:
        raise ToolFailure(f"no factorial of {_short(number)}", f"give a whole number from 0 to {LARGEST_FACTORIAL}")
    return _plain(float(math.factorial(int(number.real))))


def _root(value: Any, degree: int) -> Any:
    magnitude = value.magnitude
    negative = isinstance(magnitude, complex) or magnitude < 0
    if negative and degree == 2:
        return registry().Quantity(cmath.sqrt(magnitude), value.units**0.5)
    root = -((-magnitude) ** (1 / degree)) if negative else magnitude ** (1 / degree)
    return registry().Quantity(root, value.units ** (1 / degree))


def _plain(number: complex) -> Any:
    return registry().Quantity(number, "")


def _number(value: Any, named: str) -> complex:
    """The magnitude of a quantity that must have no unit; radians have none."""
    if not value.dimensionless:
        told = f"{named} has the unit {written(in_si(value).units)}"
        raise ToolFailure(told, "it must be a plain number: check the formula")
    return complex(value.m_as(""))


def _finite(value: Any) -> Any:
    if not cmath.isfinite(value.magnitude):
        raise OverflowError
    return value


def _result(value: Any, asked: str | None) -> dict[str, Any]:
    number = complex(value.magnitude)
    if abs(number.imag) <= _TINY_PART * abs(number):
        value = registry().Quantity(number.real, value.units)
    if asked and asked.strip() not in ("", "1"):
        target = unit(asked, "unit")
        if not value.is_compatible_with(target):
            has = written(in_si(value).units) or "none"
            told = f"the result has the unit {has}, not {asked.strip()}"
            raise ToolFailure(told, "check the formula, or ask for a unit of that kind")
        value, name = value.to(target), asked.strip()
    else:
        value = in_si(value)
        name = written(value.units)
        name = "" if name == "rad" else name
    _finite(value)
    shown: complex = value.magnitude
    if isinstance(shown, complex):
        size, angle = abs(shown), math.degrees(cmath.phase(shown))
        both = f"{_short(shown.real)} {'-' if shown.imag < 0 else '+'} {_short(abs(shown.imag))}j"
        text = f"({both}) {name}".strip() + f", magnitude {_short(size)}, phase {_short(angle)} degrees"
        return {"value": {"re": _rounded(shown.real), "im": _rounded(shown.imag)}, "unit": name, "text": text}
    return {"value": _rounded(shown), "unit": name, "text": f"{_short(shown)} {name}".strip()}


def _rounded(number: float) -> float | int:
    rounded = float(f"{number:.6g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded


def _short(number: complex) -> str:
    """Four significant digits, as people write them: 2397, 0.5, 4.807e-19."""
    if isinstance(number, complex):
        if number.imag:
            return f"{number:.{DIGITS}g}"
        number = number.real
    rounded = float(f"{number:.{DIGITS}g}")
    if rounded == 0 or 1e-3 <= abs(rounded) < 1e6:
        return f"{rounded:.12g}"
    mantissa, _, power = f"{rounded:.{DIGITS - 1}e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(power)}"
