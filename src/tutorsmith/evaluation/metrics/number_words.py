"""Numbers in words: 三点五, 十万, 百分之二十五, 三分之一, "fifty", "two thirds", 一个半."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tutorsmith.evaluation.metrics.tables import pairs, words

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SMALL, _LARGE = {"十": 10, "百": 100, "千": 1000}, {"万": 10_000, "亿": 100_000_000}
_RUN = r"[零〇一二两三四五六七八九十百千万亿]{1,12}(?:点[零〇一二三四五六七八九]{1,10})?[万亿]?"
_CHINESE = re.compile(rf"(?P<sign>负)?(?P<run>{_RUN})")
_PERCENT = re.compile(rf"(?P<sign>负)?百分之\s?(?P<run>\d+(?:\.\d+)?|{_RUN})")
_FRACTION = re.compile(rf"(?P<sign>负)?(?P<below>(?!百分|万分){_RUN}|\d+)分之\s?(?P<above>π|\d+|{_RUN})")
_HALF = re.compile(r"(?P<whole>[一二两三四五六七八九十\d]{1,3})?个?半(?=个?(?:小时|钟头|秒|分钟|天|米|伏|安|周期))")
_WORDS = {name.replace("_", " "): float(number) for name, number in pairs("word_numbers").items()}
_NAMED = re.compile(
    r"\b(?:" + "|".join(sorted((w for w in _WORDS if w.isascii()), key=len, reverse=True)) + r")\b|[½¼¾⅓⅔]|一半",
    re.IGNORECASE,
)
_ONES = {word: number for number, word in enumerate(words("cardinals"))}
_TENS = {word: 10 * (number + 2) for number, word in enumerate(words("tens"))}
_CARDINAL = re.compile(
    rf"\b(?P<tens>{'|'.join(_TENS)})(?:[ -](?P<unit>{'|'.join(list(_ONES)[1:10])}))?\b|\b(?P<ones>{'|'.join(_ONES)})\b",
    re.IGNORECASE,
)
_SCALE = re.compile(r" (?P<hundred>hundred)?(?: ?(?P<large>thousand|million|billion))?\b", re.IGNORECASE)
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
_COUNTED = 5  # smaller numbers in words count all sorts of things
_STATES = re.compile(r"(?:为|是|约|等于|得|达|=)\s?$")
_CLOSES = re.compile(r"\s?(?:[,.;。;、)]|$|\n|[,，])")


@dataclass(frozen=True, slots=True)
class Spelled:
    """A number in words; `needs_unit`: a number only where a unit follows; `percent`: the unit is a hundredth."""

    number: float
    start: int
    end: int
    needs_unit: bool = False
    percent: bool = False


def chinese_number(text: str) -> float | None:
    """The value of 一千二百, 三点五, 十万, 二〇二四; None when it is no number."""
    if text.endswith(("万", "亿")) and "点" in text:
        head = chinese_number(text[:-1])
        return None if head is None else head * _LARGE[text[-1]]
    whole, _, decimals = text.partition("点")
    if not any(c in _SMALL or c in _LARGE for c in whole):
        digits = "".join(str(_DIGITS[c]) for c in whole)
        tail = "".join(str(_DIGITS[c]) for c in decimals)
        return float(f"{digits}.{tail or 0}") if digits else None
    total = section = digit = 0
    for char in whole:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _SMALL:
            section, digit = section + (digit or 1) * _SMALL[char], 0
        else:
            total, section, digit = total + (section + digit or 1) * _LARGE[char], 0, 0
    return float(f"{total + section + digit}.{''.join(str(_DIGITS[c]) for c in decimals) or 0}")


def spelled_numbers(text: str) -> Iterator[Spelled]:
    """All numbers in words of a normalised text, in no order; the longer reading of a place comes first."""
    taken = bytearray(len(text))
    for kind in (_percents, _fractions, _halves, _named, _chinese, _cardinals):
        for spelled in kind(text):
            if not any(taken[spelled.start : spelled.end]):
                taken[spelled.start : spelled.end] = b"\x01" * (spelled.end - spelled.start)
                yield spelled


def _read(text: str) -> float | None:
    return float(text) if text[0].isdigit() else chinese_number(text)


def _percents(text: str) -> Iterator[Spelled]:
    for found in _PERCENT.finditer(text):
        number = _read(found["run"])
        if number is not None:
            yield Spelled(-number if found["sign"] else number, found.start(), found.end(), percent=True)


def _fractions(text: str) -> Iterator[Spelled]:
    for found in _FRACTION.finditer(text):
        above = 3.141592653589793 if found["above"] == "π" else _read(found["above"])
        below = _read(found["below"])
        if above is not None and below:
            yield Spelled((-1 if found["sign"] else 1) * above / below, found.start(), found.end())


def _halves(text: str) -> Iterator[Spelled]:
    for found in _HALF.finditer(text):
        whole = _read(found["whole"]) if found["whole"] else 0.0
        if whole is not None:
            yield Spelled(whole + 0.5, found.start(), found.end(), needs_unit=True)


def _named(text: str) -> Iterator[Spelled]:
    for found in _NAMED.finditer(text):
        yield Spelled(_WORDS[found.group().lower()], found.start(), found.end())


def _chinese(text: str) -> Iterator[Spelled]:
    for found in _CHINESE.finditer(text):
        if found.start() and text[found.start() - 1].isdigit():
            continue  # 5 万 is read with its digits
        run, end = found["run"], found.end()
        if re.search(r"[十百]千$", run):
            run, end = run[:-1], end - 1  # 二十千赫 is 20 kHz
        number = chinese_number(run)
        if number is None:
            continue
        alone = _STATES.search(text, max(0, found.start() - 4), found.start()) and _CLOSES.match(text, end)
        yield Spelled(-number if found["sign"] else number, found.start(), end, needs_unit=not alone)


def _cardinals(text: str) -> Iterator[Spelled]:
    for found in _CARDINAL.finditer(text):
        ones = found["ones"]
        number = float(_ONES[ones.lower()]) if ones else float(_TENS[found["tens"].lower()])
        number += _ONES[found["unit"].lower()] if found["unit"] else 0
        scale = _SCALE.match(text, found.end())
        end = found.end()
        if scale and (scale["hundred"] or scale["large"]):
            number *= (100 if scale["hundred"] else 1) * _SCALES.get((scale["large"] or "").lower(), 1)
            end = scale.end()
        counts = number >= _COUNTED and re.match(r" [a-z]{4,}", text[end : end + 8])  # twelve references
        yield Spelled(number, found.start(), end, needs_unit=not counts)
