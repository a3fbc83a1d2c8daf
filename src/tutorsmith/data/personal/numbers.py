"""Numbers that are given to one person: national ids and bank accounts (by python-stdnum), student numbers."""

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from typing import Any

from tutorsmith.data.personal.spans import Personal, holds

# (module of stdnum, form). Each has a check digit or fixed parts, so that a look-alike hardly ever passes.
_FORMS = (
    (
        "iso7064.mod_11_2",
        re.compile(r"(?<!\d)[1-9]\d{5} ?(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d ?\d{3}[\dXx](?![\dA-Za-z])"),
    ),
    ("us.ssn", re.compile(r"(?<![A-Za-z0-9_-])\d{3}-\d{2}-\d{4}(?![A-Za-z0-9_-])")),
    ("br.cpf", re.compile(r"(?<![A-Za-z0-9_.-])\d{3}\.\d{3}\.\d{3}-\d{2}(?![A-Za-z0-9_-])")),
    ("ch.ssn", re.compile(r"(?<![A-Za-z0-9_.-])756\.\d{4}\.\d{4}\.\d{2}(?![A-Za-z0-9_.-])")),
    ("fi.hetu", re.compile(r"(?<![A-Za-z0-9_-])[0-3]\d[01]\d\d{2}[-+A]\d{3}[0-9A-Y](?![A-Za-z0-9_-])")),
    (
        "fr.nir",
        re.compile(r"(?<![A-Za-z0-9_.-])[12] \d{2} (?:0[1-9]|1[0-2]) \d{2} \d{3} \d{3}(?: ?\d{2})(?![A-Za-z0-9_])"),
    ),
    ("iban", re.compile(r"(?<![A-Za-z0-9_])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9_])")),
    (
        "luhn",
        re.compile(
            r"(?<![A-Za-z0-9_.-])(?:4\d{3}|5[1-5]\d{2}|62\d{2}|6011)([ -]?)\d{4}\1\d{4}\1\d{4}(?![A-Za-z0-9_-]|\.\d)"
        ),
    ),
)
_HONG_KONG = re.compile(r"(?<![A-Za-z0-9_])[A-Z]{1,2}\d{6}\s?[(（][0-9A][)）]")
_BRITISH = re.compile(r"(?<![A-Za-z0-9_])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] \d{2} \d{2} \d{2} [A-D](?![A-Za-z0-9_])")
_ID_CUE = (
    r"(?:\bpassport|\b(?:national|resident|personal) (?:id\b|identity|identification)|\bidentity (?:card|number|document)"
    r"|\bid card|\bsocial security|\bSSN\b|\bnational insurance|\bNINO\b|\bNI number|\baadhaar|\bCPF\b|\bDNI\b|\bNIE\b"
    r"|\bPESEL\b|\bpersonnummer|\bpersonalausweis|\btax(?:payer)? id|\bdriv(?:er'?s|ing) licen[cs]e"
    r"|\bbank (?:account|card)|\bcredit card|\baccount number"
    r"|身份证|居民证|护照|通行证|驾照|驾驶证|社保卡?|银行卡|证件)"
)
_CUED_ID = re.compile(
    rf"{_ID_CUE}(?:[ \t]*(?:card|number|numbers|no\.?|nr\.?|id|code|#|号码?|编号))*[ \t]*(?:is|was|reads|为|是|[:：=#(（])?[ \t]*"
    r"(?P<number>(?:(?-i:[A-Z]{2}) |[A-Za-z]{0,6})\d[A-Za-z0-9]*(?:[ .-](?=[A-Za-z]{0,2}\d)[A-Za-z0-9]+)*(?-i: [A-Z](?=\W|$))?)(?![A-Za-z0-9_-])",
    re.IGNORECASE,
)
_STUDENT_CUE = (
    r"(?:\bstudent(?:'s)?[ \t]*(?:id(?:entification)?|number|no\b\.?|nr\b\.?|code|card|#)|\bmatriculation|\bmatrikel\w*"
    r"|\benrol+ment|\broll[ \t]*(?:no\b\.?|number|#)|\b(?:registration|admission|candidate|exam(?:ination)?)[ \t]*(?:no\b\.?"
    r"|number|#)|\b(?:university|campus|school)[ \t]*(?:id|card)\b|\bstudent(?=[ \t]*[(#]?[A-Z]?\d{6})"
    r"|学号|学籍号?|考号|准考证|考生号|学生证|学生编号|校园卡|一卡通|工号|报名号)"
)
_STUDENT = re.compile(
    rf"{_STUDENT_CUE}(?:[ \t]*(?:card|number|no\.?|nr\.?|id|code|#|号码?|编号))*[ \t]*(?:is|was|为|是|[:：=#(（,，])*[ \t]*"
    r"(?P<number>(?=[A-Za-z0-9/-]*\d{3})[A-Za-z]{0,4}[-/]?\d(?:[-/]?[A-Za-z0-9]){4,16})(?![A-Za-z0-9_])",
    re.IGNORECASE,
)
# 张伟 2021012345, 李娜（20210123）: a year of admission and a number, behind a name.
_BEHIND_NAME = re.compile(
    r"(?<=[\u4e00-\u9fff])[ \t]*[,，、(（:：]?[ \t]*(?P<number>20[012]\d\d{4,8})(?![\d.\u4e00-\u9fff]|\s?[A-Za-z])"
)


_ID_HINTS = (
    *(
        "passport",
        "national i",
        "national insur",
        "resident i",
        "personal i",
        "identity ",
        "id card",
        "social sec",
        "ssn",
        "nino",
    ),
    *(
        "ni num",
        "aadhaar",
        "cpf",
        "dni ",
        "nie ",
        "pesel",
        "personnummer",
        "personalausweis",
        "taxpayer",
        "tax id",
        "g licen",
    ),
    *("'s licen", "bank acc", "bank card", "credit card", "account num"),
    *("证", "护照", "驾照", "社保", "银行卡"),
)
_STUDENT_HINTS = (
    *(
        "student",
        "matri",
        "enrol",
        "roll",
        "registration",
        "admission",
        "candidate",
        "exam",
        "university",
        "campus",
        "school",
    ),
    *("号", "准考证", "学生证", "校园卡", "一卡通"),
)


@lru_cache(maxsize=16)
def _validator(name: str) -> Any:
    return import_module(f"stdnum.{name}")


def _hong_kong_holds(number: str) -> bool:
    """The check digit of a Hong Kong id: letters count from 10, a missing first one 36; weights 9 to 1, modulo 11."""
    body = re.sub(r"[^A-Z0-9]", "", number)
    letters, digits, check = body[:-7].rjust(2), body[-7:-1], body[-1]
    values = [36 if char == " " else ord(char) - 55 for char in letters] + [int(char) for char in digits]
    total = sum(weight * value for weight, value in zip(range(9, 1, -1), values, strict=True))
    return (total + (10 if check == "A" else int(check))) % 11 == 0


def national_ids(text: str) -> Iterator[Personal]:
    """Ids with a valid check digit or a form of their own. text: without formulas."""
    for name, pattern in _FORMS:
        for found in pattern.finditer(text):
            if _validator(name).is_valid(found[0].replace(" ", "").upper().replace("-", "" if name == "luhn" else "-")):
                yield Personal("national-id", *found.span())
    for found in _HONG_KONG.finditer(text):
        if _hong_kong_holds(found[0]):
            yield Personal("national-id", *found.span())
    for found in _BRITISH.finditer(text):
        yield Personal("national-id", *found.span())


def cued_ids(text: str) -> Iterator[Personal]:
    """What stands behind a word such as "passport number" or 身份证号, whatever its form."""
    for found in _CUED_ID.finditer(text) if holds(text.lower(), _ID_HINTS) else ():
        if sum(char.isdigit() for char in found["number"]) >= _CUED_DIGITS and len(found["number"]) <= _LONGEST:
            yield Personal("national-id", *found.span("number"))


_CUED_DIGITS = 5
_LONGEST = 36


def student_numbers(text: str, named: bool = False) -> Iterator[Personal]:
    """Numbers behind a word such as "student id" or 学号; `named`: also those behind a Chinese name that was found."""
    for found in _STUDENT.finditer(text) if holds(text.lower(), _STUDENT_HINTS) else ():
        yield Personal("student-number", *found.span("number"))
    if named:
        for found in _BEHIND_NAME.finditer(text):
            yield Personal("student-number", *found.span("number"))
