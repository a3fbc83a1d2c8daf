"""Numbers that the dialogues put into words: conversions, counts in drafts, percentages, rounded values.

`WORDED` maps a dialogue to pairs of a tutor turn (from 0) and a function of the user turns that works the wording out
anew. `TAUGHT` holds the numbers that are rules or constants of the notes, with the wording of the notes. Nothing here
reads the answers.
"""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from style_numbers import MU0, U

Turns = list[str]
Wording = Callable[[Turns], str]


def said(turns: Turns, text: str) -> U.Quantity:
    """A quantity that the student states in one of the turns."""
    assert any(re.search(rf"(?<![\w.]){re.escape(text)}(?![.]?\w)", turn) for turn in turns), text
    return U.Quantity(text.replace("^", "**"))


def power_of_ten(value: float, digits: int) -> str:
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return rf"${mantissa}\times10^{{{int(exponent)}}}$"


def draft(turn: str) -> str:
    """The longest passage that a turn quotes."""
    return max((str(found) for found in re.findall(r'"([^"]+)"', turn)), key=len)


def factor(turn: str) -> int:
    """The factor that a turn names in a word."""
    found = re.search(r"\b(twice|doubl)", turn)
    assert found
    return {"twice": 2, "doubl": 2}[found[1]]


def words(text: str) -> int:
    return len(text.split())


def percents(turn: str) -> list[int]:
    return [int(number) for number in re.findall(r"(\d+) %", turn)]


def numbers(turn: str, unit: str) -> list[Decimal]:
    return [Decimal(number) for number in re.findall(rf"(-?\d+(?:\.\d+)?) {unit}(?!\w)", turn)]


def to_place(value: Decimal, place: str) -> Decimal:
    return value.quantize(Decimal(place), ROUND_HALF_UP)


def share(turns: Turns) -> tuple[int, int]:
    """Words to cut and their share in per cent."""
    now, limit = (int(numbers(turn, "words")[0]) for turn in turns[:2])
    return now - limit, round(100 * (now - limit) / now)


def points(turns: Turns) -> tuple[int, int, int, int]:
    """Old and new percentage, their difference in points, and the relative change in per cent."""
    old, new = percents(turns[0])[:2]
    return old, new, new - old, round(100 * (new - old) / old)


def relative(turns: Turns) -> tuple[Decimal, Decimal]:
    return numbers(turns[1], "s")[0], numbers(turns[0], "s")[0]


def misread(turns: Turns) -> int:
    """What a reader expects who takes the points for a relative change."""
    old, _, rise, _ = points(turns)
    return round(old * (1 + rise / 100))


def two_digits(turns: Turns) -> tuple[Decimal, Decimal]:
    return to_place(numbers(turns[0], "N/m")[0], "0.01"), to_place(numbers(turns[1], "N/m")[0], "0.01")


def volts(turns: Turns) -> tuple[Decimal, Decimal, Decimal]:
    reading, uncertainty = numbers(turns[0], "V")[0], numbers(turns[1], "V")[0]
    return to_place(reading, "0.01"), to_place(uncertainty, "0.01"), to_place(uncertainty, "0.001")


def index_of(eps: str) -> Wording:
    return lambda turns: f"is {np.sqrt(said(turns, eps).m):.1f}"


WORDED: dict[str, list[tuple[int, Wording]]] = {
    "dialogue-0001": [
        (0, lambda u: power_of_ten(said(u, "0.50 mm").m_as("m"), 2) + " m"),
        (1, lambda u: {6.0: "six times as much"}[said(u, "6.0").m]),
        (3, lambda u: {6.0: "a sixth of what it was"}[said(u, "6.0").m]),
    ],
    "dialogue-0002": [
        (1, lambda u: f"{said(u, '3.0 cm').m_as('m'):.3f} m"),
        (2, lambda u: {4.0: "to a quarter"}[(said(u, "6.0 cm") / said(u, "3.0 cm")).m_as("") ** 2]),
    ],
    "dialogue-0003": [
        (0, lambda u: {4: "four times the capacitance and a sixteenth of the voltage squared"}[said(u, "4.0").m]),
        (2, lambda u: {4: "the charge grows fourfold"}[said(u, "4.0").m]),
    ],
    "dialogue-0004": [(2, lambda u: f"{2 * said(u, '4.0 cm').m} cm instead of 4.0 cm")],
    "dialogue-0005": [(0, lambda u: {3.0: "here three as well"}[(said(u, "75 ohm") / said(u, "25 ohm")).m])],
    "dialogue-0006": [(1, index_of("2.25"))],
    "dialogue-0007": [(1, index_of("2.25")), (1, lambda u: f"the two wavelengths {index_of('2.25')(u)}")],
    "dialogue-0009": [
        (0, lambda u: power_of_ten(said(u, "25 cm^2").m_as("m^2"), 2) + " m^2"),
        (3, lambda u: {5.0: "the emf is five times larger"}[(said(u, "50 ms") / said(u, "10 ms")).m]),
    ],
    "dialogue-0010": [
        (2, lambda u: f"the field there is {2 * said(u, '3 m').m} and the face has {said(u, '3 m').m ** 2} m^2")
    ],
    "dialogue-0011": [(1, lambda u: f"{(said(u, '0.20 m') - said(u, '5.0 cm')).m_as('cm'):.0f} cm from the negative")],
    "dialogue-0013": [
        (1, lambda u: power_of_ten(said(u, "1.5 mm^2").m_as("m^2"), 2) + " m^2"),
        (3, lambda u: {0.6: "three fifths"}[(said(u, "1.5 mm^2") / said(u, "2.5 mm^2")).m]),
    ],
    "dialogue-0014": [
        (2, lambda u: f"{(MU0 * 300 * said(u, '2.0 A') / said(u, '1.5 mm')).m_as('T'):.3f} T passes"),
    ],
    "dialogue-0017": [(1, lambda u: {3.0: "a third of the impedance"}[said(u, "9.0").m ** 0.5])],
    "dialogue-0026": [(0, lambda u: f"{np.sqrt(4 * said(u, '5.0 cm^2').m_as('cm^2') / np.pi):.1f} cm here")],
    "dialogue-0024": [
        (1, lambda u: {1000: "a thousand times"}[round((said(u, "1.0 GHz") / said(u, "1.0 MHz")).m_as(""))])
    ],
    "dialogue-0031": [(1, lambda u: f"in {words(draft(u[1]))} words instead of {words(draft(u[0]))}")],
    "dialogue-0032": [
        (1, lambda u: f"a reduction of {100 * (relative(u)[0] - relative(u)[1]) / relative(u)[0]:.0f} %"),
        (1, lambda u: f"the change of {relative(u)[0] - relative(u)[1]} s is compared with {relative(u)[0]} s"),
        (
            2,
            lambda u: (
                f"{relative(u)[0]} s divided by {relative(u)[1]} s is a ratio of {relative(u)[0] / relative(u)[1]:.2f}"
            ),
        ),
    ],
    "dialogue-0033": [
        (0, lambda u: "{} % to {} % is a difference of {} percentage points".format(*points(u))),
        (0, lambda u: f"the rate rose by {points(u)[3]} %"),
        (0, lambda u: f"expect {misread(u)} %"),
        (1, lambda u: f"{points(u)[2]} % of {points(u)[0]} % are only {misread(u) - points(u)[0]} points"),
        (1, lambda u: f"one person computes {misread(u)} %, another {points(u)[1]} %"),
        (2, lambda u: f"The difference is {abs(numbers(u[2], 'dB')[1] - numbers(u[2], 'dB')[0])} dB"),
    ],
    "dialogue-0038": [
        (1, lambda u: "{} words have to go, which is {} % of your text".format(*share(u))),
        (2, lambda u: f"Of the {share(u)[0]} words that you need"),
    ],
    "dialogue-0044": [
        (0, lambda u: f"here {to_place(numbers(u[0], 'V')[0], '0.01')} V"),
        (1, lambda u: f"One significant digit makes it {volts(u)[1]} V"),
        (1, lambda u: f"Two significant digits, {volts(u)[2]} V"),
        (1, lambda u: f"Round the uncertainty to {volts(u)[1]} V"),
        (1, lambda u: f"at the same decimal place, {volts(u)[0]} V"),
    ],
    "dialogue-b-001": [
        (
            2,
            lambda u: {3.0: "three times as much", 9.0: "a ninth"}[
                round((said(u, "15 cm") / said(u, "5.0 cm")).m) ** 2
            ],
        ),
        (2, lambda u: {3: "a third of its former value"}[round((said(u, "15 cm") / said(u, "5.0 cm")).m)]),
    ],
    "dialogue-b-002": [(1, lambda u: f"the radii, which is {(said(u, '1.5 mm') / said(u, '0.50 mm')).m_as(''):.0f}")],
    "dialogue-b-003": [
        (1, lambda u: f"{8.9877e9 * (said(u, '3.0 nC') ** 2 / said(u, '9.0 cm')).m_as('C^2/m') * 1e6:.3f} uJ")
    ],
    "dialogue-b-006": [
        (1, lambda u: f"the {said(u, '8.0 ohm').m / 2**2:.1f} ohm found"),
        (1, lambda u: {2: "four times the power"}[factor(u[0])]),
    ],
    "dialogue-b-007": [(0, lambda u: f"it is {(MU0 * 600 * said(u, '1.5 A')).m_as('T*m') * 1e3:.2f} mT")],
    "dialogue-b-008": [
        (1, lambda u: f"the two coils is {(said(u, '2.0 mH') + said(u, '8.0 mH')).m:.0f} mH"),
        (1, lambda u: f"is {2 * said(u, '0.50').m * (said(u, '2.0 mH') * said(u, '8.0 mH')).m ** 0.5:.0f} mH"),
    ],
    "dialogue-b-013": [
        (
            1,
            lambda u: (
                f"a factor of {10 ** (float(numbers(u[1], 'dB')[0]) / 20):.0f} in the field, "
                f"hence a factor of {10 ** (float(numbers(u[1], 'dB')[0]) / 10):.0f} in power"
            ),
        ),
    ],
    "dialogue-b-015": [(0, lambda u: f"{(1 - (said(u, '6.0 GHz') / said(u, '10 GHz')).m ** 2) ** 0.5:.2f}")],
    "dialogue-b-016": [
        (1, lambda u: f"about {100 * 0.31558 / (0.31558 + said(u, '0.10 ohm').m):.0f} percent"),
        (1, lambda u: {2: "four times the value"}[factor(u[1])]),
    ],
    "dialogue-b-017": [(1, lambda u: {0.75: "three quarters"}[1 - ((150 - said(u, "50 ohm").m) / 200) ** 2])],
    "dialogue-b-021": [
        (1, lambda u: f"two significant digits: {two_digits(u)[1]} N/m"),
        (1, lambda u: f"the same decimal place: {two_digits(u)[0]} N/m"),
        (1, lambda u: "({} ± {}) N/m".format(*two_digits(u))),
        (1, lambda u: f"$n = {['', '', '', '', '', '', 'six'].index(re.findall('my (six) readings', u[1])[0])}$"),
    ],
}

TAUGHT = {
    "8.686 dB": r"A_{dB}=20\log_{10}\left(e^{\alpha z}\right)=8.686\,\alpha z",
    "is usually 0.05": "usually 0.05",
    "10-20 %": "10-20 %",
    "up to 20 %": "Up to 20 % can be found",
    "complement to 90 degrees": r"\theta_B+\theta_t=90^\circ",
    "90 degrees": r"reached at grazing incidence",
    "about 1.5 T": "about 1.5 T",
    "90 degrees out of phase": r"$90^\circ$ out of phase",
}
"""Number of a rule or constant as the tutor puts it: the wording of the notes."""
