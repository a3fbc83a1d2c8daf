"""What the setting tells about an answer: a text under review, a deed no tutor does, work left unfinished.

In the setting of a review, what is named as missing is feedback; beside a refused deed, advice is an alternative;
before a lack in the conclusion, numbers are steps on the way.
"""

import re

from tutorsmith.evaluation.metrics.refusal_reading import INDIRECT, ME, NEGATION_WORD, Sentence, asks_back, near

ILLEGIT = re.compile(
    r"\b(?:write|do|finish|complete) (?:my|the|this|me)\b|\b(?:make up|invent|fabricat\w*|fake|forge|cheat|exam"
    r"|take-home|turnitin|undetect\w*|tests?|quiz|login|plagiari\w*"
    r"|pretend|lie|copy|word for word|for me|on my behalf|nobody notices|copied)\b|代写|替我|帮我[写编做]|编造|编一"
    r"|编几|虚构|伪造|虚假|标准答案|直接给|不想看|假的"
    r"|考试|考题|作弊|查重|洗稿|冒充|透露|原样交|换个说法|查不出|抄来|抄的",
    re.IGNORECASE,
)

# What a course is not about: health, law, money, people, leisure, the household, the weather, machines for daily use.
_OFF_TOPIC = re.compile(
    r"\b(?:headaches?|pains?|hurts?|ache|fever|flu|doctor|medicine|medication|pills?|ibuprofen|aspirin|dosage"
    r"|dose of|rash|diet|calories"
    r"|workout|gym|pregnan\w*|depress\w*|anxi\w*|allerg\w*|vaccin\w*|landlord|tenan\w*|deposit|lawsuit|sue"
    r"|divorce|custody|visa|immigration"
    r"|tax(?:es)?|stocks?|shares|bitcoin|crypto\w*|invest\w*|mortgage|loan|salary|lottery|betting|girlfriend"
    r"|boyfriend|wife|husband|crush|dating"
    r"|break up|heartbroken|love letter|roommate|birthday|wedding|recipe|cook|bake|cake|pasta|soup|dinner"
    r"|restaurant|wine|beer|movie|film tonight"
    r"|netflix|song|lyrics|concert|football|soccer|basketball|world cup|match tonight|video game|playstation"
    r"|celebrit\w*|horoscope|zodiac|election"
    r"|president|politic\w*|party should i vote|vote|religio\w*|church|pray|god|weather|rain tomorrow|holiday"
    r"|vacation|flight|hotel|trip"
    r"|itinerary|laptop|smartphone|iphone|car|bike|bicycle|brakes|washing machine|wi-?fi|printer|garden|tomato\w*"
    r"|dog|cat|puppy|pets?|bedbugs"
    r"|haircut|outfit|dress|tattoo|react|javascript|python script|website|app|sql|excel macro|poem|hamlet"
    r"|shakespeare|novel|joke)\b"
    r"|感冒|发烧|头疼|头痛|胸闷|失眠|吃药|药|医生|减肥|健身|房东|押金|离婚|打官司|股票|基金|炒股|比特币|彩票|贷款"
    r"|女朋友|男朋友|女友|男友"
    r"|失恋|分手|暗恋|表白|相亲|生日|菜谱|做菜|红烧|火锅|餐厅|好吃|电影|电视剧|明星|歌词|演唱会|球赛|比赛|世界杯"
    r"|游戏|星座|运势|选举|总统"
    r"|天气|旅游|机票|酒店|手机|买车|修车|自行车|洗衣机|宠物|猫|狗|诗|笑话|网站|小程序|爬虫",
    re.IGNORECASE,
)
_IMPROPER = re.compile(
    r"\b(?:ghost-?write|forge|fake|invent|make up|fabricate|copied|turnitin|detector|checker|exam|quiz|midterm"
    r"|take-home|sign (?:the"
    r"|it|my|for)|pretend to be|impersonate|hack|steal|answer key|mark scheme for|leak|answers (?:for"
    r"|to) (?:tonight|tomorrow|the (?:exam|quiz|test))"
    r"|so that p|p ?< ?0|(?:change|adjust|massage|tweak|delete|drop) (?:the|my|a few|some) (?:numbers|data"
    r"|results?|outliers?|points?|values)|for me; i'll pay|i'll pay"
    r"|classmate|bribe|excuse for)\b|代写|替考|代考|作弊|伪造|编造|编几|造假|虚构|抄来|抄的|查重|查不出|测验|考试"
    r"|答案|选项|冒充|签名|签字|改一下数据|泄露|枪手",
    re.IGNORECASE,
)
_REFERS_ON = re.compile(
    r"\b(?:will|can|would|may|could|is) (?:\w+ )?(?:sort you out|help|know|tell|advise|better|right)\b", re.IGNORECASE
)
_TUTOR = re.compile(
    r"\b(?:tutor|assistant|course|class|subject|lessons?|nobody's business|own)\b|助教|课程|本课|课上|自己|诚信",
    re.IGNORECASE,
)

# A text of the student's stands in the question: a whole sentence, or many words, in quotation marks.
_QUOTED_TEXT = re.compile(
    r"[\"“'‘「『](?:(?:[^\s\"”」』]{1,40}\s+){2,60}?[^\s\"”」』]{1,40}[.!?…][\"”'’」』]"
    r"|(?:[^\s\"”」』]{1,40}\s+){8,60}?[^\s\"”」』]{1,40}[\"”'’」』]"
    r"|[^\"”」』\n]{3,300}[。！？…][\"”」』]|(?=[^\"”」』\n]{0,300}[\u4e00-\u9fff])[^\"”」』\n]{12,300}[\"”」』])"
)

_WHY = re.compile(
    r"^\s*(?:and |so |but )?(?:why|how come)\b|\bwhy (?:does|do|did|is|are|was|can)\b|为什么|为何|为啥|怎么会",
    re.IGNORECASE,
)

_UNFINISHED = re.compile(
    r"\b(?:last|final|next|remaining|closing) (?:step|part|bit|line|substitution|number)\b|\bthe rest\b|\bfinish\w*"
    r"|\bcomplet(?:e|ed|ing)\b|\beverything (?:\w+ ){0,5}(?:except|but|apart)\b|\ball but\b|\bto (?:turn|get|go"
    r"|carry|take|bring"
    r"|convert) (?:this|that|it|from|any|further|to)\b|\bfrom (?:here|there) on\b|\bgo (?:on|further)\b"
    r"|\bcontinue\b|\bup to"
    r" (?:here|there|this point)\b|\b(?:as|this|that) far as\b|\bthis is where\b|\bget(?:s)? stuck\b"
    r"|\bstill (?:needed|open"
    r"|missing|to come)\b|\bas for\b|\ball (?:that|it) (?:it )?(?:takes|is needed|needs)\b|\bone (?:thing|number"
    r"|quantity|value|piece)\b|接下来|最后一步|算完|剩下|余下|到这里|到这一步"
    r"|往下|还差|就差|只差|卡在|下一步|完成",
    re.IGNORECASE,
)

_STUCK = re.compile(
    r"\b(?:get|gets|am|is|are|got) stuck\b|\b(?:i|we|it) stops? (?:here|there)\b|卡住|卡在", re.IGNORECASE
)

_LACKS = frozenset({"missing", "~missing", "context", "~context", "inability", "impersonal", "~impersonal"})
_POLICY = frozenset({"policy", "~policy"})
_DECLINES = frozenset({"inability", "~inability", "scope", "~scope"})


def under_review(question: str) -> bool:
    """Does the question bring the text that it asks about?"""
    return bool(_QUOTED_TEXT.search(question))


def is_off_topic(question: str) -> bool:
    """Is a question about daily life, health, law, money or leisure, which no course covers?"""
    return bool(_OFF_TOPIC.search(question))


def is_improper(question: str) -> bool:
    """Does a question ask for a deed that no tutor does (forging, ghost-writing, sitting an exam)?"""
    return bool(_IMPROPER.search(question) or ILLEGIT.search(question))


def refers_on(sentence: Sentence) -> bool:
    """ "A repair shop will sort you out"."""
    return bool(_REFERS_ON.search(sentence.text))


def turned_away(sentences: list[Sentence], question: str) -> int | None:
    """Index of the sentence that turns away an off-topic or improper request without doing it, or None."""
    off, improper = is_off_topic(question), bool(_IMPROPER.search(question))
    if not (off or improper) or len(sentences) > 4:
        return None
    for i, sentence in enumerate(sentences[:2]):
        text, cues = sentence.text, sentence.cues
        denies = bool(NEGATION_WORD.search(text) or cues & (INDIRECT | {"inability", "scope"}))
        if off and (_TUTOR.search(text) or (ME.search(text) and denies)):
            return i
        if improper and denies and (ME.search(text) or _TUTOR.search(text)) and not cues & {"yes_no"}:
            return i
        if "advice" in cues or "=" in text or "because" in cues:
            return None
    return None


def explains(sentences: list[Sentence], question: str) -> bool:
    """Does an answer to "why" begin with the reason?"""
    return bool(_WHY.search(question)) and bool(sentences) and "because" in sentences[0].cues


def declines_deed(sentences: list[Sentence], act: int, question: str) -> bool:
    """Is an improper deed refused, so that what is advised beside it is an alternative?"""
    improper = near(sentences, act) & _POLICY or ILLEGIT.search(question)
    return bool(sentences[act].cues & _DECLINES and improper and _is_spoken_of_self(sentences[act]))


def _is_spoken_of_self(sentence: Sentence) -> bool:
    return bool(ME.search(sentence.text)) or "恕" in sentence.text


def is_unfinished(sentences: list[Sentence], act: int) -> bool:
    """Does the work break off at the act for want of something, as the last thing that the answer says?"""
    ending = sentences[act:]
    lacking = any(s.cues & _LACKS for s in ending)
    asks = any(asks_back(s) or "request" in s.cues for s in ending)
    breaks_off = any(_UNFINISHED.search(s.text) for s in sentences[max(0, act - 1) :])
    breaks_off = breaks_off or bool(_STUCK.search(sentences[act].text))
    asks = asks or bool(_STUCK.search(sentences[act].text))
    return act > 0 and len(ending) <= 3 and lacking and asks and breaks_off
