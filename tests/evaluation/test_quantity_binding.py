"""Numbers in words, and which quantity a value belongs to."""

import time

import pytest

from tutorsmith.evaluation import judge_key_point
from tutorsmith.evaluation.metrics.number_words import chinese_number, spelled_numbers
from tutorsmith.evaluation.metrics.quantity_binding import bound
from tutorsmith.evaluation.metrics.quantity_kinds import is_limit
from tutorsmith.evaluation.metrics.values import values_of


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("一千二百", 1200),
        ("三点五", 3.5),
        ("十万", 100_000),
        ("二〇二四", 2024),
        ("两", 2),
        ("三点五万", 35_000),
        ("一百零五", 105),
        ("一亿二千万", 120_000_000),
    ],
)
def test_chinese_numbers(written: str, number: float) -> None:
    assert chinese_number(written) == pytest.approx(number)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("百分之二十五", 25),
        ("三分之二", 2 / 3),
        ("二分之π", 1.5707963),
        ("一个半小时", 1.5),
        ("two thirds", 2 / 3),
        ("fifty-five ohms", 55),
        ("two hundred volts", 200),
    ],
)
def test_numbers_in_words(text: str, number: float) -> None:
    assert next(spelled_numbers(text)).number == pytest.approx(number)


@pytest.mark.parametrize(
    ("text", "si"),
    [
        ("1{,}200 V", 1200.0),
        ("1'200 V", 1200.0),
        ("１２００Ｖ", 1200.0),
        ("每平方米 1.33 瓦", 1.33),
        (r"1200\,\frac{\mathrm{V}}{\mathrm{m}}", 1200.0),
        (r"\qty{2.09}{\um}", 2.09e-6),
        (r"8.85\times 10^{-5}\,\mu\mathrm{F}", 8.85e-11),
        ("minus 0.3 V", -0.3),
        ("感应电动势为−300毫伏", -0.3),
        ("二十千赫", 20_000.0),
        (r"\pi/2 rad", 1.5707963),
    ],
)
def test_spellings_of_a_value(text: str, si: float) -> None:
    assert values_of(text)[-1].number == pytest.approx(si)


@pytest.mark.parametrize("text", ["m⁻ 3", "2 m⁻", "π/0 V", "2π/0.1 m", "1/0 V", "零分之一"])
def test_damaged_values_are_no_error(text: str) -> None:
    assert all(v.number == v.number for v in values_of(text))


@pytest.mark.parametrize(
    ("name", "answer", "belongs"),
    [
        ("skin depth", "The skin depth is 2 um.", True),
        ("skin depth", "The layer is 2 um thick.", False),
        ("skin depth", "One finds 2 um.", None),
        ("wavelength", "λ = c/f = 2 m", True),
        ("wavelength", "半波长为 2 m。", False),
        ("current through R2", "The currents through R1 and R2 are 3 A and 2 A, respectively.", True),
        ("current through R1", "The currents through R1 and R2 are 3 A and 2 A, respectively.", False),
        ("photon energy", "The work function is 2 eV.", False),
        ("image distance", "The object distance is 2 cm.", False),
        ("time constant", "After 2 ms the switch opens.", False),
    ],
)
def test_a_value_belongs_to_what_it_is_said_of(name: str, answer: str, belongs: bool | None) -> None:
    assert bound(name, values_of(answer)[-1], answer) is belongs


def test_a_limit_is_given_by_a_bound() -> None:
    assert is_limit("maximum length of the abstract") and not is_limit("skin depth")
    key = {"quantity": "250 words", "text": "maximum length of the abstract"}
    assert judge_key_point(key, "The abstract may have no more than 250 words.").covered is True
    assert judge_key_point({"quantity": "250 words", "text": "length"}, "At most 250 words.").covered is False


def test_a_value_of_nothing_is_none_where_the_quantity_is_left_to_be_found() -> None:
    key = {"quantity": "2 kohm", "text": "Thevenin resistance"}
    assert judge_key_point(key, "R1 has 2 kΩ.").covered is True
    assert judge_key_point(key, "R1 has 2 kΩ; combine it with R2 for the Thevenin resistance.").covered is False


def test_operands_are_no_results() -> None:
    key = {"quantity": "5 A", "text": "current"}
    assert judge_key_point(key, "I = 5 A · 2 = 10 A").contradicted
    assert judge_key_point(key, "I = U/R = 10 V/2 Ω = 5 A").covered is True


def test_long_rows_of_numbers_take_no_long_time() -> None:
    started = time.process_time()
    for text in ("1 " * 20_000, "一二三" * 8_000 + "伏", "R1 and " * 5_000 + "are 2 A and 3 A respectively"):
        judge_key_point({"quantity": "-36.9 deg", "text": "phase of the current"}, text)
    assert time.process_time() - started < 20
