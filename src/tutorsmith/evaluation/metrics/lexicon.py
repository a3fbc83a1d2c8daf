"""Words as concepts: characters normalised one to one, English stems, and the concept table of `lexicon.txt`.

Every normalisation keeps the length of the text, so that an offset in the normalised text is an offset in the answer.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

_TRADITIONAL = (
    "電电場场導导體体內内為为無无與与對对時时間间連连續续強强極极線线圍围這这個个們们來来說说會会應应該该從从將将當当過过還还"
    "產产生生動动運运變变換换數数據据點点種种長长發发現现關关係系統统質质並并沒没見见觀观實实驗验結结論论證证明明歸归類类"
    "參参考考獻献圖图題题標标轉转傳传輸输頻频率率週周邊边處处屬属於于後后進进遠远際际離离積积層层顯显單单雙双隨随著着減减"
    "漸渐徑径環环繞绕圈圈磁磁感感應应學学寫写語语態态動动現现將将過过時时縮缩詞词彙汇讀读者者摘摘要要討讨誤误錯错認认識识"
    "區区別别號号負负載载測测試试計计算算壓压開开閉闭業业義义兩两幾几麼么嗎吗總总縱纵橫横條条構构樣样較较輕轻絕绝緣缘"
    "損损耗耗達达韋韦伏伏歐欧頭头術术規规則则約约設设許许詳详請请讓让課课調调談谈護护譯译議议靜静衡衡羅罗倫伦茲兹"
    "庫库侖仑楞楞次次麥麦羅罗諧谐濾滤鏈链銅铜鐵铁鋁铝銀银願愿題题類类飛飞養养馬马驅驱髮发齊齐龍龙釋释銳锐"
    "組组網网給给經经練练綜综編编聯联聲声職职聽听補补裝装觸触規规視视覺觉訊讯訂订記记訴诉詢询誰谁諸诸"
    "貫贯責责費费資资賴赖車车軸轴輻辐輪轮辦办適适選选遞递郵邮針针鈍钝鍵键鏡镜門门問问闊阔陰阴陽阳階阶隱隐難难靈灵"
    "順顺預预領领餘余驟骤鬆松點点黑黑儀仪價价優优傾倾僅仅億亿則则創创劃划務务勢势勵励勻匀匯汇協协卻却厲厉嚴严"
    "國国圓圆執执報报塊块增增壞坏夠够夾夹奪夺婦妇孫孙寬宽專专導导屆届嶄崭師师帶带幣币幫帮庫库廣广廢废異异張张彈弹徵征"
    "復复慣惯應应懷怀戰战擇择擊击擋挡擴扩擺摆攝摄敗败斷断於于曉晓書书東东極极榮荣樓楼機机檢检歲岁歷历殘残氣气漢汉滿满"
    "濃浓濕湿灣湾災灾炭炭熱热營营爭争爾尔牆墙狀状獨独獲获畫画異异療疗盡尽盤盘矯矫碼码確确礎础稱称穩稳窮穷競竞筆笔節节"
    "簡简簽签糾纠純纯紙纸級级細细終终絲丝維维綱纲緊紧織织繼继罷罢習习聖圣腦脑舉举舊旧薦荐藝艺蘇苏虛虚蝕蚀螢萤衛卫複复"
    "裡里製制評评評评試试該该誘诱諾诺謂谓貝贝財财貨货質质購购賽赛贊赞趨趋跡迹躍跃輔辅輸输農农運运違违鄰邻醫医釐厘錄录"
    "隻只雖虽雜杂雲云電电響响頁页項项須须頓顿顧顾飾饰餅饼驚惊鬥斗魯鲁鳥鸟麗丽黃黄齡龄嚮向佈布佔占併并倆俩偽伪傑杰備备"
)


def _character_table() -> dict[int, str]:
    table = {0xFF01 + i: chr(0x21 + i) for i in range(94)}
    table.update({ord(a): b for a, b in zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True)})
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


_CHARACTERS = _character_table()
_GREEK = dict(
    zip(
        "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega".split(),
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
    return text.translate(_CHARACTERS)


def plain(text: str) -> str:
    """`normalise`d text with LaTeX and Markdown marks blanked and Greek commands spelled as letters (same length)."""

    def blank(found: re.Match[str]) -> str:
        name = found.group(1) or ""
        return (_GREEK.get(name) or _LATEX.get(name) or " ").ljust(len(found.group()))

    return _LATEX_COMMAND.sub(blank, text.replace("^\\circ", "°     ").replace("^{\\circ}", "°       "))


_IRREGULAR = {
    "fell": "fall", "fallen": "fall", "rose": "rise", "risen": "rise", "grew": "grow", "grown": "grow", "led": "lead", "lies": "lie",
    "lay": "lie", "lain": "lie", "written": "write", "wrote": "write", "did": "do", "shown": "show", "gave": "give", "given": "give",
    "took": "take", "taken": "take", "kept": "keep", "became": "become", "held": "hold", "stood": "stand", "found": "find", "made": "make",
    "halves": "half", "halved": "half", "halving": "half", "bound": "bind", "arose": "arise", "ran": "run", "went": "go", "criteria": "criterion",
    "phenomena": "phenomenon", "data": "data", "indices": "index", "axes": "axis", "analyses": "analysis", "hypotheses": "hypothesis",
    "theses": "thesis", "spread": "spread", "means": "mean", "meant": "mean", "lying": "lie", "bias": "bias", "series": "series", "less": "less",
    "does": "do", "goes": "go", "has": "has", "was": "was", "is": "is", "its": "its", "this": "this", "us": "us", "gauss": "gauss", "loss": "loss",
    "across": "across", "thus": "thus", "centre": "center", "metre": "meter", "fibre": "fiber", "colour": "color", "behaviour": "behavior",
    "travelling": "travel", "travelled": "travel", "modelling": "model", "modelled": "model", "cancelled": "cancel", "cancelling": "cancel",
    "labelled": "label", "dying": "die", "static": "static", "statics": "static", "electrostatics": "electrostatic", "left": "left",
    "practise": "practice", "licence": "license", "programme": "program", "neighbour": "neighbor", "grey": "gray", "aluminium": "aluminum",
    "bigger": "big", "biggest": "big", "being": "being", "during": "during", "something": "something", "nothing": "nothing", "string": "string",
    "spring": "spring", "thing": "thing", "bring": "bring", "brought": "bring", "sent": "send", "carries": "carry", "varies": "vary", "ring": "ring",
}  # fmt: skip
_STEP = (
    ("isations", "ize"), ("isation", "ize"), ("ization", "ize"), ("izations", "ize"), ("ising", "ize"), ("ised", "ize"), ("ises", "ize"),
    ("izing", "ize"), ("ized", "ize"), ("izes", "ize"), ("yses", "yze"), ("ysed", "yze"), ("ysing", "yze"), ("ies", "y"), ("ied", "y"),
    ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("zes", "z"),
)  # fmt: skip


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A light stem: inflection removed, British spellings brought to American ones; enough to compare, not to read."""
    word = word.lower()
    if word.endswith("'s"):
        word = word[:-2]
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4:
        return word
    for ending, replacement in _STEP:
        if word.endswith(ending) and len(word) - len(ending) >= (4 if ending.startswith("is") and len(ending) < 5 else 2):
            return _drop_e(word[: -len(ending)] + replacement)
    for ending in ("ingly", "edly", "ing", "ed", "ly", "es", "s"):
        if word.endswith(ending) and not word.endswith(("ss", "us", "is", "eed")) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            if ending in ("ing", "ed") and len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
                word = word[:-1]
            break
    if len(word) > 6 and word.endswith("ise"):
        word = word[:-3] + "ize"
    return _drop_e(word.replace("iour", "ior").replace("olour", "olor"))


def _drop_e(word: str) -> str:
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


@dataclass(frozen=True, slots=True)
class Form:
    """One wording: the concept it names, whether as its complement (`nonzero`) or as its converse (`leads` for `lags`)."""

    concept: str
    complement: bool = False
    converse: bool = False


@dataclass(frozen=True, slots=True)
class Lexicon:
    """flags: concept -> flags; english: tuple of stems -> Form; symbols: letter -> Form; chinese: word -> Form;
    siblings: concept -> the concepts it excludes; general: concept -> the more general ones."""

    flags: dict[str, str]
    english: dict[tuple[str, ...], Form]
    symbols: dict[str, Form]
    chinese: dict[str, Form]
    chinese_pattern: re.Pattern[str]
    siblings: dict[str, frozenset[str]]
    general: dict[str, frozenset[str]]


def words_of(form: str) -> tuple[str, ...]:
    """The stems of an English wording, split as answers are split."""
    return tuple(stem(re.sub(r"[\s{}]", "", word)) for word in WORD.findall(form))


WORD = re.compile(
    r"\d+(?:\.\d+)?(?:\s?(?:°|%|度|倍))?|[A-Za-z]\s{0,2}_\{?[A-Za-z0-9]+\}?|[A-Za-z]\d(?![\d.])|[A-Za-zÀ-ÿ]+(?:'s\b)?|[α-ωΓΔΘΛΞΠΣΦΨ]|[/^=%°∝⊥∥∞≠]"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The table in `lexicon.txt`, read once."""
    flags: dict[str, str] = {}
    english: dict[tuple[str, ...], Form] = {}
    symbols: dict[str, Form] = {}
    chinese: dict[str, Form] = {}
    siblings: dict[str, set[str]] = {}
    general: dict[str, set[str]] = {}
    text = files("tutorsmith.evaluation.metrics").joinpath("lexicon.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        head, _, body = line.partition(": ")
        if head == "exclusive":
            group = body.split()
            for name in group:
                siblings.setdefault(name, set()).update(other for other in group if other != name)
        elif head == "isa":
            special, *wider = body.split()
            general.setdefault(special, set()).update(wider)
        else:
            kind, name = head.split()
            flags[name] = kind.strip(".")
            _add_forms(name, body, english, symbols, chinese)
    pattern = re.compile("|".join(re.escape(word) for word in sorted(chinese, key=len, reverse=True)))
    frozen = {key: frozenset(value) for key, value in siblings.items()}
    return Lexicon(flags, english, symbols, chinese, pattern, frozen, {k: frozenset(v) for k, v in general.items()})


def _add_forms(
    name: str, body: str, english: dict[tuple[str, ...], Form], symbols: dict[str, Form], chinese: dict[str, Form]
) -> None:
    for raw in body.split("|"):
        text = raw.strip()
        form = Form(name, complement=text.startswith("!"), converse=text.startswith("<"))
        text = text.lstrip("!<")
        if text.startswith("'") and text.endswith("'"):
            symbols.setdefault(text.strip("'"), form)
        elif _CHINESE.search(text):
            chinese.setdefault(text, form)
        elif text:
            english.setdefault(words_of(text), form)
