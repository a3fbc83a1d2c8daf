"""What a letter means in an answer ("where S is the plate area", "其中 S 为极板面积") and what letters commonly mean.

Both are told as classes of `tables.txt`, [meaning_words] and [letter_meanings]: a letter of the answer may stand for
one of the key formula when their classes agree.
"""

import re
from functools import lru_cache

from tutorsmith.evaluation.metrics.formula_lexer import FormulaError, lex
from tutorsmith.evaluation.metrics.scope import scopes
from tutorsmith.evaluation.metrics.tables import lines, pairs, pattern, words

_SYMBOL = r"\\?[A-Za-zα-ωΑ-Ωℰ](?:_\{?\s?[\w,]{1,8}\s?\}?|[₀-₉ᵢⱼₖₗₘₙₒₚᵣₛₜᵥₓ]{1,3}|\d)?'?"
_OCCURRENCE = re.compile(rf"(?<![A-Za-z\\_^])({_SYMBOL})(?![A-Za-z\w])")
_AFTER = re.compile(
    rf"\s{{0,12}}(?:\s{{0,4}}(?:,|、|and|和|与|及)\s{{0,4}}{_SYMBOL}\s{{0,4}}){{0,3}}"
    r"(?:,?\s{0,12}(?:(?:is|are|be|being|denotes?|represents?|stands? for|means|for|as|refers to)\b|[:(]"
    r"|分别(?:为|是|表示)?|为|是|表示|代表|指|即|(?=the\b|its\b))\s?)"
    r"(?P<meant>[^,.;。;、\n=$]{2,60})"
)
_NAMED = re.compile(
    r"(?P<meant>[^,.;。;\n]{2,50}?)\s?(?:\b(?:written|denoted|called|labell?ed|named|designated|known)?\s?"
    r"\b(?:as|by|with)|记为|记作|设为|用|以|为)\s{0,3}$"
)
_ENDS_NOUN = re.compile(r"\s{0,2}(?:[,.;:)。、=]|$|\n|and\b|is\b|are\b|apart|from|between|的|和|与|之|时|处|上)")
_MATHS_BEFORE = frozenset("{=/*+-^·|<>∝≈")  # a letter within a formula is not the one that is explained
_ARTICLE = frozenset("aAI")
_CLASSES = tuple(
    (name, re.compile(wordings, re.IGNORECASE))
    for name, _, wordings in (line.partition(": ") for line in lines("meaning_words"))
)
_LETTERS = {letter: frozenset(meant.split("+")) for letter, meant in pairs("letter_meanings").items()}
_SAME = tuple(frozenset(group.split("~")) for group in words("same"))
IGNORED_SUBSCRIPTS = frozenset(words("ignored_subscripts"))
_COMPONENTS = frozenset("xyzrφθρRs")  # a component that is the whole of the field
_LENGTHS = frozenset("rρRdxabhslLwDzy")
_ORDERS = frozenset("mnkpqN")  # of diffraction, of a mode
CONSTANTS = frozenset(["ε_0", "μ_0", "ε", "μ", "ε_r", "μ_r"])
_INTEGRAL = re.compile(r"int\[o?(?:[^|\[\]]*\.\.[^|\[\]]*)?\|")
_CORE = re.compile(r"(?<=[\[|])[A-Za-zΑ-Ωα-ωℰ]+(?:_\w+)?(?=[|\]])")

SURE, LIKELY, NO = 2, 1, 0


def class_of(text: str) -> str:
    """The class of meanings that a wording names, or the empty string."""
    return next((name for name, wordings in _CLASSES if wordings.search(text)), "")


def letter_classes(name: str) -> frozenset[str]:
    """What a letter of a key formula commonly means; empty when it means many things."""
    return _LETTERS.get(name) or _LETTERS.get(name.partition("_")[0], frozenset())


@lru_cache(maxsize=256)
def letters_of(meant: str) -> frozenset[str]:
    """Letters that commonly have this meaning."""
    return frozenset(letter for letter, classes in _LETTERS.items() if meant in classes)


@lru_cache(maxsize=64)
def definitions(answer: str) -> dict[str, str]:
    """Letters that the text gives a meaning, and the class of it; the first meaning counts."""
    prose, text = scopes(answer).prose, scopes(answer).text
    out: dict[str, str] = {}
    for found in list(_OCCURRENCE.finditer(prose))[:300]:
        name = _name(found.group(1))
        inside = text[: found.start()].rstrip(" ")[-1:] in _MATHS_BEFORE or text[found.end() : found.end() + 1] == "}"
        if name is None or name in out or (inside and found.start()):
            continue
        meant = _meant_after(prose, found) or _meant_before(prose, found)
        if meant:
            out[name] = meant
    return out


@lru_cache(maxsize=2048)
def _name(written: str) -> str | None:
    try:
        tokens = lex(written.replace(" ", "").rstrip("'"))
    except FormulaError:
        return None
    return tokens[0].text if len(tokens) == 1 and tokens[0].kind == "id" else None


def _meant_after(prose: str, found: re.Match[str]) -> str:
    after = _AFTER.match(prose, found.end())
    if after is None or (found.group(1) in _ARTICLE and after.group()[:1] not in " ,、为是表"):
        return ""
    meant = after.group("meant")
    return class_of(re.split(r"\band\b|和|\bwhile\b", meant)[0]) or class_of(meant)


def _meant_before(prose: str, found: re.Match[str]) -> str:
    before = prose[max(0, found.start() - 60) : found.start()]
    if not _ENDS_NOUN.match(prose, found.end()):
        return ""
    named = _NAMED.search(before)
    if named:
        return class_of(re.split(r"\band\b|[,，]", named.group("meant"))[-1])
    noun = pattern("noun_before").search(before)
    return class_of(noun.group()) if noun else ""


def stands_for(written: str, wanted: str, answer: str, names: tuple[frozenset[str], frozenset[str]]) -> int:
    """Whether a symbol of the answer may be read as one of the key formula: SURE, LIKELY or NO.

    names: (symbols of the answer's formula, symbols of the key formula).
    """
    if "[" in written or "[" in wanted:
        return _atom_stands_for(written, wanted, answer)
    base, _, sub = written.partition("_")
    key_base, _, key_sub = wanted.partition("_")
    if base == key_base:
        defined = definitions(answer).get(written)
        if defined and defined in _LETTERS.get(wanted, frozenset()):
            return SURE
        return _same_letter(written, wanted, names)
    defined = definitions(answer).get(written)
    meanings = letter_classes(wanted)
    if defined:
        if defined == "length" and defined in meanings:
            return LIKELY  # a radius here may be a distance there: another law perhaps, not a wrong one
        return SURE if defined in meanings else (LIKELY if not meanings else NO)
    alike = sub == key_sub or sub in IGNORED_SUBSCRIPTS | {""} or key_sub in IGNORED_SUBSCRIPTS | {""}
    if {written, wanted} in _SAME or (alike and {base, key_base} in _SAME):
        return SURE
    if base in _ORDERS and key_base in _ORDERS and pattern("whole_number").search(scopes(answer).prose):
        return LIKELY
    if base in _LENGTHS and key_base in _LENGTHS and _are_lengths({written, wanted}, names):
        return LIKELY
    return NO


def _are_lengths(pair: set[str], names: tuple[frozenset[str], frozenset[str]]) -> bool:
    """R and L are a resistance and an inductance beside the letters of a circuit."""
    if not pair & {"R", "L"}:
        return True
    return bool(names[1] & {"μ_0", "ε_0", "c", "z", "μ", "ε"}) and not names[1] & {"C", "τ", "j", "P"}


def _same_letter(written: str, wanted: str, names: tuple[frozenset[str], frozenset[str]]) -> int:
    if {written, wanted} & CONSTANTS:
        return NO
    base, _, sub = written.partition("_")
    key_sub = wanted.partition("_")[2]
    if (sub in IGNORED_SUBSCRIPTS | {""}) and (key_sub in IGNORED_SUBSCRIPTS | {""}):
        return SURE
    alone = all(sum(n.partition("_")[0] == base for n in side) == 1 for side in names)
    if not alone or (sub and key_sub and sub not in IGNORED_SUBSCRIPTS and key_sub not in IGNORED_SUBSCRIPTS):
        return NO
    return SURE if (sub or key_sub) in _COMPONENTS else LIKELY


def _atom_stands_for(written: str, wanted: str, answer: str) -> int:
    """curl[X] for curl[Y]: the same operator on something of the same meaning."""
    if re.sub(r"_[ijkn]\]$", "]", written) == f"sum[{wanted}]":
        return LIKELY
    # whether the integral is closed is told in words as often as by its sign
    certain = SURE if ("int[o" in written) == ("int[o" in wanted) else LIKELY
    written, wanted = (_INTEGRAL.sub("int[#|", n) for n in (written, wanted))
    if _CORE.sub("?", written) != _CORE.sub("?", wanted):
        return NO
    cores, key_cores = _CORE.findall(written), _CORE.findall(wanted)
    if len(cores) != len(key_cores):
        return NO
    for core, key_core in zip(cores, key_cores, strict=True):
        if core != key_core:
            certain = min(certain, stands_for(core, key_core, answer, (frozenset([core]), frozenset([key_core]))))
    return certain
