"""E-mail addresses (RFC 5322 in its usual form) and phone numbers (by Google's libphonenumber, `phonenumbers`)."""

import re
from collections.abc import Iterator
from functools import lru_cache

from tutorsmith.data.personal.spans import Personal, holds

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])(?P<local>[A-Za-z0-9_%+-]+(?:\.[A-Za-z0-9_%+-]+)*)\s?[@＠]\s?"
    r"(?P<domain>(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+(?P<top>[A-Za-z]{2,24}))(?![A-Za-z0-9(\[_-])"
)
_OBFUSCATED = re.compile(
    r"(?<![A-Za-z0-9._%+-])(?P<local>[A-Za-z0-9][A-Za-z0-9._%+-]*)\s*[\[({<]\s*(?:at|@)\s*[\])}>]\s*"
    r"(?P<domain>[A-Za-z0-9-]+(?:\s*(?:\.|[\[({<]\s*(?:dot|\.)\s*[\])}>]|\sdot\s)\s*[A-Za-z0-9-]+)*"
    r"\s*(?:\.|[\[({<]\s*(?:dot|\.)\s*[\])}>]|\sdot\s)\s*(?P<top>[A-Za-z]{2,24}))(?![A-Za-z0-9])",
    re.IGNORECASE,
)
# Domains and names that stand for nobody: RFC 2606, RFC 6761, and addresses that only show the form.
_NOBODYS_DOMAIN = re.compile(
    r"(?:^|\.)(?:example(?:\.(?:com|org|net|edu|cn))?|.*\.(?:example|test|invalid|localhost|local))$"
    r"|^(?:your-?)?(?:domain|company|university|school|uni|host|server|mail)\.(?:com|org|net|edu)$",
    re.IGNORECASE,
)
_NOBODYS_NAME = re.compile(
    r"^(?:git|noreply|no-reply|(?:your[._-]?)?(?:user|name|username|e?mail|address))$", re.IGNORECASE
)
_TOP_LEVEL = """
com org net edu gov mil int info biz name pro io ai app dev me tv cc xyz online site club top tech academy education
university science wiki email cloud live store shop work link space fun icu eu uk su asia cat museum
"""


_BRACKETED_AT = ("(at)", "[at]", "{at}", "<at>", "(@)", "[@]", "{@}", "<@>")


@lru_cache(maxsize=1)
def _top_levels() -> frozenset[str]:
    from phonenumbers import SUPPORTED_REGIONS

    return frozenset(_TOP_LEVEL.split()) | {region.lower() for region in SUPPORTED_REGIONS}


def emails(text: str) -> Iterator[Personal]:
    """E-mail addresses, also written as `name (at) place (dot) edu`; not those of example.com and its like."""
    patterns = [_EMAIL] if "@" in text or "＠" in text else []
    if holds(text, "([{<") and holds(text.lower().replace(" ", ""), _BRACKETED_AT):
        patterns.append(_OBFUSCATED)
    for pattern in patterns:
        for found in pattern.finditer(text):
            top, domain = found["top"], re.sub(r"\s*[\[({<]?\s*(?:\bdot\b|\.)\s*[\])}>]?\s*", ".", found["domain"])
            # "A@B.mT" multiplies matrices.
            plain = top.islower() or top.isupper()
            if not plain or top.lower() not in _top_levels():
                continue
            if not _NOBODYS_DOMAIN.search(domain) and not _NOBODYS_NAME.match(found["local"]):
                yield Personal("email", *found.span())


_CUE = (
    r"(?:\b(?:tele)?phones?|\bmobile|\bcell ?phone|\b(?:my|his|her) cell\b|\bcell(?=\s*[:：])|\btel\b|\bfax|\bwhats ?app|\bhotline"
    r"|\b(?:call|text|ring|reach|dial|contact)(?: me| us| him| her| them)?(?: at| on|:)?(?=\s*[+(]?\d)"
    r"|\b(?:call|text|ring|reach|contact) (?:me|us|him|her|them)\b"
    r"|电话|手机|座机|热线|传真|联系方式|联系我|致电|拨打|来电)"
)
# The number, in groups; letters, commas and equal signs do not belong to one.
_NUMBER = r"(?<![A-Za-z0-9_.+])(?P<number>[+(]?\d(?:[ \t.()/–-]{0,2}\d){6,16})(?![\d.]*\d)"
_CUED = re.compile(rf"{_CUE}[^\d\n+(]{{0,24}}[(]?{_NUMBER}", re.IGNORECASE)
_PLUS = re.compile(r"(?<![A-Za-z0-9_+])\(?(?:\+|00)(?P<number>[1-9](?:[ \t.()/–-]{0,2}\d){6,16})(?!\d)")
_CHINESE_MOBILE = re.compile(r"(?<![A-Za-z0-9_.+=*/^-])1[3-9]\d([ -]?)\d{4}\1\d{4}(?![A-Za-z0-9_]|\.\d)")
# Forms that nothing else is written in.
_NATIONAL = (
    (
        "US",
        re.compile(
            r"(?<![A-Za-z0-9_.+-])(?:\([2-9]\d{2}\) ?|[2-9]\d{2}([-.]))[2-9]\d{2}(?:\1|[-.])\d{4}(?![A-Za-z0-9_-]|\.\d)"
        ),
    ),
    ("FR", re.compile(r"(?<![A-Za-z0-9_.+-])0[1-9](?:([ .-])\d{2})(?:\1\d{2}){3}(?![A-Za-z0-9_-]|\.\d)")),
    ("CN", re.compile(r"(?<![A-Za-z0-9_.+-])\(?0\d{2,3}\)?-?(?<=[-)])[2-9]\d{6,7}(?![A-Za-z0-9_-]|\.\d)")),
    ("GB", re.compile(r"(?<![A-Za-z0-9_.+-])\(?0\d{2,4}\)? \d{3,4} \d{3,4}(?![A-Za-z0-9_-]|\.\d)")),
    ("DE", re.compile(r"(?<![A-Za-z0-9_.+-])\(?0[1-9]\d{1,4}\)?[ /-]\d{5,8}(?![A-Za-z0-9_-]|\.\d)")),
)
_UNIT = re.compile(
    r"\s?(?:[kMGT]?(?:Hz|eV|bit|B|V|W|Pa|J|A|F|H|N|C|Ω)|[mnμcdk]?m|s|ms|rad|turns?|samples?|years?|%|×|\*|°|赫|米|秒|伏|安|个|次|元|万)"
    r"(?![a-z])"
)
_ACCOUNT = re.compile(
    r"(?:微信(?:号)?|WeChat(?: ?ID)?|QQ(?: ?号(?:码)?)?)\s*(?:是|为|[:：]|is)?\s*(?P<number>(?<=[号:：是为 sDQ信])"
    r"(?:[1-9]\d{4,11}|[A-Za-z][\w-]{5,19}))(?![\w-])"
)


_CUES = (
    *("phone", "mobile", "cell", "tel", "fax", "app", "hotline", "call", "text", "ring", "reach", "dial", "contact"),
    *("电话", "手机", "座机", "热线", "传真", "联系", "致电", "拨打", "来电"),
)


def phones(text: str) -> Iterator[Personal]:
    """Phone numbers with a country code, in a form of their own, or behind a word such as "phone" or 电话.

    text: without formulas. Numbers that go with a unit, and round ones, are quantities.
    """
    import phonenumbers

    for found in _PLUS.finditer(text) if "+" in text or "00" in text else ():
        try:
            number = phonenumbers.parse("+" + re.sub(r"\D", "", found["number"]))
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number) and not _UNIT.match(text, found.end()):
            yield Personal("phone", *found.span())
    for found in _CUED.finditer(text) if holds(text.lower(), _CUES) else ():
        if not _UNIT.match(text, found.end()) and not _is_other(found["number"]):
            yield Personal("phone", *found.span("number"))
    for found in _CHINESE_MOBILE.finditer(text):
        if not _UNIT.match(text, found.end()) and not found[0].endswith("00000"):
            yield Personal("phone", *found.span())
    for region, pattern in _NATIONAL:
        for found in pattern.finditer(text):
            if len(set(found[0][-7:])) == 1:
                continue
            # Numbers for films and fiction (555-01xx) are no valid ones, but nobody writes a quantity like that.
            if region in ("US", "FR", "CN") or phonenumbers.is_valid_number(phonenumbers.parse(found[0], region)):
                yield Personal("phone", *found.span())


def accounts(text: str) -> Iterator[Personal]:
    """Accounts of messengers, which are used as phone numbers are."""
    for found in _ACCOUNT.finditer(text):
        yield Personal("phone", *found.span("number"))


_DATE = re.compile(r"(?:19|20)\d{2}[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])")


def _is_other(number: str) -> bool:
    """A date, or a number grouped by thousands."""
    return bool(_DATE.match(number) or re.fullmatch(r"\d{1,3}(?: \d{3}){2,}", number))
