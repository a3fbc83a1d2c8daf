"""The English wordings of what a tutor does beside or instead of refusing: ask, propose, advise, turn to the answer.

The reasons of a refusal stand in `refusal_cues`. Gaps are bounded, so that matching stays linear.
"""

from tutorsmith.evaluation.metrics.refusal_cues import cue, one_of

# What a question can leave out.
PARAMETER = cue(
    r"\b"
    + one_of(
        r"""values?|parameters?|dimensions?|radius|radii|lengths?|areas?|spacing|separation|distances?|thickness
        |charges?|currents?|voltages?|potential|frequency|frequencies
        |permittivity|permeability|conductivity|dielectric constant|refractive index|turns|densit(?:y|ies)|mass
        |speed|velocity|angles?|temperature|resistance|capacitance
        |inductance|conditions?|orientation|direction|medium|wavelength|amplitude|power|gain|impedance|load
        |field strength|magnitude|geometry|sizes?|width|height|depth
        |diameter|position|numbers?|units?|material|polari[sz]ation|bandwidth|loss tangent|quantit(?:y|ies)|limit
        |audience|readership|journal|venue|style|sample size|rate
        |period|ratio|coefficient|index|mode|language|deadline|discipline|field of study|topic|duration|time|spin
        |flux|efficiency|phase|shape|reference point"""
    )
    + r"\b"
)
# The student is to supply something.
REQUEST = cue(
    r"\bplease (?:also |first |kindly )?(?:provide|share|send|give|specify|tell|state|supply|upload|paste|attach|"
    r"include|add|clarify|confirm|post|let me know|quote|describe|resend|copy|say|name|check|complete|state)|"
    r"\bkindly (?:provide|supply|send|give|state|specify)",
    r"\b(?:could|can|would|will) you (?:please |also |kindly )?(?:provide|share|send|give|specify|tell|state|"
    r"supply|upload|paste|attach|clarify|confirm|post|let me know|quote|describe|say|name)",
    r"\b(?:once|when|as soon as|if|after|until|unless) (?:you|i|we|it|these|those|that|they|this|"
    r"the)\b[^.;]{0,60}\b(?:send|sent|give|given|provide|provided|share|shared|tell|told|supply|supplied|state|"
    r"stated|specify|specified|paste|pasted|upload|uploaded|attach|attached|know|known|have|add|added|available|"
    r"see|clear|settled|decided|fixed|chosen|here|there)\b",
    r"(?:^|[,;:–—-] ?(?:and |so |then |or )?|\b(?:so|then) )(?:send|share|paste|upload|attach|give|tell|supply|"
    r"post|resend|quote) (?:me|us|the|your|it|them|both|these|those|a|an|along|that|this|in)\b",
    r"\blet me know\b|\bwith (?:that|those|these|both|them|it|this|\w+)(?: \w+){0,4},? (?:i|we|the \w+) (?:can|"
    r"could|will|would)\b|\bi(?:'d| would)? need (?:to know|the|your|more)\b",
    r"\bwhat (?:is|are) (?:the|your|its)\b[^.?]{0,80}\?|\bwhich [^.?]{0,80}\?|\bwhat [^.?]{0,30} (?:applies|should "
    r"i use|do you)[^.?]{0,20}\?",
)
# The answer varies.
DEPENDS = cue(
    r"\bdiffer\b|\b(?:decides?|is decisive|makes the difference|settles it|sets (?:it|the scale))\b",
    r"\b(?:differs?|varies|vary) (?:for|with|between|from|by|across|on|in)\b|\b(?:hinges?|hangs?|turns?|rests?) on\b"
    r"|\bcomes? down to\b|\bno single (?:rule|answer|value)\b"
    r"|\bpart ways\b|\b(?:could|can) be either\b|\bmust be settled\b|\bmatter of (?:style|discipline|convention"
    r"|taste)\b|\bdepends\b(?! only on| on nothing)",
    r"\b(?:answer|result|value|choice|outcome|it|that|this|rewrite) (?:all )?(?:depends|hinges) on\b",
)
NOT_NEEDED = cue(
    r"n't (?:be |even )?(?:needed|necessary|required|relevant|called for)\b|\bno (?:[\w'-]+ ){1,4}(?:is"
    r"|are) (?:needed|necessary|required|called for)\b",
    r"\b(?:needn't|need not|not (?:be )?(?:needed|necessary|required|relevant)|no need|irrelevant|doesn't matter|"
    r"does not matter|don't need)\b",
)
# What is no answer to the question: offers, advice where to turn, conditions.
OFFER = cue(
    r"\b(?:i|we) (?:can|could|would|will)\b|\bi'(?:ll|d|m)\b|\bhappy to\b|\bglad to\b|\bfeel free\b|\byou (?:could|"
    r"can|may|might|should)\b|\bif you\b|\bonce\b|\bplease\b",
    r"\bconsult\b|\bask (?:me|your|the|a)\b|\bwould\b|\bsend\b|\bneed(?:s|ed)?\b|\brequires?\b|\bwelcome\b|"
    r"\brecommend\b|\?",
)
PIVOT = cue(r"\b(?:but|however|nevertheless|nonetheless|that said|even so|still|though|anyway|in any case|yet)\b,?")
LEAK = cue(
    r"\b(?:the (?:short |brief |quick )?answer is|here(?:'s| is| are)(?: a| the| my)|in (?:brief|short)\b|briefly,|"
    r"as a (?:short|quick|brief) (?:answer|aside))",
    r"\b(?:we|one|you) can (?:still |nevertheless |however |easily |also )?(?:derive|find|answer|compute|calculate|"
    r"obtain|show|determine|solve|say|conclude)\b",
    r"\b(?:it|this|that|the (?:answer|result|question|field|value)) can (?:still |nevertheless )?(?:be "
    r")?(?:derived|found|answered|computed|calculated|obtained|determined|follow\w*)",
    r"\bfollows (?:directly |at once )?from\b|\bfrom (?:general (?:knowledge|principles)|first principles|your "
    r"description|what you (?:describe|say)|the (?:definition|text|wording|symmetry|data|numbers|description))",
    r"\bso the answer\b|\bthe answer (?:to [^.;,]{1,24} )?is\b(?! (?:not|missing|outside))",
)
ASSUMED = cue(
    r"\b(?:let's|let us|let me|i'll|we) (?:call|denote|take|use|set|say|write|keep)\b|\bkeep (?:it|\w"
    r"|the \w+) (?:as a (?:letter|symbol)|symbolic|general)|\bdenote",
    r"\b(?:assum(?:e|ing)|suppos(?:e|ing)|taking|let us take|take (?:the|a|an|it|\w+ ?=)|with (?:the )?(?:usual|"
    r"standard|typical)|typical(?:ly)?|standard value|i(?:'ll| will) (?:use|take|assume)|by default|using (?:the "
    r")?(?:usual|standard|typical|textbook)|for air|in vacuum)\b",
)
# About the student's own text.
EDITORIAL = cue(
    r"\b(?:your|the) (?:\w+ )?(?:draft|sentence|paragraph|abstract|introduction|methods?|section|manuscript|text|"
    r"claim|essay|report|writing|paper|thesis|title|caption|conclusion|argument|reader|author)s?\b|\ba reader\b|"
    r"\breaders\b"
)
# A question that proposes something instead, and one that asks for what is missing.
PROPOSAL = cue(
    r"\b(?:do|would) you (?:want|like|prefer|care)\b|\bneed me to\b|\binterested in\b|\bcurious\b",
    r"\bi(?:'ll| will|'d| would| can|'d be glad to| could) (?:gladly "
    r"|then |happily |be (?:glad|happy) to )*"
    r"(?:compare|finish|work|look|tell|compute|go|give|check|answer|read|say|evaluate|draw|plug|judge|help|go over"
    r"|take it|run|do|walk)\b",
    r"^(?:want|care|feel like|ready) \b|\b(?:go|carry|move) on with\b",
    r"\b(?:shall|should) (?:we|i)\b|\bwould you like\b|\bwant (?:me )?to\b|\b(?:can|could|may) i\b"
    r"|\bany (?:other )?(?:questions?|problem)\b"
    r"|\banything (?:else|on|about|in)\b|\bis there (?:a|any|an|another|something)\b|\b(?:what|how) about\b|\bfancy\b"
    r"|\bdoes (?:that|this) help\b"
    r"|\binstead\?|\bback to\b|\bask me\b|\blet's\b|\bwhy not\b|\bdo you have (?:a|any|another)\b|\bready to\b"
    r"|\bokay\?|\bright\?|\bcan help with\b",
)
ASKS = cue(r"\?[\"'”)\]]*\s*$")
# Told to the tutor: "let me have both", "drop it in here".
TELL = cue(
    r"\b(?:report back|get back to me|come back (?:to me )?with|look (?:it|them|that|this) up and)\b",
    r"\bwould (?:do|be enough|serve|suffice|be fine|help me)\b|\bmind (?:posting|sending|pasting|sharing|telling"
    r"|typing|uploading)\b|\bshare the gist\b",
    r"\b(?:let me (?:have|know|see)|tell (?:me|us)|give (?:me|us)|show me|send (?:me|it|them|both|the|your|over"
    r"|along)|drop (?:it|them|both|the|your)"
    r"|(?:post|paste|upload|attach|share|forward|resend|supply) (?:it|them|both|either|the|your|all|these|those|that"
    r"|each)\b)",
    r"(?:^|[,;:.–—] ?|\b(?:please|and|then|just|so|kindly) )(?:(?:name|specify|state) the|(?:name|fill in|fix|pick"
    r"|choose|specify|state|quote|describe) (?:it|them|both|either|all|these|those|that|each|a value"
    r"|one))\b|^(?:send|post|quote|paste) (?:the|your|both|all|it|me|us)\b|^give (?:me|us)\b|\blet me ask\b",
    r"\b(?:could|can|would|will|might) you\b(?! (?:like|prefer|want|care))|\bdo you (?:have|mean|know)\b"
    r"|\bas soon as (?:it|they|that|the \w+) (?:is|are|arrives?|comes?)\b|\bwith (?:both|them|those|that|these"
    r"|it|the \w+|\w+ and \w+)"
    r"(?: \w+){0,3} (?:in hand|here|known|i|we)\b",
)
# The answer itself, as an instruction or a recommendation to the student.
ADVICE = cue(
    r"(?:^|[:;] ?)(?:do not|don't|never) (?:be\b|cite|write|use|claim|quote|put|mix|start|end|let|add|state|copy"
    r"|repeat|report|call|say|round|confuse|forget|leave|omit|invent)",
    r"(?:^|[:;—–] ?|, (?:so|then|but|and) |\bso |\bthen |[.!] ?|§ ?)(?:then |simply |just |instead,? |please )?(?:use"
    r"|write|replace|rewrite|rephrase|change|avoid|"
    r"put|keep|start|begin|describe|cite|choose|mark|split|drop|cut|delete|remove|move|apply|integrate|multiply"
    r"|divide|solve|prefer|follow|treat|point|"
    r"compare|subtract|measure|report|quote|shorten|merge|swap|set|insert|say|try|open|close|end|make|take|let|point"
    r"|turn|check|thank(?! you)|fold|look|combine|compute|differentiate|expand|evaluate|find|draw|sketch|plot"
    r"|verify|test|assume|consider|recall|note|remember|think|mention|list|discuss|justify|support|link|refer"
    r"|acknowledge|declare|disclose|stick|omit|trim|tighten|group"
    r"|place|convert|substitute|plug|label|round|present|summari[sz]e|give (?:the|a|both|each|units?)"
    r"|capitali[sz]e|italici[sz]e|number|define|break|tone)\b(?! (?:me\b|us\b|it here|them here|both|your own"
    r"|out\b))(?![^.;:]{0,60}\b(?:and|then) (?:i|we)\b)",
    r"(?:^|[:;—–] ?|, (?:so|then|but|and) |\bso )(?:add|state|name|define|explain|give) (?:an?(?! and\b)|one|two|the"
    r"|how|why|what|which|who|where|when|your) "
    r"(?![^.;:]{0,60}\b(?:and|then) (?:i|we)\b)",
    r"\bi(?:'d| would) (?:rather )?(?:use|write|avoid|drop|cut|replace|go for|choose|prefer|say|put|soften|keep|move"
    r"|split|start|call)\b(?! (?:up|not))",
    r"\b(?:should|must|ought to|needs? to|has to|have to) (?:be )?(?:added|replaced|written|deleted|removed|cited"
    r"|changed|reported|named|avoided|go\b"
    r"|mentioned|shortened|moved|cut|split|put|stated|reworded|rephrased)",
    r"\b(?:is|are) (?:generally |usually |perfectly |often |quite )?(?:acceptable|fine|correct|allowed|recommended"
    r"|standard|customary|preferred|common)\b",
    r"\b(?:write|say|try|use|becomes?|read|such as|for example|for instance|e\.g\.,?|like|start|possible|better"
    r"|example|version|:) ?(?:this|is|was)?:? ?§",
)
# Somebody else to turn to.
REDIRECT = cue(
    r"^your (?:\w+ ){1,3}(?:may|might|will|can|should) (?:have|offer|help|know|run|keep)\b",
    r"\bbest (?:to )?(?:ask|catch|see|try|contact|go to|talk|check with|write to)\b",
    r"\b(?:best bet|right (?:person|place|people|address|one)|better (?:address|place)|will know|would know"
    r"|knows? better|can help you)\b",
    r"\b(?:your|the|a|an) (?:[\w'-]+ ){0,3}(?:lecturer|supervisor|adviser|advisor|helpdesk|help desk|administrator"
    r"|office|librar\w+|assistant|lawyer|doctor|"
    r"counsell?or|therapist|friend|registrar|service|department|professor|teacher|examiner|programme|board|forum"
    r"|website|app|forecast)\b[^.;]{0,40}\b(?:will|would|explains?|tells?|lists?|has|knows?|offers?|helps?"
    r"|can|could|may|is|are)\b|\b(?:try|contact|see|ask|consult|check with|turn to|speak to|talk to|go to|visit|ring"
    r"|call|phone|look (?:in|at|on))\b[^.;]{0,40}"
    r"\b(?:lecturer|supervisor|advis[eo]r|help ?desk|administrator|office|librar\w+|assistant|lawyer|doctor"
    r"|counsell?or|service|department|professor|provider|site"
    r"|website|forecast|app|bank|board|ombuds\w+|physician|hotline|agency|newspaper)|\bpractise with\b",
)
YES_NO = cue(
    r"^(?:yes|no|never|always|(?:usually|mostly|often|generally|normally|typically|sometimes|in most \w+|in general"
    r"|better (?:not|to|write|say)|preferably|ideally|hardly ever)\b|not (?:if|unless|when|for|in|on|by|before|after"
    r"|until|only|as|quite|really|necessarily|always|at all|strictly)|certainly"
    r"|of course(?! not i)|it (?:can't|can|cannot|does|doesn't|is|isn't|depends on"
    r" (?:nothing|no))|you (?:don't|can|may|should|do)|they (?:can|do|are)|both(?! (?:occur|exist|happen"
    r"|are (?:found|seen|around)))|almost never|rarely|only)\b"
)
BECAUSE = cue(r"^(?:because|since|for the (?:simple )?reason)\b")
