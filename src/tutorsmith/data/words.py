"""Text -> the words that search and comparison count, the same for notes, questions and answers.

English words are lower-cased and lightly stemmed, symbols get one spelling whether they come as LaTeX, Unicode or ASCII
(`$\\varepsilon_{0}$`, `ε₀` and `epsilon_0` are one word), Chinese is cut into words and character pairs.
"""

import re
import unicodedata
from functools import lru_cache

VERSION = 1
"""Part of the index's hash: raise it whenever `words` changes, so that no index of other words is loaded."""

_STOP_WORDS = """
a an and any are as at be been but by can could did do does for from had has have how i if in into is it its may me my
no of on or our please should so some such than that the their them then there these they this those to was we were what
when where which while who why will with would you your
"""
_ZH_STOP_WORDS = "的 了 和 是 在 与 及 或 吗 呢 什么 怎么 怎样 如何 为什么 请 一个 这个 那个 我 你 它 们 有 为"
_STOP = frozenset(_STOP_WORDS.split())
_ZH_STOP = frozenset(_ZH_STOP_WORDS.split())

# Commands that only dress their argument; the argument stays.
_DRESS = re.compile(
    r"\\(?:mathbf|mathrm|mathit|mathcal|boldsymbol|bm|vec|hat|bar|tilde|overline|text|textbf|textit|operatorname|left|right"
    r"|dfrac|tfrac|frac|sqrt|displaystyle|quad|qquad|cdot|times|begin|end|underbrace|dot|ddot|rm|bf)(?![A-Za-z])"
)
_OPERATORS = (
    (re.compile(r"(?:\\nabla|∇)\s*(?:\\times|×)"), " curl "),
    (re.compile(r"(?:\\nabla|∇)\s*(?:\\cdot|·|⋅)"), " divergence "),
    (re.compile(r"(?:\\nabla|∇)\s*\^\s*\{?2\}?|∇²"), " laplacian "),
    (re.compile(r"\\nabla|∇"), " gradient nabla "),
    (re.compile(r"\\var(?=[a-z])"), r"\\"),
    (re.compile(r"\\d?frac(?=\W)"), " "),
)
_SUBSCRIPT = re.compile(r"_\s*\{\s*(?:\\(?:mathrm|text|rm)\s*)?\{?\s*([A-Za-z0-9]+)\s*\}?\s*\}")
_SUBSCRIPT_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_UNICODE_SUBSCRIPT = re.compile("[₀-₉]+")
_TOKEN = re.compile(r"[A-Za-z]+(?:_[A-Za-z0-9]+)*|\d+(?:\.\d+)?|[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")


_MARKUP = re.compile(r"[\\_{}]")


@lru_cache(maxsize=512)
def _greek(char: str) -> str:
    """`ε` -> ` epsilon`; any other character stays."""
    name = unicodedata.name(char, "").split(" ")
    if name[:1] == ["GREEK"] and "LETTER" in name:
        word = name[name.index("LETTER") + 1].lower()
        return f" {'lambda' if word == 'lamda' else word}"
    return char


def normalise_symbols(text: str) -> str:
    """One spelling for symbols: LaTeX commands and Unicode become names, subscripts become `_x`."""
    if text.isascii() and not _MARKUP.search(text):
        return text
    text = text.replace("ϵ", "ε").replace("µ", "μ")
    text = _UNICODE_SUBSCRIPT.sub(lambda m: "_" + m[0].translate(_SUBSCRIPT_DIGITS), text)
    for pattern, replacement in _OPERATORS:
        text = pattern.sub(replacement, text)
    text = unicodedata.normalize("NFKC", _SUBSCRIPT.sub(r"_\1", text))
    text = (
        _SUBSCRIPT.sub(r"_\1", _DRESS.sub(" ", text))
        .replace("}{", " ")
        .replace("{", "")
        .replace("}", "")
        .replace("\\", " ")
    )
    text = "".join(map(_greek, text))
    return re.sub(r"(?<=[A-Za-z])\s*_\s*(?=[A-Za-z0-9])", "_", text)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A light stem of a lower-case English word: plural, -ed, -ing, -ly, and British -is- spelled as American -iz-.

    Endings go only where a vowel and three letters stay, so that "spring" and "red" keep theirs.
    """
    word = re.sub(r"(?<=[a-z]{3})is(?=(?:e|ed|es|ing|ation|ations)$)", "iz", word)
    word = re.sub(r"(?<=[a-z]{3})our(?=s?$)", "or", word)
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]
    for ending in ("ing", "ed", "ly"):
        root = word.removesuffix(ending)
        if root != word and len(root) >= 3 and re.search("[aeiouy]", root):
            doubled = len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz"
            word = root[:-1] if doubled else root
            break
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def _chinese(run: str) -> list[str]:
    """Words of at least two characters and all character pairs; a lone character is its own word."""
    import rjieba

    cut = [word for word in rjieba.cut(run) if word not in _ZH_STOP]
    pairs = [run[i : i + 2] for i in range(len(run) - 1)]
    return [word for word in cut if len(word) > 2 or len(run) == 1] + pairs


def words(text: str) -> list[str]:
    """The words of a text, in order, repeats kept."""
    out: list[str] = []
    for token in _TOKEN.findall(normalise_symbols(text)):
        if "_" in token:
            base = token.split("_", 1)[0]
            out.append(token)
            if len(base) > 1:
                out.append(base.lower())
        elif token[0] > "\u2fff":
            out.extend(_chinese(token))
        elif len(token) == 1:
            # Single capital letters are quantities here (E, B, H); "a" and "I" are English words.
            if token not in "aI":
                out.append(token)
        elif (lower := token.lower()) not in _STOP:
            out.append(stem(lower))
    return out


_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def word_count(text: str) -> int:
    """Length of a text for budgets, in English words: a long formula counts as one word for each 8 characters, and
    five Chinese characters as three words, so that equal counts cost a model about equally many tokens."""
    total = 0.0
    for token in text.split():
        chinese = len(_CJK.findall(token))
        rest = len(token) - chinese
        total += 0.6 * chinese + (max(1, rest // 8) if rest else 0)
    return round(total)


_PLAIN_TOKEN = re.compile(r"[a-z0-9]+|[^\W\d_a-z]")
_NO_PLAIN_TOKEN = {code: " " for code in range(128) if not chr(code).isalnum()}


@lru_cache(maxsize=32)
def tokens_of(text: str) -> list[str]:
    """Runs of Latin letters and digits, and single letters of other scripts, in lower case.

    Several checks ask for those of one text in turn; the list is theirs to read, not to change.
    """
    if text.isascii():  # The same, in a tenth of the time.
        return text.lower().translate(_NO_PLAIN_TOKEN).split()
    return _PLAIN_TOKEN.findall(text.casefold())
