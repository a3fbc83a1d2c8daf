"""Formulas told in words around symbols: "F is inversely proportional to r²", P 与 V 的平方成正比, "the area A"."""

import re
from collections.abc import Iterator

_NAME = r"[A-Za-zα-ωΑ-Ωℰ](?:_\{?\w{1,6}\}?|[₀-₉ᵢⱼₖₗₘₙₒₚᵣₛₜᵥₓ]{1,3}|\d)?"
_OPERAND = (
    rf"(?:\d|1/|\$|\\[a-z]{{1,7}}|[()/*·^{{}}²³⁴½√-]|[₀-₉]|(?<![A-Za-z]){_NAME}(?![A-Za-z])|(?<=[\d)/*·^]){_NAME})"
    r"{1,16}"
)
_VERBS = (
    "is |are |then |thus |also |varies |scales |goes |falls(?: off)? |grows |decreases |increases |rises "
    "|drops(?: off)? "
)
_AS = (
    r"proportional to|(?<=varies )as|(?<=scales )(?:as|with)|(?<=goes )(?:as|like)|(?<=falls )as"
    r"|(?<=off )(?:as|like|with)|(?<=grows )as|(?<=decreases )as|(?<=increases )as|(?<=drops )as"
    r"|(?<=inversely )(?:as|with)"
)
_ENGLISH = re.compile(
    rf"(?<![A-Za-z\\])(?P<left>{_NAME})\$?\s(?:{_VERBS})?(?:(?P<inverse>inversely)|directly|linearly)?\s?(?:{_AS}) "
    r"(?:the )?(?P<power>square root|square|cube|inverse square|inverse|reciprocal)?(?: of )?(?:the )?"
    rf"(?P<right>{_OPERAND})(?: (?P<after>squared|cubed))?"
)
_CHINESE = re.compile(
    rf"(?P<left>{_NAME})\$?\s?(?:的大小)?\s?(?:与|和|跟|同)\s?\$?(?P<right>{_OPERAND})"
    r"\s?(?P<power>的平方根|的平方|的立方|的倒数|的三次方|平方)?\s?(?:成|呈)(?P<way>正|反)比"
)
_CHINESE_TO = re.compile(
    rf"(?P<left>{_NAME})\$?\s?(?P<way>正|反)比于\s?\$?(?P<right>{_OPERAND})\s?(?P<power>的平方根|的平方|的立方|的倒数)?"
)
_POWERS = {
    "square root": "^(1/2)",
    "square": "^2",
    "cube": "^3",
    "squared": "^2",
    "cubed": "^3",
    "inverse square": "^(-2)",
    "inverse": "^(-1)",
    "reciprocal": "^(-1)",
    "的平方根": "^(1/2)",
    "的平方": "^2",
    "平方": "^2",
    "的立方": "^3",
    "的三次方": "^3",
    "的倒数": "^(-1)",
}
_NOUN = re.compile(  # between a sign in words and the symbol: "times the area A", 乘以面积 S
    rf"(?:(?<=times)|(?<=equals)|(?<=equal to)|(?<=divided by)|(?<=multiplied by)|(?<=over)|(?<=plus)|(?<=minus))"
    rf"(?: the| its| a)?(?: [a-z]{{3,14}}){{1,3}}(?= \$?{_NAME}(?![A-Za-z]))"
    rf"|(?:(?<=等于)|(?<=乘以)|(?<=除以)|(?<=加上)|(?<=减去))\s?[\u4e00-\u9fff]{{1,6}}(?=\s?\$?{_NAME}(?![A-Za-z]))"
)
_BLANK = "\u2060"


def without_nouns(text: str) -> str:
    """The text with the names blanked that stand between a sign in words and a symbol; same length."""
    return _NOUN.sub(lambda m: _BLANK * len(m.group()), text)


def proportionalities(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, formula) of the proportionalities told in words."""
    for kind in (_ENGLISH, _CHINESE, _CHINESE_TO):
        for found in kind.finditer(text):
            groups = found.groupdict()
            powers = [_POWERS[p] for p in (groups["power"], groups.get("after")) if p]
            inverse = groups.get("inverse") or groups.get("way") == "反"
            right = f"({groups['right'].strip('$ ')})" + "".join(powers)
            yield found.start(), found.end(), f"{groups['left']} ∝ {'1/(' + right + ')' if inverse else right}"
