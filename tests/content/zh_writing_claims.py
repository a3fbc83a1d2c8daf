"""What the Chinese writing samples say about the drafts quoted in their questions, computed anew from the drafts.

`SAID` makes a wording out of what is counted or computed in a draft; the answer must hold it. `HOLDS` pairs a wording
of the answer with a test of the draft. Nothing here reads an answer.
"""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

CN = "零一二三四五六七八九十"


def han(text: str) -> int:
    """Chinese characters, without punctuation."""
    return len(re.findall(r"[\u4e00-\u9fff]", text))


def numbers(text: str) -> list[str]:
    """Numbers as written, without those of figures, tables and list entries."""
    return re.findall(r"(?<![\d.\-])\d+(?:\.\d+)?", re.sub(r"[图表] ?\d+(?:-\d+)?|\[\d+\]", "", text))


def places(number: str) -> int:
    return len(number.partition(".")[2])


def clauses(text: str) -> int:
    return len([part for part in re.split("[，；。]", text) if part])


def decimal(value: Fraction, digits: int) -> str:
    """A number with a fixed number of places, ties to even as GB/T 8170 has it; the sign is kept."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return str(exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN))


def percent(value: Fraction) -> str:
    return f"{decimal(100 * value, 0)}%"


def change(old: str, new: str) -> Fraction:
    """Relative change, the old value being the reference."""
    return Fraction(new) / Fraction(old) - 1


def error_numbers(draft: str) -> list[str]:
    old, new, times = numbers(draft)
    r = change(old, new)
    ratio = Fraction(old) / Fraction(new)
    return [
        f"$x_0 = {old}$ mm",
        f"$x_1 = {new}$ mm",
        f"$r = (x_1 - x_0)/x_0 = ({new} - {old})/{old} = {decimal(r, 2)}$",
        f"也就是降低了 {percent(-r)}",
        f"$x_0/x_1 = {ratio}$",
        f"“{times}倍”是原值与新值之比" if Fraction(times) == ratio else "the draft's factor is another",
        f"在“降低了 {percent(-r)}”和“降为原来的 {1 / ratio}”之间",
        f"降低 {Fraction(old) / Fraction(old)} 倍就已经到零，“降低了{times}倍”会得出负的误差",
    ]


def recognition_numbers(draft: str) -> list[str]:
    *first, last = numbers(draft)
    low, high = sorted(first, key=Fraction)[:: len(first) - 1]
    mean = sum(Fraction(value) for value in first) / len(first)
    near = Fraction(high) - Fraction(low) < (Fraction(low) - Fraction(last)) / 10
    return [
        f"前{CN[len(first)]}组接近，第{CN[len(first) + 1]}组明显偏低" if near else "the first groups differ as well",
        f"前{CN[len(first)]}组在 {low}%～{high}% 之间，平均为 {decimal(mean, 1)}%",
        f"第{CN[len(first) + 1]}组为 {last}%，比这个平均值低 {decimal(mean - Fraction(last), 1)} 个百分点",
    ]


def speed_numbers(draft: str) -> list[str]:
    old, new = numbers(draft)
    r, speed = change(old, new), Fraction(old) / Fraction(new)
    return [
        f"$x_0 = {old}$ ms",
        f"$x_1 = {new}$ ms",
        f"$r = (x_1 - x_0)/x_0 = ({new} - {old})/{old} = {decimal(r, 2)}$，即用时缩短 {percent(-r)}",
        f"$v_1/v_0 = {old}/{new} = {decimal(speed, 3)}$，即速度提高 {percent(speed - 1)}",
    ]


def table_places(draft: str) -> list[str]:
    values = re.findall(r"(\d+(?:\.\d+)?)%", draft)
    order = "、".join(str(places(value)) for value in values)
    return [
        f"效率{CN[len(values)]}个数的小数位依次为 {order} 位，互不一致",
        f"注意 {min(values, key=places)}% 若当初只读到整数，不能补零充数",
        f"按不确定度把{CN[len(values)]}个数修约到同一位",
    ]


def abstract_size(draft: str) -> list[str]:
    return [f"全文{CN[draft.count('。')]}句，连标点约 {10 * round(len(draft) / 10)} 字"]


def chain(draft: str) -> list[str]:
    stops, commas = CN[draft.count("。")], CN[draft.count("，")]
    return [f"只有{stops}个句号，{commas}个逗号把{CN[clauses(draft)]}个分句串在一起"]


def struck(draft: str) -> list[str]:
    """Steps 1, 2 and 4 of the advice strike these words; the share that goes is told in tenths."""
    rest = draft
    for word in ("进行了", "和探讨", "问题", "较为深入的", "在一定程度上"):
        if word not in rest:
            return [f"{word} is not in the draft"]
        rest = rest.replace(word, "")
    tenths = round(10 * (1 - han(rest) / han(draft)))
    return [f"第 1、2、4 步就能减去{CN[tenths]}成左右的字"]


def authors(draft: str) -> list[str]:
    names = re.split("，|, ", re.search(r"\] (.+?)\. ", draft)[1])  # type: ignore[index]
    [number] = re.findall(r"\[(\d+)\]", draft)
    return [
        f"{CN[len(names)]}位责任者全部列出，超过了规定的人数" if len(names) > 3 else "three authors at most",
        f"第 {number} 号文献是否确实在 {int(number) - 1} 号之后",
    ]


def causes(draft: str) -> list[str]:
    return [f"“原因”“由于”“造成”{CN[sum(draft.count(word) for word in ('原因', '由于', '造成'))]}次表示因果"]


def given_range(draft: str) -> list[str]:
    [(low, high)] = re.findall(r"(\d+)～(\d+ mm)", draft)
    return [f"偏移 {low}～{high}"]


SAID: dict[str, Callable[[str], list[str]]] = {
    "writing-zh-0001": abstract_size,
    "writing-zh-0002": causes,
    "writing-zh-0003": given_range,
    "writing-zh-0004": chain,
    "writing-zh-0005": table_places,
    "writing-zh-0006": error_numbers,
    "writing-zh-0007": recognition_numbers,
    "writing-zh-0008": authors,
    "writing-zh-b-002": struck,
    "writing-zh-b-004": speed_numbers,
}

# (item, words of the answer, whether the draft is so)
HOLDS: list[tuple[str, str, Callable[[str], bool]]] = [
    ("writing-zh-0001", "通篇没有一个数值", lambda d: numbers(d) == []),
    ("writing-zh-0001", "不该出现文献序号[3]", lambda d: re.findall(r"\[\d+\]", d) == ["[3]"]),
    ("writing-zh-0001", "方法只剩“大量仿真”，结果是“较好的效果”", lambda d: "大量仿真" in d and "较好的效果" in d),
    ("writing-zh-0001", "离学位论文摘要的一般字数差得远", lambda d: 2 * len(d) < 300),
    ("writing-zh-0002", "全句找不到主语", lambda d: d.startswith("通过") and "，使我们" in d),
    ("writing-zh-0002", "“进行了补偿”用了空动词", lambda d: "进行了补偿" in d),
    ("writing-zh-0003", "证据只是一台样机、一个偏移区间", lambda d: "一台样机" in d and d.count("～") == 1),
    ("writing-zh-0003", "“彻底解决”没有数值", lambda d: "彻底解决" in d and numbers(d.split("我的依据")[0]) == []),
    ("writing-zh-0004", "“最高”又没有数值", lambda d: "最高" in d and numbers(d) == []),
    ("writing-zh-0004", "“但是”之前说的是磁路，之后变成了成本", lambda d: "磁路集中，但是成本" in d),
    ("writing-zh-0005", "KHZ 的大小写错了", lambda d: "KHZ" in d),
    ("writing-zh-0005", "正文用“下表”代替表号", lambda d: "“如下表所示。”" in d),
    ("writing-zh-0005", "空着的一格没有交代", lambda d: "有一格空着" in d and "注" not in d),
    ("writing-zh-0007", "没有标注文献序号", lambda d: "赵某的结论" in d and "[" not in d),
    ("writing-zh-0007", "第一句照抄表中的数", lambda d: len(numbers(d.split("。")[0])) == 4),
    ("writing-zh-0008", "题名加了书名号，后面又缺文献类型标识", lambda d: "》." in d and "[J]" not in d),
    (
        "writing-zh-0008",
        "年、卷、期、页码用文字写出",
        lambda d: all(word in d for word in ("年第", "卷第", "期", "页")),
    ),
    ("writing-zh-0008", "如果这篇文章有 DOI，也应当补上", lambda d: "doi" not in d.lower()),
    ("writing-zh-b-001", "横轴没有把量和单位写成相除的形式", lambda d: "“电压 V”" in d and "/V" not in d),
    ("writing-zh-b-001", "四条曲线单靠颜色区分", lambda d: "四条曲线只靠颜色" in d),
    ("writing-zh-b-001", "正文用“下图”代替图号", lambda d: "从下图" in d),
    ("writing-zh-b-002", "两个“对”叠在一起", lambda d: d.count("对") == 2 and "对温度对" in d),
    ("writing-zh-b-002", "“规律性”多了一个“性”字", lambda d: d.endswith("规律性。")),
    ("writing-zh-b-002", "“较为深入”“一定程度上”是空话", lambda d: "较为深入" in d and "一定程度上" in d),
    ("writing-zh-b-004", "没有说与谁比、差多少", lambda d: "“处理速度大幅提高”" in d),
]
# Counts in words that are not in the question and were seen by reading.
READ = {
    "writing-zh-0002": ["三处"],  # a missing subject, mixed patterns, an empty verb
    "writing-zh-0004": ["五层"],  # method, result, cause, drawback, further work
    "writing-zh-0008": ["三位"],  # GB/T 7714, taught in chapter 6
    "writing-zh-0011": ["三类"],  # quotations, close paraphrases, terms
    "writing-zh-b-001": ["五处"],  # the five that the question lists
}


def note_wordings() -> dict[int, list[str]]:
    """Chapter -> the numbers of the worked examples of the notes, computed from what they are given."""
    height = Fraction(10) * Fraction(15, 20)
    place = Decimal("0.0271").scaleb(0).adjusted() - 1
    step = Decimal(1).scaleb(place)
    value, doubt = (Decimal(text).quantize(step, ROUND_HALF_EVEN) for text in ("12.3846", "0.0271"))
    points, relative = 84 - 80, change("80", "84")
    return {
        7: [f"原图宽 $b_0 = 20$ cm，字号 $h_0 = 10$ 磅，缩到 $b_1 = 15$ cm，字号为 $h_1 = {decimal(height, 1)}$ 磅"],
        8: [
            f"12.3846 mm，不确定度 0.0271 mm，写成 ({value} ± {doubt}) mm",
            f"用时由 50 s 缩短到 40 s，缩短 {percent(-change('50', '40'))}，速度提高 {percent(Fraction(50, 40) - 1)}",
            f"由 80% 升到 84%，提高了 {points} 个百分点，相对提高 {percent(relative)}",
            f"“降低了 3 倍”不成立，应写“降为原来的 1/3”或“降低 {percent(1 - Fraction(1, 3))}”",
            f"“增加到 3 倍”与“增加了 3 倍”不同，后者是原来的 {1 + 3} 倍",
        ],
        9: [f"由 500 字压到 400 字，删去 {500 - 400} 字，压缩 {percent(-change('500', '400'))}"],
    }
