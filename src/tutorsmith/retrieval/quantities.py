"""Units in questions and notes: "4 nC per metre", "$\\sigma$ in S/m" -> the unit, and the quantities measured in it.

Units are written as the SI writes them without prefix: nC/cm is C/m.
"""

import re
from collections.abc import Mapping

QUANTITIES: Mapping[str, str] = {
    "C": "electric charge",
    "C/m": "line charge density per length",
    "C/m^2": "surface charge density, electric flux density, polarization",
    "C/m^3": "volume charge density",
    "C·m": "electric dipole moment",
    "V": "voltage, electric potential, emf",
    "V/m": "electric field strength",
    "F": "capacitance",
    "F/m": "permittivity, capacitance per length",
    "A": "electric current",
    "A/m": "magnetic field intensity, magnetization, surface current density",
    "A/m^2": "current density",
    "A·m^2": "magnetic dipole moment",
    "Ω": "resistance, impedance, reactance",
    "Ω·m": "resistivity",
    "Ω/m": "resistance per length",
    "S/m": "conductivity",
    "T": "magnetic flux density",
    "Wb": "magnetic flux",
    "Wb/m": "magnetic vector potential",
    "H": "inductance",
    "H/m": "permeability, inductance per length",
    "J": "energy, work",
    "J/m^3": "energy density",
    "N": "force",
    "N/m": "force per length",
    "N·m": "torque",
    "Pa": "pressure",
    "W": "power",
    "W/m^2": "power density, intensity, Poynting vector",
    "W/m^3": "power per volume",
    "Hz": "frequency",
    "rad/s": "angular frequency",
    "rad/m": "phase constant, wave number",
    "Np/m": "attenuation constant",
    "dB/m": "attenuation constant",
    "dB": "attenuation, gain, ratio in decibel",
}
"""Unit -> the quantities that an electromagnetics course measures in it (SI Brochure, 9th edition, tables 4 to 6)."""

_SPELLED = """
C: coulomb coulombs 库仑
V: volt volts 伏特
F: farad farads
A: amp amps ampere amperes
Ω: ohm ohms 欧姆
S: siemens
T: tesla teslas
Wb: weber webers
H: henry henrys henries
J: joule joules
N: newton newtons
Pa: pascal
W: watt watts
Hz: hertz
Np: neper nepers
dB: decibel decibels
rad: radian radians
s: second seconds
m: metre metres meter meters cm centimetre centimetres centimeter centimeters mm millimetre millimetres millimeter
m: millimeters km kilometre kilometres kilometer kilometers
"""
_NAMES = {name: line.split(":")[0] for line in _SPELLED.split("\n") for name in line.partition(":")[2].split()}
_PREFIX = r"(?:pico|nano|micro|milli|kilo|mega|giga|[pnuμµmkMGT])?"
_BASE = (
    r"coulombs?|volts?|farads?|amp(?:ere)?s?|ohms?|siemens|teslas?|webers?|henr(?:y|ies|ys)|joules?|newtons?"
    r"|watts?|hertz|pascal|nepers?|decibels?|radians?|库仑|伏特|欧姆|Wb|Pa|Hz|Np|dB|rad|[CVFAΩSTHJNW]"
)
_BELOW = r"(?:centi|milli|kilo)?met(?:re|er)s?|seconds?|[cmk]?m|s"
_JOINT = r"\s?/\s?|\s+per\s+(?P<power>square\s+|cubic\s+)?|\s?[·*]\s?"
_UNIT = re.compile(
    rf"(?<![A-Za-z\\_^{{]){_PREFIX}(?P<top>{_BASE})"
    rf"(?:(?P<joint>{_JOINT})(?P<below>{_BELOW})(?:\^?\{{?(?P<exponent>[23²³])\}}?)?)?"
    r"(?![A-Za-z_^{}=])"
)
_NUMBER_BEFORE = re.compile(r"(?:\d[\d.,]*\s?|[-−^{}\d]\}?\$?\s?|\bin\s|\(in\s|\()$")
_EXPONENTS = {"²": "^2", "³": "^3", "2": "^2", "3": "^3", "square": "^2", "cubic": "^3"}


def units(text: str) -> list[str]:
    """The units that a text names, as "unit:S/m", in order, repeats kept. A lone letter is a unit only behind a number,
    "in" or an opening parenthesis."""
    text = text.replace("\\Omega", "Ω").replace("\\,", " ").replace("~", " ")
    text = re.sub(r"\\(?:mathrm|text|rm)\s*\{([^{}]*)\}", r"\1", text).replace("\\cdot", "·").replace("\\mu", "μ")
    out = []
    for found in _UNIT.finditer(text):
        top = _NAMES.get(found["top"], found["top"])
        if not found["below"]:
            if len(found["top"]) <= 2 and not _NUMBER_BEFORE.search(text[max(0, found.start() - 12) : found.start()]):
                continue
            unit = top
        else:
            joint = "·" if found["joint"].strip() in ("·", "*") else "/"
            power = found["exponent"] or (found["power"] or "").strip()
            unit = f"{top}{joint}{_NAMES.get(found['below'].lower(), found['below'])}{_EXPONENTS.get(power, '')}"
        if unit in QUANTITIES:
            out.append(f"unit:{unit}")
    return out


def quantities(unit: str) -> str:
    """What is measured in a unit as `units` writes it."""
    return QUANTITIES[unit.removeprefix("unit:")]
