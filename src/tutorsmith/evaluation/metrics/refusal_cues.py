r"""The English wordings that refusals are made of.

Each cue is one part of the speech act: who cannot or will not do what (`INABILITY`, `IMPERSONAL`), what is missing
(`MISSING`, `CONTEXT`), what is asked for (`REQUEST`), or why the question is none for this tutor (`SCOPE`).
`tutorsmith.evaluation.metrics.refusal` puts them together. Gaps are bounded, so that matching stays linear.
"""

import re

Cue = re.Pattern[str]


def one_of(text: str) -> str:
    """A group of alternatives from a text that separates them by bars; line breaks and indents don't count."""
    return "(?:" + "|".join(part.strip() for part in text.split("|")) + ")"


def cue(*parts: str) -> Cue:
    """A pattern that matches any of the parts, whatever their case."""
    return re.compile("|".join(parts), re.IGNORECASE)


# Deeds of a tutor; a field, a charge or a law does none of these to a question.
_TASK = one_of(
    r"""answer|help|assist|provide|giv(?:e|en|ing)|comput|calculat|determin|solv|complet|do\b|done\b|say\b|said\b
    |tell|told\b|evaluat
    |work (?:it |this |that )?out|worked out
    |find\b(?! (?:any |an? |no )?(?:\w+ )?(?:error|mistake|fault|flaw|problem|issue|objection))
    |found\b|advise|comment|recommend(?! (?:\w+ ){1,3}(?:highly |strongly )?enough)|offer|produc|verif|confirm
    |predict|judge|grade
    |suppl(?:y|ied)|generat|draft|writ|rewrit|polish|edit\b|edited|continu|proceed|stat(?:e|ed|ing)\b|conclud
    |estimat|obtain|quantif
    |finish|review|translat|respond|address|assess|decide|suggest|identif|name\b|fulfil|comply|engage|cit(?:e|ing)\b
    |summari[sz]|quot
    |correct\b|revis|improv|tackl|handl|diagnos|infer|guess|invent|make up|fabricat|put (?:a |any )|compare|rank
    |interpret|prepare
    |go (?:on|further|ahead)|deal with|take (?:on|this|the|that|your|part)|accept
    |be (?:of help|sure|certain|more specific)|pick|attempt
    |settle|know\b|known\b|read off|reconstruct|reproduce|carry out|forecast|choose|chosen|supervise|book|order|buy"""
)
# Also done in passing inside an answer ("I won't derive it here"): they refuse only beside a reason.
_TASK_IN_PASSING = one_of(
    "deriv|discuss|describ|explain|analy[sz]|check|cover|show|prov(?:e|en|ing)\\b|go into|support|list"
)
_ADVERBS = (
    r"(?:(?:\w+ly|not|just|even|yet|therefore|thus|also|then|either|here|still|in good conscience|at present) ){0,3}"
)
_CANNOT = r"(?:can(?:not|'t| not)|could(?:n't| not))"
_UNABLE = one_of(
    rf"""{_CANNOT}|(?:am|'m|are|is|was|were|being) (?:\w+ly )?(?:not able|unable) to
    |(?:am|'m) not (?:in a position|allowed|permitted|qualified|equipped|going|willing|prepared) to|won't|will not
    |would(?:n't| not) be able to
    |(?:must|have to|will|would|should|'ll|'d) (?:\w+ly )?(?:decline|refuse)(?: to)?
    |(?:\w+ly )?(?:decline|refuse) to|(?:would|'d) rather not
    |should(?:n't| not)|do(?:n't| not) (?:want|wish|intend|see how) to|have no (?:way|basis|means) (?:to|of|for)
    |do(?:n't| not)(?= (?:help|give|do|write|answer|offer|provide|take|share|discuss|comment|handle|cover|teach
    |advise|deal|solve|complete)\b)"""
)
_I = one_of(
    r"""\bi\b|\bthis (?:course )?(?:tutor|assistant)\b|\bthe (?:course )?tutor\b|\bsorry,? (?:but )?(?=can|un)
    |\bafraid (?=not|can)"""
)
_RHETORIC = (
    r"(?:\w+ly )?(?:"
    + one_of(
        r"""stress|overstate|emphasi[sz]e|help (?:but|\w+ing)|agree|disagree|imagine|think|believe|wait
        |over-?emphasi[sz]e|fault|see (?:why|how|any|a |no |what else)|resist|deny|exaggerate
        |repeat|find (?:any |an? |no )?(?:\w+ )?(?:error|mistake|fault|flaw|problem|issue|objection)
        |recommend (?:\w+ ){1,3}(?:highly |strongly )?enough|say (?:it )?(?:enough|often)
        |bore|go into|dwell|spell out|need|remember|hesitate|object|mind|worry|use|neglect|ignore
        |assume (?!the|a|your)"""
    )
    + r")"
)

INABILITY = cue(
    r"\b(?:problem|question|task|exercise) is (?:\w+ )?(?:incomplete|under-?specified|not fully specified|"
    r"unanswerable)\b",
    r"\bno (?:basis|grounds|foundation) for (?:an|any|the|my) (?:answer|reply|number|value|statement|conclusion)\b",
    r"\bi(?:'ll| will|'d| would)? (?:rather )?(?:stay out of|steer clear of|keep out of)\b",
    r"(?:\bnot|n't) (?:something|anything|things) (?:that )?(?:i|we|this tutor|the tutor)\b",
    # A tutor who speaks of its own inability refuses, turns of speech apart.
    rf"{_I} ?{_ADVERBS}{_UNABLE} (?:be able to )?(?!{_RHETORIC})\w",
    rf"\bwe {_UNABLE} (?:be able to )?{_ADVERBS}{_TASK}",
    r"\bi (?:have|see|find|found|received|got|hold) (?:no|nothing|neither|none)\b(?! (?:\w+ )?(?:doubt|objection|"
    r"problem|error|mistake|fault|reason|corrections?|comments?|flaw|issue|contradiction|difficulty))",
    r"\b(?:can(?:not|'t)|unable to|couldn't) (?:give|offer|provide|state|put|name|quote|supply) (?:you )?(?:an? |"
    r"any |the )?(?:\w+ ){0,2}(?:number|value|answer|figure|result|opinion|advice|diagnosis)\b",
    rf"\bi['’ ]?(?:a?m)? afraid (?:that )?(?:i|we|this|the|there) [^.;]{{0,40}}(?:{_CANNOT}|unable|not able|"
    rf"nothing i can|no way)",
    r"\bi(?:'m| am)? (?:have to |must |will |would |'ll )?(?:\w+ly )?declin(?:e|ing)\b",
    r"\bi(?:'ll| will| shall)? (?:have to |must )?(?:leave|pass on|skip|abstain from|refrain "
    r"from)\b[^.;]{0,30}\b(?:unanswered|question|answer\w*|one|this|guess\w*|task)\b",
    r"\bi (?:do not|don't) (?:\w+ )?(?:know|have (?:enough|sufficient|access|the (?:information|data|context|"
    r"material|notes|figure|text)|any))\b",
    rf"^(?:\w+[,:] )?(?:unable|not able) to {_ADVERBS}{_TASK}",
    r"\b(?:that|this|it)(?:'s| is) (?:not something|nothing) (?:that )?(?:i|we|this tutor|the tutor|a (?:course "
    r")?tutor) \w+",
    rf"\bi (?:can|could|will|shall|'ll|would) (?:only|not|first|then only) {_ADVERBS}(?:{_TASK}|"
    rf"{_TASK_IN_PASSING})\w*[^.;]{{0,60}}\b(?:once|if|when|after|as soon as|with|until)\b",
    r"\bi(?:'d|'ll| would| will| should| still| first| do| must)* (?:only |first )?(?:need|have) to (?:know|see|"
    r"have|be told|look at|read|be given)\b",
    r"\bbefore i (?:can|could|am able to|start|begin|try)\b|\bi (?:can|could)(?:n't| not) (?:\w+ "
    r"){0,6}(?:without|until|unless|before|as long as)\b",
    rf"^(?:not|cannot|can't) (?:yet )?be {_ADVERBS}{_TASK}",
    rf"\b(?:th(?:is|e|at)|your) (?:question|problem|task|request|exercise|query)\b[^.!?\n]{{0,40}}(?:{_CANNOT}|"
    rf"(?:is|are) (?:not |un)(?:possible|able|answerable|solvable))",
    r"\bnot (?:an?|the|my) (?:\w+ )?(?:subject|topic|matter|area|question|field|thing|kind of \w+) (?:that |which "
    r")?(?:i|we|this tutor)\b",
    r"\b(?:refuse to|will not|won't|cannot|can't) (?:do (?:so|that|this|it)|help (?:you )?(?:with|to|here)|comply|"
    r"assist)\b",
)
# Nobody in particular cannot: a refusal only if something is said to be missing beside it.
IMPERSONAL = cue(
    rf"(?:{_CANNOT}|may not) (?:yet |still |therefore |thus )?(?:be )?{_ADVERBS}(?:{_TASK}|{_TASK_IN_PASSING})",
    rf"\b(?:impossible|not possible|not feasible|n't possible|n't feasible|no way|hard|difficult|premature|"
    rf"pointless) (?:for \w+ )?(?:to|of) "
    rf"{_ADVERBS}(?:be )?(?:{_TASK}|{_TASK_IN_PASSING})",
    r"\bno (?:[\w-]+ ){0,4}(?:can|could|may) (?:\w+ )?be (?:given|computed|calculated|stated|found|worked out|"
    r"obtained|drawn|made|reached|derived|attached|assigned|quoted)",
    r"\b(?:is|are|remains?|stays?|left) (?:\w+ly )?(?:undetermined|underdetermined|under-determined|"
    r"under-?specified|undefined as posed|not (?:yet )?(?:determined|fixed|determinable|computable|defined as))\b",
    r"\b(?:is|are) not (?:answerable|solvable|computable|determinable|well[- ]posed)\b|\bunanswerable\b|"
    r"\bill-posed\b|^not (?:answerable|determinable|computable)",
    r"\b(?:would|could|can) (?:only |merely |just )?(?:be|have to be|amount to) (?:an? |pure |mere )?(?:guess\w*|"
    r"speculat\w*|invent\w*|fabricat\w*|made up)",
    rf"\b(?:i|we)(?:'m| am| are)? {_UNABLE} {_ADVERBS}{_TASK_IN_PASSING}",
    r"\bno (?:[\w-]+ ){1,4}(?:is|are) possible\b|\bit (?:is not|isn't) clear (?:which|what|whether)\b",
    rf"\b(?:can|could) (?:only|not) be (?:{_TASK}|{_TASK_IN_PASSING})\w*[^.;]{{0,40}}\b(?:once|if|when|after|with|"
    rf"until)\b",
    r"\bhas to wait\b|\bmust wait\b|\bonly then can\b|\bno (?:answer|result|value|number) is possible\b",
)

_GIVEN = one_of(
    r"""given|specified|stated|provided|supplied|included|mentioned|known|attached|defined|available|shown|visible
    |indicated|listed|quoted
    |here\b|there\b|uploaded|pasted|reproduced|received|told|enclosed|named|disclosed|filled in
    |in (?:your|the) (?:message|question|problem|prompt|statement)"""
)
_HOLDER = one_of("question|problem|exercise|task|problem statement|statement|message|prompt|request|query|wording|you")
_GIVES = one_of(
    "give|giving|specif|state|stating|provid|say|said|includ|tell|told|contain|mention|suppl|fix|indicat|show|"
    "paste|attach|shar|sent|send|upload|name|define|list"
)
MISSING = cue(
    r"\b(?:has|have|had|was|were|is|are) (?:been )?(?:omitted|left out|withheld|forgotten|overlooked)\b",
    rf"\b(?:(?:is|are|was|were|has|have)(?:n't| not)|(?:is|are|was|were) (?:nowhere|never)|(?:has|have) (?:never|"
    rf"not) been|not|never|nowhere) (?:been |also |actually |yet |explicitly |any ?where |all )?{_GIVEN}(?! by\b| "
    rf"as\b)",
    rf"\b(?:no|neither) (?:[\w'-]+ ){{1,8}}(?:is|are|was|were|has been|have been|came|comes) (?:\w+ "
    rf")?(?!known\b){_GIVEN}(?! by\b| as\b)",
    rf"{_CANNOT} (?:yet )?be {_ADVERBS}{_TASK}\w*[^.;]{{0,30}}\bwithout\b|\bwithout [^.,;]{{1,40}},? "
    rf"[^.,;]{{0,40}}{_CANNOT} be {_ADVERBS}{_TASK}",
    rf"\bneither (?:of \w+ )?(?:is|are|was|were|has been|have been|came) {_GIVEN}",
    rf"\b{_GIVES}\w* (?:me |us )?(?:neither|none of|no \w+|nothing (?:about|on|of))",
    rf"\b{_HOLDER} (?:do|does|did|has|have)(?:n't| not) (?:\w+ )?{_GIVES}",
    rf"\b{_HOLDER} (?:only |just )(?:{_GIVES})",
    rf"\b{_HOLDER} (?:lacks?|omits?|leaves? (?:out|open|undefined|unspecified|\w+ open)|fails? to|is silent|is "
    rf"missing|is incomplete|is under-?specified|is ambiguous)",
    r"\bwithout (?:knowing|being told|more|further|those|these|that|it\b|them|at least|seeing|having|your|such|"
    r"additional|any (?:information|data|value|detail))\b",
    r"(?:n't|\bnot|\bnever|\bnowhere) (?:appear|occur|stand|figure|to be found)\w* (?:any ?where )?in (?:the|your|"
    r"this) (?:question|task|problem|statement|text|message)",
    rf"\b{_HOLDER} (?:mentions?|gives?|gave|states?|names?|says?|has|have) [^.;]{{1,40}} (?:alone|only)\b|"
    rf"\b{_HOLDER} (?:says?|gives?|states?) nothing\b",
    r"\byou\b[^.;]{0,60}\b(?:do|did|have)(?:n't| not) (?:say|said|specif|stat|tell|told|mention|give|given|indicat)",
    r"\b(?:would be|is|are) (?:necessary|needed|required) (?:to|for|before)\b|\bindeterminate\b|\bwas left out\b|"
    r"\bmore (?:data|information|details?) (?:is|are) (?:needed|required)",
    r"\b(?:is|are) (?:still )?(?:missing|absent|lacking|unknown|unspecified|undefined|unstated|left (?:open|out|"
    r"unspecified))\b|^missing\b|\bmissing(?: \w+){0,2}(?: is| are|:)",
    r"\b(?:not enough|insufficient|inadequate|too little|lack of|lacks? (?:enough|sufficient|the necessary|the "
    r"needed)|n't enough|more|further|additional) (?:\w+ )?(?:information|data|context|details?|input|"
    r"specification)\b(?! (?:in|about) (?:the )?(?:magnitude|amplitude))",
    r"\b(?:information|data|details?|input) (?:\w+ ){0,2}(?:is|are) (?:not (?:enough|sufficient)|insufficient|"
    r"incomplete|too (?:little|few|sparse))",
    r"\b(?:insufficient|incomplete|under-?specified) (?:information|context|data|question|problem|material)\b|"
    r"\bmissing (?:parameters?|data|information|values?)\b",
    r"\bonly (?:the |its |one |a )?(?:[\w'-]+ ){1,5}(?:is|are|was|were|has been) (?:given|stated|known|specified|"
    r"provided|told)\b|\bleaves? [^.;]{1,40} (?:open|unspecified|undefined|undetermined)\b",
    r"(?:n't|\bnot) (?:a )?part of the (?:problem|question|statement|data|task)|\b(?:data|information|values|"
    r"numbers) (?:you |that you )?(?:gave|give|have given) (?:me )?(?:do not|don't|are not|does not|doesn't)",
    r"\bi(?:'d| would| still| will|'ll| am|'m)? (?:first |also )?(?:need|lack|missing|require) (?:to (?:know|see|"
    r"have|be told)|the|your|a |an |more|at least|both|two|three|further|some|these|those|it\b|either)",
    r"\bi'd need (?:to|the|your|a|an|more)\b|\b(?:we|one|i) (?:would|'d|must|should)? ?(?:first )?(?:have|need) to "
    r"(?:know|be told|see)\b",
    r"\bi (?:do not|don't) know (?:the|which|what|how|where|whether|your)\b",
)
# The notes are silent: material of the course that lacks what is asked.
_NOTES = one_of(
    r"""notes?|excerpts?|materials?|passages?|context|sources?|documents?|lectures?|handouts?|readings?|slides
    |knowledge base|chapters?|pages?
    |course text|script|extracts?|snippets?"""
)
_SAYS = one_of(
    r"""contain|cover|mention|includ|say|giv|stat|discuss|address|provid|treat|defin|explain|hold|have|describ
    |report|specif|list|deal|tell|reach|go|offer|answer
    |show|record|touch|settle|let|establish|name|quote|compare|support|extend|help|speak|refer|carr(?:y|ies)
    |mak(?:e|es)"""
)
# What the student refers to and did not send.
_ATTACHED = one_of(
    r"""figures?|diagrams?|pictures?|images?|photos?|sketch(?:es)?|graphs?|plots?|attachments?|files?|passage|draft
    |paragraphs?|manuscript|text|documents?|articles?
    |paper|tables?|datasets?|data set|links?|screenshots?|essay|abstracts?|part \(?[a-d1-4]\)?
    |(?:earlier|previous) (?:\w+ )?(?:part|question|result|answer|problem)s?
    |circuit|derivation|solution|letter|report|sentences?|scan|code|spreadsheet|introduction|section|excerpts?|notes
    |slides|handout|data (?:file|sheet)s?|cover letter|conversation|captions?|message"""
)
_NOT_ARRIVED = one_of(
    r"""attached|included|visible|shown|here|there|available|provided|given|uploaded|pasted|present|reproduced|sent
    |supplied|part of|come through|came through|arrive|arrived
    |received|in (?:your|the|this|our) (?:message|question|prompt|conversation|chat)|legible|load|accessible
    |enclosed|quoted|among|with (?:your|the|this)"""
)
CONTEXT = cue(
    rf"\b{_NOTES}\b[^.!?\n]{{0,60}}\bbut (?:not|never|neither)\b|\b{_NOTES} (?:stop|end|break off|run out)",
    r"\b(?:excerpts?|notes|passages?|material|context)\b[^.;]{0,50}\b(?:came up empty|found nothing|without "
    r"success|to no avail)\b",
    r"\bnot (?:discussed|mentioned|covered|treated|addressed|explained|found|answered) (?:in (?:any|either|one) of|"
    r"by any of|anywhere|there\b)",
    rf"\b{_NOTES}\b[^.!?\n]{{0,60}}\b(?:(?:do|does|did)(?:n't| not)|never|neither|nowhere|don't|fails? to) (?:\w+ "
    rf"){{0,2}}{_SAYS}",
    rf"\b{_NOTES}\b[^.!?\n]{{0,60}}\b(?:are|is) (?:silent|insufficient|not (?:sufficient|enough)|too)\b",
    rf"\b{_NOTES}\b[^.!?\n]{{0,60}}\b{_SAYS}\w* (?:only|nothing|no |neither|none|just)",
    rf"\b(?:nothing|nowhere|none|neither|no (?:word|mention|trace|sign))\b (?:of |in |on |one of |about \w+ in "
    rf")?(?:any of )?(?:these |those |the |this |your )?(?:\w+ ){{0,3}}{_NOTES}\b",
    rf"\bno {_NOTES} (?:\w+ )?{_SAYS}",
    r"(?:\b(?:not|never|nowhere|absent|missing)|n't)\b[^.!?\n]{0,50}\b(?:in|by|from|among|within|of|using|on "
    r"the basis of|with|against) (?:any of )?(?:the |these |those |this |your |my )?(?:\w+ ){0,3}(?:notes|"
    r"excerpts?|(?:course|provided|given) materials?|passages?|context|sources|documents?|handouts?|slides|"
    r"extracts?)\b",
    rf"\b{_CANNOT}\b[^.!?\n]{{0,60}}\b(?:from|on the basis of|based on|using|with) (?:the |these |those |this "
    rf")?(?:\w+ ){{0,2}}{_NOTES}\b",
    r"\b(?:outside|beyond|goes beyond) (?:of )?(?:what )?(?:is in |is covered (?:in|by) )?(?:the |these |those "
    r")?(?:\w+ ){0,2}(?:notes|excerpts|passages|handouts?|slides|provided materials?)\b",
    rf"\b(?:{_CANNOT}|do(?:n't| not)|did(?:n't| not)|never|have(?:n't| not)|unable to) (?:\w+ )?(?:see|seen|view|"
    rf"open|access|have|find(?! (?:any |an? |no )?(?:\w+ )?(?:error|mistake|fault|flaw|problem|issue))|locate|"
    rf"receive|received|got|get|read|retrieve|look at|know (?:what|which))\b[^.;]{{0,50}}\b{_ATTACHED}\b",
    rf"\b{_ATTACHED}\b[^.;]{{0,40}}(?:(?:is|are|was|were|has|have|did|do|does)(?:n't| not)|\bnot|\bnever|"
    rf"\bnowhere) (?:\w+ ){{0,2}}{_NOT_ARRIVED}",
    rf"\bno (?:\w+ )?{_ATTACHED}\b(?: \w+){{0,4}} (?:is|was|has|came|attached|included|provided|given|in|with|here|"
    rf"visible|shown|reached|arrived|to)\b",
    rf"\b(?:you|your message|the message|the question|it) (?:have|has|did|do|does)?(?: ?not|n't)(?: yet| "
    rf"actually)? (?:\w+ )?(?:attach|includ|past|upload|shar|send|sent|provid|suppl|giv|"
    rf"show)\w*[^.;]{{0,40}}\b{_ATTACHED}\b",
    rf"\b{_ATTACHED}\b[^.;,]{{0,30}} (?:is|are|was|were|seems? to be|appears? to be) (?:missing|absent|empty|"
    rf"unreadable|blank|cut off)\b",
    rf"\b{_ATTACHED}\b[^.;]{{0,60}}\b(?:attached|sent|pasted|provided|included|shared|shown me|given me|uploaded) "
    rf"(?:neither|none)",
    rf"\b(?:see|read|have|look at|know) (?:both |either )?(?:the |your |its )?(?:\w+ "
    rf")?{_ATTACHED}\b[^.;]{{0,40}}\b(?:first|before|itself|to (?:answer|judge|say|tell))|\bwithout (?:the |its |"
    rf"your |that |seeing |having |a |any )+(?:\w+ )?{_ATTACHED}\b",
    r"\b(?:there is|there's|i see|i find|i have) no (?:\w+ )?(?:figure|diagram|image|paragraph|text|draft|"
    r"attachment|table|abstract|sentence|excerpt|passage|file|essay|picture|graph|document|code|circuit)\b",
    r"\bi (?:do not|don't|did not|didn't) (?:see|find) (?:any |an? |the |your )(?!reason|problem|error|mistake|way|"
    r"need|difference|point|difficulty|contradiction)",
    r"\binsufficient context\b|\bnot enough context\b|\b(?:message|question|text|it) (?:ends|stops|breaks off|is "
    r"cut off|was cut off)\b",
)
_COURSE = one_of(
    "course(?! of)|tutor|class|module|subject|syllabus|electromagnetics?|electromagnetism|academic writing"
    "|curriculum|"
    "assistant|programme|program|service"
)
SCOPE = cue(
    rf"\bno place in (?:this|the|our) {_COURSE}|\b(?:scope|remit|help) is (?:limited|restricted|confined) to\b",
    r"\b(?:outside|beyond|out of|outwith|not within|not in|not inside|exceeds) (?:of )?(?:the |this |my |our |its |"
    r"a )?(?:\w+ )?(?:scope|remit|syllabus|mandate|purview|area of (?:expertise|competence)|competence|expertise|"
    rf"brief|role|domain|field of)\b(?! of (?!(?:(?:this|the|my|our|a|an|any|your) )?(?:\w+ ){{0,2}}(?:{_COURSE}|"
    r"tutoring|teaching|help|physics|lesson|session|support)|what|my\b|our\b))",
    rf"\b(?:outside|beyond|out of|not within|not in|falls? outside|lies? outside) (?:of )?(?:the |this |our |what "
    rf"(?:this|the|i|my) )(?:\w+ ){{0,3}}{_COURSE}\b",
    r"\b(?:outside|beyond|not) (?:of )?what (?:i|this (?:course|tutor)|the (?:course|tutor)|we)(?:'m| am|)\b",
    rf"(?:\b(?:is|are|has|have|was|does|do)|'s)(?:n't| not| nothing)(?: \w+)? (?:part of|covered (?:in|by)|related "
    rf"to|about|to do with|a topic (?:of|for|in)|a question (?:for|about|of)|a matter (?:for|of)|taught in|within|"
    rf"connected (?:with|to)|one for|for|in|relevant to|belong (?:to|in)|treated in|on|concern|handled by) (?:this "
    rf"|the |our |an? |my )?(?:\w+ ){{0,2}}(?:{_COURSE}|scope|remit)\b",
    r"\b(?:has|have) nothing (?:at all )?to do with (?:it|this|our|the course|electro|what|either)\b|\b(?:no|not a|"
    r"not) (?:part|topic|subject|question) of (?:it|this course|the course)\b",
    rf"\b(?:unrelated|irrelevant|foreign) to (?:this |the |our )?(?:\w+ ){{0,2}}{_COURSE}|\bbelongs? (?:in|to) "
    rf"(?:an?other|a different|a|your) (?:\w+ ){{0,2}}(?:course|class|lecture|department)\b",
    r"\b(?:i|i'm|i am|this tutor|the tutor|my (?:role|job|task|help|purpose) is|we) (?:am |is |can |could |may |"
    r"are )?(?:here )?(?:only|just|solely|exclusively|limited|restricted|confined) (?:able to |here |to |help|"
    r"answer|assist|cover|deal|handle|teach|for|with|support|discuss|there|take|a |an )",
    r"\b(?:i|this tutor|the tutor|this assistant) (?:cover|deal with|handle|teach|help with|answer|stick to|am "
    r"here (?:for|to help)|is (?:here )?for|keep to|stay with|specialise in|am built for)s? (?:only |questions "
    r"(?:on|about) |this |the |electro|physics)",
    rf"\bnot (?:one )?(?:for|in|of|about|within) (?:an?|this|the|our) (?:\w+ ){{0,2}}{_COURSE}\b",
    rf"\bnot (?:an?|the) (?:\w+ ){{0,2}}(?:{_COURSE}|physics|writing) (?:question|topic|matter|problem|task)|"
    rf"\boff[- ]topic\b|\bout[- ]of[- ]scope\b",
    r"\bnot (?:my|the tutor's|a tutor's|this tutor's) (?:role|job|place|field|area|business|task)\b|\bkeep to "
    r"(?:electro|the course)",
    # The tutor won't; what "you" must not do is advice.
    rf"(?:(?<!you )(?<!one )(?<!authors )(?<!students )\b(?:{_CANNOT}|won't|will not|(?:am|'m) not (?:able|going|"
    rf"willing) to|unable to|declin\w+ to|refuse to)|(?<=\bi )(?:don't|do not|should not|shouldn't)) (?:\w+ )?"
    r"(?:write|complete|do|solve|take|sit|compose|produce|draft|finish|submit|invent|fabricate|make up|forge|falsify|"
    r"hide|disguise|fake|manipulate)\b[^.;]{0,60}\b(?:assignments?|exams?|essays?|thesis|homework|coursework|"
    r"dissertation|for you|on your behalf|in your place|take-home|quiz|report|references?|citations?|sources"
    r"|results?|"
    r"measurements?|quotations?|test)\b",
    r"\bnot (?:academic writing|electromagnetics?|physics)\b|\bi(?:'m| am) (?:an?|the|only|just|"
    r"your)[^.;]{0,40}\b(?:tutor|assistant)\b[^.;]{0,20}, not\b",
)
# Why a tutor does not do it. Beside an act it makes the question out of scope; alone it may be what an answer is about.
POLICY = cue(
    r"\b(?:academic (?:integrity|misconduct|dishonesty|honesty)|plagiarism|cheating|ghost-?writ\w*|honou?r code|"
    r"fraud|misconduct)\b|\bmust be your own\b|\b(?:be|is) your own work\b",
    r"\b(?:by|to|from|with) an? (?:doctor|physician|lawyer|pharmacist|dentist|specialist)\b",
    r"\b(?:consult|see|ask|contact|speak to|talk to|turn to|seek)\b (?:an? |your |the |out )?(?:\w+ "
    r"){0,3}(?:doctor|physician|lawyer|attorney|solicitor|accountant|advis[eo]r|therapist|counsell?or|pharmacist|"
    r"electrician|medical (?:advice|help)|legal (?:advice|help)|bank|helpdesk|help desk)\b",
    r"\b(?:medical|legal|financial|investment|tax|political|dating|relationship|religious|health|career|travel) "
    r"(?:or \w+ )?(?:advice|counsel|diagnos\w+|opinions?|recommendations?|questions?|matters?|planning|"
    r"predictions?)\b",
)
