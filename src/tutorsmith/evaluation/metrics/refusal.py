"""Does the answer refuse, and for which of the three reasons?

A refusal is a speech act: somebody says, in the opening or in the conclusion, that this question will not be answered
as it stands, and why. It is recognised by its parts (who + cannot or need + what), not by the word "cannot": physics is
full of fields that cannot do work. An act that is followed by the answer all the same (a result, an assumed value, "but
it follows that ...") is no refusal.

Kinds: `insufficient_context`: a document is missing or silent (notes, figure, draft, an earlier part);
`missing_parameters`: the question leaves out a quantity or a choice that the answer depends on; `out_of_scope`: the
question, or the deed asked for, is not for this tutor at all.
"""

import re
from dataclasses import dataclass

from tutorsmith.data.schema import RefusalKind
from tutorsmith.evaluation.metrics import refusal_cues as en
from tutorsmith.evaluation.metrics.refusal_answers import (
    AFFIRMS,
    DIGITS,
    FORMULA,
    LEADING_RESULT,
    OWN_OFFER,
    answered,
    is_content,
    is_result,
    leak,
)
from tutorsmith.evaluation.metrics.refusal_kinds import flat_no, kind_of
from tutorsmith.evaluation.metrics.refusal_reading import (
    ACTS,
    INDIRECT,
    ME,
    NEGATION_WORD,
    OPENING,
    Sentence,
    asks_back,
    near,
    read,
)
from tutorsmith.evaluation.metrics.refusal_setting import (
    declines_deed,
    explains,
    is_improper,
    is_unfinished,
    refers_on,
    turned_away,
    under_review,
)

_SHORT = 90
"""Words up to which an answer that only names what is missing is taken as a refusal."""

_FEW = 5
"""Sentences up to which an answer without content is taken as an evasion."""


@dataclass(frozen=True, slots=True)
class RefusalVerdict:
    """`kind` is None for no refusal; `matched` is the sentence, `rule` which parts it has."""

    is_refusal: bool
    kind: RefusalKind | None
    matched: str = ""
    rule: str = ""


_ADDRESSED = re.compile(
    r"\b(?:you|your|question|problem|exercise|task|statement|until)\b|题|问题|您|有了|补[齐全上充]", re.IGNORECASE
)

# "What is missing in my abstract?": what is named as missing answers.
_LACK_ASKED = re.compile(
    r"\b(?:missing|lacks?|lacking|wrong with|improve|unavailable|limits? of)\b|\bwhat (?:\w+ )?(?:can(?:'t|not)"
    r"|can not"
    r"|isn't|aren't|doesn't|don't|do(?:es)? not)\b|缺什么|缺少|缺点|缺了|不足|问题在哪",
    re.IGNORECASE,
)

_UNSTATED = re.compile(
    r"(?:\b(?:not|neither|never|nowhere)\b|n't\b)[^.;]{0,60}\b(?:stated|given|specified|mentioned|provided|supplied"
    r"|told)\b|(?:n't|\bnot)(?=,? and\b|,? so\b|[.;]|$)|\bstill to come\b|\bleft blank\b"
    r"|(?:没有?|未|均未)(?:给|说明|交代|告知|提)",
    re.IGNORECASE,
)
# A question for a fact, not for a wish.
_WORDS_ASKED = re.compile(
    r"\b(?:which|what|how|where|when|who|is (?:it|the|there|your)|are (?:you|the|they)|do(?:es)? (?:you|your|the"
    r"|it))\b|[哪几多什谁何]",
    re.IGNORECASE,
)
_METHOD_ASKED = re.compile(r"^how (?:do|can|should|could|would) (?:i|we|one|you)\b|怎么|如何|怎样", re.IGNORECASE)
_VALUE_ASKED = re.compile(
    r"\b(?:calculate|compute|determine|find|evaluate|estimate|how (?:much|many|large|big|strong|far|fast|long|hot"
    r"|high|deep|wide|heavy|thick)"
    r"|(?:at|by|to) (?:what|which)|what (?:force|current|voltage|charge|power|energy|field|value|frequency|speed"
    r"|angle|distance)"
    r"|what(?:'s| is| are) the (?:\w+ )?(?:speed|current|voltage|charge|power|energy|field|force|frequency|angle"
    r"|distance|capacitance"
    r"|inductance|resistance|impedance|wavelength|phase|height|depth|loss|attenuation|coefficient|pressure"
    r"|temperature|number|gain|emf|time))\b"
    r"|计算|求|多少|多大|多高|多长|多远|多快|几",
    re.IGNORECASE,
)
_SCOPE_ASKED = re.compile(r"\b(?:scope|limitations?|delimit\w*)\b|范围|局限|边界(?!条件)", re.IGNORECASE)


_QUESTION = 20_000
"""Characters of a question that are read."""


def judge_refusal(answer: str, question: str = "", language: str | None = None) -> RefusalVerdict:
    """Judge one answer. The question helps to tell restated givens from results, and to name the kind.

    language: "en" or "zh" restricts the wordings looked for; None looks for both.
    """
    question = question[:_QUESTION]
    sentences = read(answer, language)
    found = _act(sentences, question)
    if found is not None:
        act, rule = found
        leaked = leak(sentences, act, question) or answered(sentences, act, question)
        if leaked:
            return RefusalVerdict(False, None, matched=leaked, rule=f"{rule}, but the question is answered")
    else:
        found = _indirect_act(sentences, question)
    if found is None:
        found = _turned_away(sentences, question) or _value_withheld(sentences, question)
    if found is None:
        return RefusalVerdict(False, None, rule="no refusing act in the opening or the conclusion")
    act, rule = found
    return RefusalVerdict(True, kind_of(sentences, act, question), matched=sentences[act].text, rule=rule)


def _turned_away(sentences: list[Sentence], question: str) -> tuple[int, str] | None:
    """Off-topic and improper requests that are neither done nor refused in plain words."""
    i = turned_away(sentences, question)
    later = sentences[(i or 0) + 1 :]
    told = not is_improper(question) and any(is_content(s, negated=True) and not refers_on(s) for s in later)
    if i is None or told or under_review(question) or any(is_result(s.text, set(), True, False) for s in sentences):
        return None
    return i, "turns away a request that is none for a tutor"


def _value_withheld(sentences: list[Sentence], question: str) -> tuple[int, str] | None:
    """A number is asked for, none is given, and the answer ends with what the question leaves out."""
    given = set(DIGITS.findall(question))
    if not sentences or not _VALUE_ASKED.search(question) or explains(sentences, question) or under_review(question):
        return None
    if sentences[0].cues & {"yes_no", "because"} or any(is_result(s.text, given, True, False) for s in sentences):
        return None
    lacks = frozenset({"missing", "~missing"})
    for i in range(max(0, len(sentences) - 3), len(sentences)):
        told = bool(_ADDRESSED.search(sentences[i].text) or ME.search(sentences[i].text))
        asks = any(map(asks_back, sentences[i:]))
        if sentences[i].cues & lacks and not sentences[i].cues & {"not_needed"} and (told or asks):
            later = sentences[i + 1 :]
            if not any(is_content(s) for s in later):
                return i, "gives no value and names what is missing for it"
    return None


def _act(sentences: list[Sentence], question: str) -> tuple[int, str] | None:
    """(index of the sentence that refuses, rule); the strongest act first."""
    zone = [i for i, sentence in enumerate(sentences) if sentence.zone]
    for i in zone:
        if "inability" in sentences[i].cues and not _only_in_passing(sentences, i):
            return i, "says that it cannot or will not answer"
    for i in zone:
        if _is_grounded(sentences, i, question):
            return i, "cannot be answered, and says what is missing"
    for i in zone:
        placed = sentences[i].opening or len(sentences) <= 6
        if "scope" in sentences[i].cues and placed and not _is_subject(sentences[i], question):
            return i, "says that it is outside the scope"
    if explains(sentences, question):
        return None
    for i in zone:
        if _LACK_ASKED.search(question) and not _is_own(sentences[i]):
            continue
        if under_review(question) and not _is_own(sentences[i]) and "~context" not in sentences[i].cues:
            continue
        rule = "" if AFFIRMS.search(sentences[i].text) else _lack(sentences, i)
        if rule:
            return i, rule
    return None


def _is_grounded(sentences: list[Sentence], i: int, question: str) -> bool:
    """ "No value can be given" refuses only beside a reason or a request."""
    cues = sentences[i].cues
    if under_review(question) and not _is_own(sentences[i]):
        return False
    if "impersonal" not in cues or ("yes_no" in cues and not ME.search(sentences[i].text)):
        return False
    asks = sentences[i].opening and any("request" in sentence.cues for sentence in sentences)
    grounds = near(sentences, i) & {"missing", "context", "scope", "policy"}
    if "advice" not in cues:
        grounds |= cues & {"~missing", "~context"}
    return bool(asks or grounds) and ("editorial" not in cues or bool(grounds & {"context", "scope"}))


def _lack(sentences: list[Sentence], i: int) -> str:
    """The rule by which a sentence says that something is missing, or ""."""
    cues, around = sentences[i].cues, near(sentences, i, 2)
    alone = _is_short(sentences) and _stands_first(sentences, i) and not _goes_on(sentences[i])
    if not ("request" in around or alone):
        return ""
    if "context" in cues and sentences[i].opening and not _lacks_content(sentences[i]):
        return "says that the material does not hold the answer"
    lacking = "missing" in cues or ("depends" in cues and "request" in around)
    return "names what is missing and asks for it" if lacking and not cues & {"editorial", "not_needed"} else ""


def _only_in_passing(sentences: list[Sentence], i: int) -> bool:
    """Is the act a remark within a longer answer ("I won't prove it here") that gives no reason for refusing?"""
    reasons = near(sentences, i) & {"missing", "context", "scope", "policy", "request"}
    return not reasons and not sentences[i].opening and len(sentences) > 4


def _stands_first(sentences: list[Sentence], i: int) -> bool:
    """Nothing but other parts of the act comes before the sentence."""
    return i < OPENING and all(sentence.cues for sentence in sentences[:i])


def _goes_on(sentence: Sentence) -> bool:
    """ "No numbers are given: E = ..." names what is missing and does without it."""
    ends = [found.end() for found in en.MISSING.finditer(sentence.text)]
    return bool(ends) and "=" in sentence.text[ends[-1] :]


def _lacks_content(sentence: Sentence) -> bool:
    """ "Your abstract gives no result" is feedback on a text, not the lack of the text."""
    return "editorial" in sentence.cues and "context" in sentence.cues and "missing" in sentence.cues


def _is_short(sentences: list[Sentence]) -> bool:
    words = sum(len(re.findall(r"[A-Za-z]+|[\u4e00-\u9fff]{2}", sentence.text)) for sentence in sentences)
    return words <= _SHORT


def _indirect_act(sentences: list[Sentence], question: str) -> tuple[int, str] | None:
    """Indirect refusals: nothing that answers, and a reason or a question for what is missing."""
    if explains(sentences, question):
        return None
    zone = [i for i, s in enumerate(sentences) if s.zone]
    asking = [i for i in zone if asks_back(sentences[i])]
    acts = [i for i in zone if _is_indirect(sentences[i], question, bool(asking))]
    start = min([*acts, *asking], default=None)
    if start is None and len(sentences) > _FEW:
        return None
    if not sentences or _settles(sentences, start, question):
        return None
    if flat_no(sentences, question):
        return 0, "says no to a request"
    offers = any(s.cues & {"tell", "request", "proposal", "redirect"} for s in sentences)
    strong = [i for i in acts if sentences[i].cues & {"~scope", "~inability", "~context", "scope", "inability"}]
    declared = next((i for i in acts if _is_declared(sentences, i)), None)
    if declared is not None:
        return declared, "says under the heading of the conclusion that there is none"
    strong = [i for i in strong if not any(map(is_content, sentences[:i])) or _is_own(sentences[i])]
    if strong and (offers or len(sentences) <= 4):
        return strong[0], "says indirectly that it does not answer"
    lacking = [i for i in acts if sentences[i].cues & {"~missing", "missing", "~impersonal", "impersonal"}]
    if lacking and (asking or offers or any(_is_bare_lack(sentences, i) for i in lacking)):
        return lacking[0], "names what is missing and asks for it"
    if _asks_first(sentences):
        return 0, "asks back before anything else"
    ends = sentences[-1].cues & {"asks", "tell", "request"}
    varies = any("depends" in s.cues for s in sentences)
    content = sentences[asking[0] :] if asking and varies else sentences
    if len(sentences) == 2 and asking == [1] and "asks" in sentences[1].cues and _WORDS_ASKED.search(sentences[1].text):
        content = [s for s in sentences if s.cues & {"advice"} or "§" in s.text]
    if asking and (ends or varies) and len(sentences) <= _FEW and not any(_tells(s) for s in content):
        return asking[0], "asks for what the answer depends on"
    return _evasion(sentences, question)


def _asks_first(sentences: list[Sentence]) -> bool:
    """ "Too long by which standard?": a short answer that begins with a question and works nothing out."""
    first = sentences[0].cues
    quoted = any("§" in s.text for s in sentences)
    return "asks" in first and not first & {"proposal", "policy", "~policy"} and len(sentences) <= 3 and not quoted


def _is_own(sentence: Sentence) -> bool:
    """Does a sentence speak of the tutor, the student or the question?"""
    return bool(ME.search(sentence.text) or _ADDRESSED.search(sentence.text))


def _is_declared(sentences: list[Sentence], i: int) -> bool:
    """Is a conclusion given up for a reason that stands in it or in another section?"""
    cues = sentences[i].cues
    lacking = frozenset({"missing", "~missing", "context", "~context"})
    elsewhere = any(s.cues & lacking for s in sentences)
    gives_up = cues & {"~inability", "~scope"} or (cues & {"~impersonal", "impersonal"} and elsewhere)
    return sentences[i].concluding and bool(gives_up or (cues & lacking and _is_own(sentences[i])))


def _tells(sentence: Sentence) -> bool:
    """Content, or a worked example in quotation marks."""
    return is_content(sentence, negated=True) or "§" in sentence.text


def _settles(sentences: list[Sentence], start: int | None, question: str) -> bool:
    """Does the answer hold a result or an instruction, or does it answer beside the act at `start`?"""
    if start is not None and (declines_deed(sentences, start, question) or is_unfinished(sentences, start)):
        return False
    given = set(DIGITS.findall(question))
    leading = LEADING_RESULT.match(sentences[0].text)
    if leading and leading.group(1) not in given:
        return True
    if any(is_result(s.text, given, bool(question), assumed=False) for s in sentences):
        return True
    if start is not None and not _asks_first(sentences) and answered(sentences, start, question):
        return True
    return any("advice" in s.cues and is_content(s) for s in sentences) and not _asks_first(sentences)


def _is_indirect(sentence: Sentence, question: str, asking: bool) -> bool:
    """Does a sentence hold a part of an indirect act, and is it not about the student's text or its own subject?"""
    parts = sentence.cues & (INDIRECT | ACTS)
    if {"asks", "proposal"} <= sentence.cues:
        return False
    if not parts or _about_text(sentence, question) or AFFIRMS.search(sentence.text):
        return False
    if parts <= {"scope", "~scope"} and _is_subject(sentence, question):
        return False
    answers = _LACK_ASKED.search(question) or (
        sentence.cues & {"because", "yes_no"}
        and not asking
        and not sentence.cues & {"policy", "~policy"}
        and "~context" not in sentence.cues
    )
    return not answers or bool(ME.search(sentence.text))


def _evasion(sentences: list[Sentence], question: str) -> tuple[int, str] | None:
    """Nothing in a short answer answers, and it denies, proposes, asks or refers to somebody instead."""
    if len(sentences) > _FEW or sentences[0].cues & {"yes_no", "because", "leak"}:
        return None
    if _METHOD_ASKED.search(question) and "advice" in sentences[0].cues and not ME.search(sentences[0].text):
        return None
    if any(_tells(s) or FORMULA.search(s.text) or AFFIRMS.search(s.text) for s in sentences):
        return None
    denies = any(ME.search(s.text) and s.cues & {"inability", *INDIRECT} for s in sentences)
    turns = any(s.cues & {"tell", "asks", "proposal", "redirect"} or OWN_OFFER.search(s.text) for s in sentences[-2:])
    told = [i for i, s in enumerate(sentences) if _could_refuse(s)]
    return (told[0], "answers nothing and turns to something else") if (denies or turns) and told else None


def _could_refuse(sentence: Sentence) -> bool:
    said = ME.search(sentence.text) or NEGATION_WORD.search(sentence.text)
    return bool(said or sentence.cues & {"asks", "redirect", "tell"})


def _is_subject(sentence: Sentence, question: str) -> bool:
    """Is a scope spoken of because the question is about scopes, or because the student is told how to word one?"""
    return not ME.search(sentence.text) and ("advice" in sentence.cues or bool(_SCOPE_ASKED.search(question)))


def _about_text(sentence: Sentence, question: str) -> bool:
    """ "Your abstract gives no result" is feedback; "your abstract did not arrive" is not."""
    absent = sentence.cues & {"~context", "inability", "scope", "~scope"}
    reviewed = under_review(question) and not _ADDRESSED.search(sentence.text)
    return ("editorial" in sentence.cues or reviewed) and not ME.search(sentence.text) and not absent


def _is_bare_lack(sentences: list[Sentence], act: int) -> bool:
    """A short answer that says no more than what the question leaves out."""
    sentence = sentences[act]
    about = _is_own(sentence) or (_UNSTATED.search(sentence.text) and "=" not in sentence.text)
    starts = sentences[0].cues & {"yes_no", "because"}
    unstated = _ADDRESSED.search(sentence.text) or _UNSTATED.search(sentence.text)
    direct = "~missing" in sentence.cues and unstated
    others = sentences[act + 1 :] if direct else sentences
    return bool(about) and not starts and len(sentences) <= 3 and not any(map(is_content, others))
