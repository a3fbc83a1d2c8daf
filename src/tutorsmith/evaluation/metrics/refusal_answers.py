"""Is the question answered all the same, before, beside or after a refusing act?

An answer is a result that the question did not contain, a stated assumption with what follows from it, an instruction
to the student, or a plain assertion after the last refusing act; an offer, a condition, a question and an address to
turn to are none.
"""

import re

from tutorsmith.evaluation.metrics import refusal_cues_zh as zh
from tutorsmith.evaluation.metrics import refusal_moves as moves
from tutorsmith.evaluation.metrics.refusal_reading import (
    ACTS,
    HOLDER,
    INDIRECT,
    ME,
    NEGATION_WORD,
    Sentence,
    asks_back,
    cues_of,
    near,
)
from tutorsmith.evaluation.metrics.refusal_setting import declines_deed, is_unfinished

_PIVOT = re.compile(f"{moves.PIVOT.pattern}|{zh.PIVOT.pattern}", re.IGNORECASE)

_RESULT = re.compile(
    r"(?:=|≈|\\approx|\\simeq|≃|\bis (?:then |thus |therefore )?(?:about|approximately|roughly|exactly)?|\bequals|"
    r"\bcomes to|约为|等于|约等于|大约是|为)\s*(?:\$|\\\(|\*\*)?"
    r"\s*([-+−]?\d[\d,.]*(?:\s*(?:[×x]|\\times|\\cdot|·|e|E)\s*(?:10)?\s*(?:\^?\{?\s*[-−+]?\d+\}?|[⁻⁺]?[⁰¹²³⁴-⁹]+))?)"
    r"(?![\d.]|\s*(?:\\(?:pi|mu|varepsilon|epsilon|sigma|omega|lambda|frac|d?frac|sqrt|left|alpha|beta|gamma)"
    r"|[πεσωλ√]|μ[_₀0]))"
)

# An answer that begins with its result: "About 9.4 mm."
LEADING_RESULT = re.compile(
    r"(?:about|roughly|approximately|around|nearly|some|大约|约)?\s*[-−+]?(\d+(?:\.\d+)?)", re.IGNORECASE
)
# "1 cm^2 is 10^-4 m^2" converts a unit.
_ONE_UNIT = re.compile(r"(?<![\d.])1\s?[A-Za-zΩμ°/^²³0-9]{1,8}\s*$")
_RESULT_WORD = re.compile(
    r"\b(?:so|therefore|thus|hence|gives?|giving|yields?|result|answer|we get|we obtain|find|comes to|evaluates)\b"
    r"|因此|所以|于是|可得|得到|得出|代入|结果|答案|算得|解得|故",
    re.IGNORECASE,
)

_CONDITIONAL = re.compile(
    r"\b(?:if|would|were|for example|for instance|e\.g\.|say,|once|suppose you|unless)\b|例如|比如|如果|若|假如"
    r"|举例|(?:定|清楚|明确|知道|齐|补上?|有|确定)了[，,]",
    re.IGNORECASE,
)

_CHAIN = re.compile(r"=[^=\n]{1,120}(?:=|≈|\\approx)\s*[-+−$\\(]*\d")

DIGITS = re.compile(r"\d+(?:\.\d+)?")

_GIVEN_CLAUSE = re.compile(
    r"\b(?:is|are|was|were) (?:given|known|stated|specified|provided)\b|\bgiven\b|\byou (?:state|give|gave|specify"
    r"|say|supplied|name|know|mention)\b|已知|给出了|给定",
    re.IGNORECASE,
)

_NEGATED_TAIL = re.compile(
    r"[\s,]*(?:(?:do|does|did|is|are|was|were|has|have)(?: not|n't)|not|no|nothing|neither|without|only|never"
    r"|没|未|不|只|无)\b",
    re.IGNORECASE,
)

OWN_OFFER = re.compile(
    r"\bif you\b|\bi (?:can|could|would|will)\b|\bi'(?:ll|d)\b|\bi(?:'m| am) (?:happy|glad)\b|如果|若"
    r"|我[^，。；]{0,4}?(?:可以|能|会|来|愿意|乐意)",
    re.IGNORECASE,
)

_WORDS = 5
"""Words that an assertion has at least; of pairs of Chinese characters one less."""
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CONTENT_WORD = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]{2}|=")

_MOVES = frozenset({"request", "tell", "offer", "proposal", "redirect", "policy", "~policy"})

_NO_ADVICE = frozenset({"tell", "request", "redirect", "proposal", "policy", "~policy", "scope", "~scope"})
FORMULA = re.compile(r"[=∝]|\\frac|\$")

_CONTRAST = re.compile(r"but|however|nevertheless|though|yet|even so|但|不过|然而", re.IGNORECASE)

# "The question names the voltage" tells the student nothing new.
_OF_QUESTION = re.compile(
    r"(?:the|your|this) (?:question|problem|exercise|task|message|statement)\b|you (?:give|gave|state|name|say"
    r"|mention|specify|supply|supplied|have given)\b|题(?:目|中|里|干|设)|您?的?(?:问题"
    r"|提问|消息)(?:里|中)",
    re.IGNORECASE,
)
_FORMULA_ASKED = re.compile(
    r"\b(?:formula|expression|equation|relation|law)\b|公式|表达式|方程|关系式",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"\b(?:but|however|nevertheless|though|yet|even so|failing that)\b,?|[,;:] (?:so|and so|otherwise)\b|: |但是?"
    r"|不过|然而|[，；](?:所以|因此|故|按|照)|：",
    re.IGNORECASE,
)

# The notes do say something.
AFFIRMS = re.compile(
    r"\b(?:notes?|excerpts?|materials?|passages?|it|they)\b[^.;]{0,12} (?:recommends?|advis\w+|suggests?|says? that"
    r"|defines?|allows?|requires?|states? that|explains?)\b"
    r"(?! (?:nothing|no|only))|(?:笔记|摘录|材料|讲义|课文)[^。；]{0,8}?(?:建议|指出|认为|要求|规定|说(?!明)"
    r"|写道)(?!不|没)",
    re.IGNORECASE,
)

NOTES_SPEAK = re.compile(
    r"\b(?:notes?|excerpts?|materials?|passages?|slides|chapters?|sources?)\b|笔记|摘录|材料|讲义|教材", re.IGNORECASE
)


def leak(sentences: list[Sentence], act: int, question: str) -> str:
    """The sentence that answers all the same, or ""."""
    given = set(DIGITS.findall(question))
    assumed = any("assumed" in sentence.cues and not _CONDITIONAL.search(sentence.text) for sentence in sentences)
    declared = bool(sentences[act].cues & {"inability", "impersonal", "scope"})
    reasoned = declared and bool(near(sentences, act) & {"missing", "context", "scope", "policy"})
    unfinished = is_unfinished(sentences, act)
    for i, sentence in enumerate(sentences):
        if not (unfinished and i < act) and is_result(sentence.text, given, bool(question), assumed):
            return sentence.text
        begun = i == act > 0 and not sentences[0].cues
        if i >= act and _pivots_to_answer(sentence, i == act, reasoned and not begun):
            return sentence.text
    return ""


def is_result(sentence: str, given: set[str], has_question: bool, assumed: bool) -> bool:
    """Does the sentence state a number that the question did not?"""
    if not assumed and _CONDITIONAL.search(sentence):
        return False
    if _GIVEN_CLAUSE.search(sentence) and not _RESULT_WORD.search(sentence):
        return False
    for result in _RESULT.finditer(sentence):
        value = DIGITS.findall(result.group(1))
        converts = _ONE_UNIT.search(sentence, 0, result.start())
        if not value or value[0] in given or value[0] in ("0", "1") or converts:
            continue
        if has_question or assumed or _RESULT_WORD.search(sentence) or _CHAIN.search(sentence):
            return True
    return False


def _pivots_to_answer(sentence: Sentence, is_act: bool, reasoned: bool) -> bool:
    """ "... but it follows from symmetry that": what comes after the turn asserts something instead of offering it."""
    pivots = list(_PIVOT.finditer(sentence.text))
    tail = sentence.text[pivots[-1].end() :] if pivots else ("" if is_act else sentence.text)
    cues = cues_of(tail, None)
    if not tail or _NEGATED_TAIL.match(tail) or cues & (ACTS | INDIRECT | {"request"}):
        return False
    if "leak" in cues:
        return not OWN_OFFER.search(tail)
    asserts = len(_CONTENT_WORD.findall(tail)) >= 4 and "offer" not in cues
    return bool(pivots) and asserts and not reasoned


def answered(sentences: list[Sentence], act: int, question: str) -> str:
    """The sentence that answers: right at the start, before a mere remark, or after the last refusing act; or ""."""
    if sentences[act].concluding:
        return ""
    if declines_deed(sentences, act, question) or is_unfinished(sentences, act):
        return ""
    if _answers_at_once(sentences, act, question):
        return sentences[0].text
    if any("assumed" in s.cues and not _CONDITIONAL.search(s.text) for s in sentences):
        solved = next((s.text for s in sentences if "=" in s.text and "assumed" in s.cues), "")
        if solved:
            return solved
    earlier = next((s.text for s in sentences[:act] if _answers_before(s, sentences, act)), "")
    if earlier:
        return earlier
    last = max([i for i, s in enumerate(sentences) if s.zone and s.cues & (ACTS | {"~inability", "~scope"})] + [act])
    later = next((s.text for s in sentences[last + 1 :] if is_content(s)), "")
    return later or ("" if any(map(asks_back, sentences[last:])) else _answers_in_passing(sentences[last]))


def _answers_at_once(sentences: list[Sentence], act: int, question: str) -> bool:
    """Does the answer begin with yes, no, because, or the formula that was asked for?

    A bare "No." before "I will not do it" is part of the act.
    """
    first = sentences[0]
    if act == 0 or ME.search(first.text):
        return False
    if _FORMULA_ASKED.search(question) and FORMULA.search(first.text):
        return True
    bare = len(_CONTENT_WORD.findall(first.text)) <= 2
    if (bare and act == 1 and ME.search(sentences[act].text)) or (first.cues & (ACTS | INDIRECT) and not bare):
        return False
    return bool(first.cues & {"yes_no", "because"})


def _answers_before(sentence: Sentence, sentences: list[Sentence], act: int) -> bool:
    """Does a sentence before the act answer, so that the act is a remark on it?"""
    mine, cues = sentences[act], sentences[act].cues
    if is_content(sentence) and "advice" in sentence.cues and not cues & {"scope", "~scope"}:
        return True
    if cues & {"missing", "context"} and AFFIRMS.search(sentence.text) and not any(map(asks_back, sentences)):
        return True
    asks = any(asks_back(s) or s.cues & {"request", "offer"} for s in sentences)
    if asks or NOTES_SPEAK.search(sentence.text) or ME.search(mine.text) or HOLDER.search(mine.text):
        return False
    return is_content(sentence) and bool(cues & {"missing", "impersonal", "context"})


def _answers_in_passing(sentence: Sentence) -> str:
    """What an act goes on to say: "I can't see the figure, but the rule is always the same"."""
    turns = list(_TURN.finditer(sentence.text))
    tail = sentence.text[turns[-1].end() :] if turns else ""
    lists = bool(turns) and turns[-1].group(0).strip() in (":", "：") and bool(sentence.cues & {"scope", "~scope"})
    if not tail or lists or _NEGATED_TAIL.match(tail):
        return ""
    contrasts = bool(_CONTRAST.match(turns[-1].group(0)))
    return tail if is_content(Sentence(tail, None), negated=contrasts) else ""


def is_content(sentence: Sentence, negated: bool = False) -> bool:
    """Does a sentence tell the student what was asked, as against asking, offering or referring elsewhere?

    negated: a plain assertion counts with a negation in it too.
    """
    cues = sentence.cues
    if cues & {"asks", "depends"} or OWN_OFFER.search(sentence.text) or _OF_QUESTION.match(sentence.text):
        return False
    if "advice" in cues and not cues & _NO_ADVICE:
        return True
    if cues & (ACTS | INDIRECT | _MOVES):
        return False
    if FORMULA.search(sentence.text) or _CONDITIONAL.search(sentence.text) or ME.search(sentence.text):
        return False
    words = len(_CONTENT_WORD.findall(sentence.text)) + bool(_HAN.search(sentence.text))
    return words >= _WORDS and (negated or not NEGATION_WORD.search(sentence.text))
