"""Words as concepts: characters normalised one to one, English stems, and the concept table in `lexicon_words/`.

Every normalisation keeps the length of the text, so that an offset in the normalised text is an offset in the answer.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from tutorsmith.evaluation.metrics.tables import pairs


def _simplified() -> dict[int, str]:
    """Traditional characters and their simplified forms, one to one, by OpenCC; 著 is nearly always 着 here."""
    import opencc

    characters = [chr(code) for code in range(0x4E00, 0xA000)]
    converted = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    forms = {ord(a): b for a, b in zip(characters, converted, strict=True) if a != b and len(b) == 1}
    return forms | {ord("著"): "着"}


@lru_cache(maxsize=1)
def _character_table() -> dict[int, str]:
    table = {0xFF01 + i: chr(0x21 + i) for i in range(94)}
    table.update(_simplified())
    table.update(
        {ord(c): " " for c in "\u3000\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u200b\t"}
    )
    table.update({ord(c): "-" for c in "−﹣‐‑⁃"})
    table.update(
        {ord("µ"): "μ", ord("Ω"): "Ω", ord("’"): "'", ord("‘"): "'", ord("⋅"): "·", ord("∙"): "·", ord("•"): "·"}
    )
    table.update(
        {ord("ϵ"): "ε", ord("ϕ"): "φ", ord("ϑ"): "θ", ord("ℓ"): "l", ord("⁄"): "/", ord("÷"): "/", ord("′"): "'"}
    )
    table.update({ord("，"): ",", ord("｡"): "。", ord("∶"): ":", ord("﹪"): "%", ord("\r"): " "})
    return table


_GREEK = dict(
    zip(
        [
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "zeta",
            "eta",
            "theta",
            "kappa",
            "lambda",
            "mu",
            "nu",
            "xi",
            "pi",
            "rho",
            "sigma",
            "tau",
            "phi",
            "chi",
            "psi",
            "omega",
        ],
        "αβγδεζηθκλμνξπρστφχψω",
        strict=True,
    )
)
_GREEK |= {"varepsilon": "ε", "varphi": "φ", "vartheta": "θ", "Gamma": "Γ", "Delta": "Δ", "Phi": "Φ", "Omega": "Ω"}
_LATEX = {
    "times": "×",
    "cdot": "·",
    "neq": "≠",
    "ne": "≠",
    "propto": "∝",
    "approx": "≈",
    "perp": "⊥",
    "parallel": "∥",
    "infty": "∞",
}
_LATEX_COMMAND = re.compile(r"\\([A-Za-z]+)|\\[,;:!()\[\]]|[$*`}]|(?<!_)\{|~~|[\u20d7\u0305\u0302]")


def normalise(text: str) -> str:
    """The text with full-width, traditional and look-alike characters replaced one to one (same length)."""
    return text.translate(_character_table())


def plain(text: str) -> str:
    """`normalise`d text with LaTeX and Markdown marks blanked and Greek commands spelled as letters (same length)."""

    def blank(found: re.Match[str]) -> str:
        name = found.group(1) or ""
        return (_GREEK.get(name) or _LATEX.get(name) or " ").ljust(len(found.group()))

    return _LATEX_COMMAND.sub(blank, text.replace("^\\circ", "°     ").replace("^{\\circ}", "°       "))


_IRREGULAR = pairs("irregular")
_ENDINGS = tuple(pairs("endings").items())


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A light stem: inflection removed, British spellings brought to American ones; enough to compare, not to read."""
    word = word.lower()
    if word.endswith("'s"):
        word = word[:-2]
    if word in _IRREGULAR:
        base = _IRREGULAR[word]
        return base if base == word or base in _IRREGULAR else stem(base)
    if len(word) < 4:
        return word
    for ending, replacement in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= (
            4 if ending.startswith("is") and len(ending) < 5 else 2
        ):
            return _drop_e(word[: -len(ending)] + replacement)
    for ending in ("ingly", "edly", "ings", "ing", "ed", "ly", "es", "s"):
        if ending == "ly" and word.endswith("ply"):
            continue
        if word.endswith(ending) and not word.endswith(("ss", "us", "is", "eed")) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            if ending in ("ings", "ing", "ed") and len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
                word = word[:-1]
            break
    if len(word) > 6 and word.endswith("ise"):
        word = word[:-3] + "ize"
    return _drop_e(word.replace("iour", "ior").replace("olour", "olor"))


def _drop_e(word: str) -> str:
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


FILES = (
    "predicates.txt",
    "fields.txt",
    "materials_circuits.txt",
    "waves.txt",
    "writing.txt",
    "synonyms.txt",
    "writing_advice.txt",
    "function_words.txt",
    "relations.txt",
)


@dataclass(frozen=True, slots=True)
class Form:
    """One wording: the concept it names, as its complement (`nonzero`) or as its converse (`leads` for `lags`)."""

    concept: str
    complement: bool = False
    converse: bool = False


@dataclass(frozen=True, slots=True)
class Lexicon:
    """flags: concept -> flags; english: tuple of stems -> Form; symbols: letter -> Form; chinese: word -> Form;
    siblings: concept -> the concepts it excludes; general: concept -> the more general ones;
    implied: concept -> what it says besides; loose_*: what a wording can mean besides its first meaning."""

    flags: dict[str, str]
    english: dict[tuple[str, ...], Form]
    symbols: dict[str, Form]
    chinese: dict[str, Form]
    chinese_pattern: re.Pattern[str]
    siblings: dict[str, frozenset[str]]
    general: dict[str, frozenset[str]]
    implied: dict[str, tuple[str, ...]]
    loose_english: dict[tuple[str, ...], tuple[Form, ...]]
    loose_chinese: dict[str, tuple[Form, ...]]
    loose_pattern: re.Pattern[str]


def words_of(form: str) -> tuple[str, ...]:
    """The stems of an English wording, split as answers are split."""
    return tuple(stem(re.sub(r"[\s{}]", "", word)) for word in WORD.findall(form))


WORD = re.compile(
    r"\d+(?:\.\d+)?(?:\s?(?:°|%|度|倍))?|[A-Za-z]\s{0,2}_\{?[A-Za-z0-9]+\}?|[A-Za-z]\d(?!\.?\d)|[A-Za-zÀ-ÿ]+(?:'s\b)?|[α-ωΓΔΘΛΞΠΣΦΨ]|[²³]|[/^=%°∝⊥∥∞≠]|(?<![\w)])[+-](?=[xyz]\b)"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The table in `lexicon_words/`, read once."""
    flags: dict[str, str] = {}
    forms = _Forms({}, {}, {}, {}, {})
    siblings: dict[str, set[str]] = {}
    general: dict[str, set[str]] = {}
    implied: dict[str, list[str]] = {}
    folder = files("tutorsmith.evaluation.metrics").joinpath("lexicon_words")
    lines = [line for name in FILES for line in folder.joinpath(name).read_text(encoding="utf-8").splitlines()]
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        head, _, body = line.partition(": ")
        if head == "exclusive":
            group = body.split()
            for name in group:
                siblings.setdefault(name, set()).update(other for other in group if other != name)
        elif head == "implies":
            said, *others = body.split()
            implied.setdefault(said, []).extend(others)
        elif head == "isa":
            special, *wider = body.split()
            general.setdefault(special, set()).update(wider)
        else:
            kind, name = head.split()
            if kind != "+":
                flags[name] = kind.strip(".")
            _add_forms(name, body, forms, idle="-" in kind)
    return Lexicon(
        flags,
        forms.english,
        forms.symbols,
        forms.chinese,
        _any_of(forms.chinese),
        {key: frozenset(value) for key, value in siblings.items()},
        {key: frozenset(value) for key, value in general.items()},
        {key: tuple(value) for key, value in implied.items()},
        {key: tuple(value) for key, value in forms.loose_english.items()},
        {key: tuple(value) for key, value in forms.loose_chinese.items()},
        _any_of(forms.loose_chinese),
    )


@dataclass(frozen=True, slots=True)
class _Forms:
    """The wordings read so far."""

    english: dict[tuple[str, ...], Form]
    symbols: dict[str, Form]
    chinese: dict[str, Form]
    loose_english: dict[tuple[str, ...], list[Form]]
    loose_chinese: dict[str, list[Form]]


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or r"(?!)")


def _add_forms(name: str, body: str, forms: _Forms, *, idle: bool) -> None:
    """A wording that an earlier line has taken, or that is marked as loose, is a second meaning."""
    for raw in body.split("|"):
        text = normalise(raw.strip())
        loose = text.startswith("?")
        text = text.lstrip("?")
        form = Form(name, complement=text.startswith("!"), converse=text.startswith("<"))
        text = text.lstrip("!<")
        if text.startswith("'") and text.endswith("'"):
            forms.symbols.setdefault(text.strip("'"), form)
        elif _CHINESE.search(text):
            if loose or forms.chinese.setdefault(text, form) != form:
                _add_meaning(forms.loose_chinese.setdefault(text, []), form, idle)
        elif text:
            stems = words_of(text)
            if loose or forms.english.setdefault(stems, form) != form:
                _add_meaning(forms.loose_english.setdefault(stems, []), form, idle)


def _add_meaning(meanings: list[Form], form: Form, idle: bool) -> None:
    if not idle and form not in meanings:
        meanings.append(form)
