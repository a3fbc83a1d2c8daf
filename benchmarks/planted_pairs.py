"""Planted repeats within a file, planted leaks between training and benchmark, and pairs that are neither."""

import json
from pathlib import Path
from typing import Any

Turns = list[str]
"""Question, answer, question, answer ...; of a benchmark item the last answer is the reference."""


def sample(identity: str, turns: Turns) -> dict[str, Any]:
    roles = ("user", "assistant")
    messages = [{"role": roles[n % 2], "content": text} for n, text in enumerate(turns)]
    return {"id": identity, "mode": "tutor", "messages": messages, "refusal_type": None, "meta": {"source": "planted"}}


def item(identity: str, turns: Turns) -> dict[str, Any]:
    made = sample(identity, turns if len(turns) % 2 else turns[:-1])
    return {**made, "reference": turns[-1] if len(turns) % 2 == 0 else "", "key_points": ["the field is zero"]}


def _file(*rows: dict[str, Any]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def repeat_file(first: Turns, second: Turns) -> bytes:
    return _file(sample("r-1", first), sample("r-2", second))


def pair_files(train: Turns, bench: Turns, folder: Path) -> tuple[list[Path], list[Path]]:
    one, two = folder / "train.jsonl", folder / "bench.jsonl"
    one.write_bytes(_file(sample("t-1", train)))
    two.write_bytes(
        _file(
            item("b-1", bench),
            item("b-2", ["How does a Faraday cage shield radio waves of 1 GHz?", "By currents in its skin."]),
        )
    )
    return [one], [two]


GOOD = json.dumps(sample("g-1", ["Why is flux conserved?", "Because no charge is enclosed."]))

FILE_PLANTS: list[tuple[str, str, bytes]] = [
    ("bom", "UTF-8 with a mark", b"\xef\xbb\xbf" + GOOD.encode() + b"\n"),
    ("empty-file", "no byte", b""),
    ("empty-file", "blank lines", b"\n \n\t\n"),
    ("empty-file", "only a mark", b"\xef\xbb\xbf"),
    ("json-array", "the whole file", f"[\n{GOOD},\n{GOOD.replace('g-1', 'g-2')}\n]\n".encode()),
    ("json-array", "the whole file, indented", json.dumps([json.loads(GOOD)], indent=2).encode()),
    ("encoding", "UTF-16 file", (GOOD + "\n").encode("utf-16")),
    ("line-break", "an answer over two lines", GOOD.replace("Because", "Because\nof this:").encode()),
    (
        "duplicate-id",
        "next to each other",
        (GOOD + "\n" + GOOD.replace("flux", "charge").replace("no charge", "nothing") + "\n").encode(),
    ),
    (
        "duplicate-id",
        "a hundred lines apart",
        _file(
            *[
                sample(f"s-{n % 100}", [f"Which charge has the {n} times larger plate?", f"The one of plate {n}."])
                for n in range(101)
            ]
        ),
    ),
]

Q = "A parallel-plate capacitor with plates of 40 cm^2 and a gap of 2 mm is charged to 90 V. How large is the force between its plates?"
A = "The energy per volume is half of epsilon_0 E^2, and the force is this times the area of one plate; with E = 45 kV/m it is 36 micronewtons, and always attractive."
Q2 = "Explain why the magnetic field of a long solenoid is uniform inside and nearly zero outside when the turns are close."
A2 = "Take a rectangular loop along the axis: by Ampere's law the field inside times its length equals mu_0 times the current of the turns in it, wherever the loop's side is."
QZ = "一个平行板电容器极板面积为40平方厘米，间距为2毫米，充电到90伏。极板之间的吸引力有多大？"
AZ = "单位体积的能量为二分之一介电常数乘以电场的平方，力等于它乘以一块极板的面积，代入数值约为36微牛，并且总是吸引力。"
QZ2 = "为什么密绕长螺线管内部的磁场是均匀的，而外部的磁场几乎为零？请用安培环路定理说明。"
AZ2 = "取一条平行于轴线的矩形回路，由安培环路定理，内部磁场乘以边长等于真空磁导率乘以回路包围的总电流，与边的位置无关，因此内部磁场均匀。"

REPEATS: list[tuple[str, str, Turns, Turns]] = [
    ("duplicate", "word for word", [Q, A], [Q, A]),
    ("duplicate", "other case", [Q, A], [Q.upper(), A.upper()]),
    ("duplicate", "other spacing", [Q, A], [Q.replace(" ", "  "), A + "\n"]),
    ("duplicate", "short", ["What is flux?", "D times area."], ["What is flux?", "D times area."]),
    ("duplicate", "Chinese", [QZ, AZ], [QZ, AZ]),
    ("duplicate", "two turns", [Q, A, Q2, A2], [Q, A, Q2, A2]),
    ("contradictory-answers", "another number", [Q, A], [Q, A.replace("36", "63")]),
    (
        "contradictory-answers",
        "yes and no",
        ["Is the field in a conductor at rest zero?", "Yes, always."],
        ["Is the field in a conductor at rest zero?", "No, never."],
    ),
    (
        "contradictory-answers",
        "another text",
        [Q2, A2],
        [Q2, "Because the turns outside cancel each other by symmetry."],
    ),
    ("contradictory-answers", "Chinese", [QZ, AZ], [QZ, AZ.replace("36", "72")]),
    ("contradictory-answers", "other case", ["what is flux?", "D times area."], ["What is flux?", "E times length."]),
    (
        "contradictory-answers",
        "other punctuation",
        ["Is the field in a conductor zero?", "Yes."],
        ["Is the field in a conductor zero", "No."],
    ),
    ("near-duplicate", "one word", [Q2, A2], [Q2.replace("uniform", "constant"), A2]),
    ("near-duplicate", "a greeting", [Q2, A2], ["Good morning! " + Q2, A2]),
    (
        "near-duplicate",
        "a word in the answer",
        [Q2, A2],
        [Q2.replace("Explain", "Tell me"), A2.replace("rectangular", "square")],
    ),
    ("duplicate", "punctuation", [Q2, A2], [Q2.replace(".", "!"), A2.replace(":", ";")]),
    ("near-duplicate", "Chinese", [QZ2, AZ2], [QZ2.replace("请用", "试用"), AZ2]),
    (
        "near-duplicate",
        "a sentence more",
        [Q2, A2],
        [Q2 + " Please.", A2 + " Try it."],
    ),
]

NO_REPEATS: list[tuple[str, Turns, Turns]] = [
    ("other numbers", [Q, A], [Q.replace("40", "70").replace("90", "120"), A.replace("36", "112").replace("45", "60")]),
    (
        "another quantity",
        ["What is the SI unit of electric flux density?", "C/m^2."],
        ["What is the SI unit of magnetic flux density?", "T."],
    ),
    (
        "another topic in the same frame",
        [
            "Explain the divergence theorem to a first-year student in three sentences.",
            "It turns a volume into its surface.",
        ],
        ["Explain Stokes' theorem to a first-year student in three sentences.", "It turns a surface into its edge."],
    ),
    (
        "Chinese, another quantity",
        ["电通量密度的单位是什么？", "库仑每平方米。"],
        ["磁通量密度的单位是什么？", "特斯拉。"],
    ),
    ("a dialogue and its first turn", [Q, A], [Q, A, Q2, A2]),
]

LEAKS: list[tuple[str, str, Turns, Turns]] = [
    ("question-overlap", "word for word", [Q, "It is 36 uN."], [Q, A]),
    ("question-overlap", "upper case", [Q.upper(), "It is 36 uN."], [Q, A]),
    (
        "question-overlap",
        "without punctuation",
        [Q.replace(".", "").replace("?", "").replace(",", ""), "36 uN."],
        [Q, A],
    ),
    ("question-overlap", "spaces and line breaks", [Q.replace(" ", "\n", 5), "36 uN."], [Q, A]),
    ("question-overlap", "Chinese", [QZ, "约36微牛。"], [QZ, AZ]),
    (
        "question-overlap",
        "Chinese punctuation",
        [QZ.replace("，", ",").replace("。", ".").replace("？", "?"), "约36微牛。"],
        [QZ, AZ],
    ),
    (
        "question-overlap",
        "LaTeX and Unicode",
        ["What does $\\varepsilon_0$ stand for in $D=\\varepsilon_0 E$?", "A constant."],
        ["What does ε₀ stand for in D = ε₀E?", "The constant of vacuum."],
    ),
    (
        "question-overlap",
        "the last of three turns",
        ["Hello, can you help me?", "Yes.", "With capacitors?", "Of course.", Q, "36 uN."],
        [Q, A],
    ),
    (
        "question-overlap",
        "the first of three turns",
        [Q, "36 uN.", "And why?", "By energy.", "Thanks!", "Gladly."],
        [Q, A],
    ),
    (
        "question-overlap",
        "full-width letters",
        ["What is the ｆｏｒｃｅ between two charged plates of a capacitor in air?", "Attractive."],
        ["What is the force between two charged plates of a capacitor in air?", A],
    ),
    (
        "question-overlap",
        "traditional Chinese",
        ["為什麼密繞長螺線管內部的磁場是均勻的，而外部的磁場幾乎為零？請用安培環路定理說明。", "由安培定理。"],
        [QZ2, AZ2],
    ),
    ("near-overlap", "one word", [Q2.replace("Explain", "Say"), "By symmetry."], [Q2, A2]),
    (
        "near-overlap",
        "a sentence before",
        ["I did not understand the lecture of last week. " + Q2, "By symmetry."],
        [Q2, A2],
    ),
    (
        "near-overlap",
        "a sentence behind",
        [Q2 + " I need it for tomorrow's exercise class, so please be quick about it.", "By symmetry."],
        [Q2, A2],
    ),
    ("near-overlap", "two words", [Q.replace("How large", "How big").replace("charged", "brought"), "36 uN."], [Q, A]),
    ("near-overlap", "Chinese, one word", [QZ2.replace("为什么", "为何"), "由安培定理。"], [QZ2, AZ2]),
    ("near-overlap", "Chinese, a sentence before", ["老师好，上节课我没有听懂。" + QZ2, "由安培定理。"], [QZ2, AZ2]),
    (
        "near-overlap",
        "spelling mistakes",
        [Q2.replace("magnetic", "magnetc").replace("close", "clos"), "By symmetry."],
        [Q2, A2],
    ),
    (
        "paraphrase-overlap",
        "reworded",
        [
            "Why is the field inside a long, closely wound solenoid uniform, while outside it almost vanishes?",
            "By symmetry.",
        ],
        [Q2, A2],
    ),
    (
        "paraphrase-overlap",
        "turned round",
        [
            "How large is the attractive force between the plates of a parallel-plate capacitor of area 40 cm^2, gap 2 mm, at a voltage of 90 V?",
            "36 uN.",
        ],
        [Q, A],
    ),
    (
        "paraphrase-overlap",
        "a task for a question",
        [
            "Calculate the force that pulls the two plates of a capacitor together: area 40 cm^2 each, 2 mm apart, 90 V between them.",
            "36 uN.",
        ],
        [Q, A],
    ),
    (
        "paraphrase-overlap",
        "coaxial cable",
        [
            "Find the inductance per metre of a coaxial line whose conductors have the radii a and b.",
            "mu_0/2pi ln(b/a).",
        ],
        [
            "Determine, for a coaxial cable with inner radius a and outer radius b, the inductance per unit length.",
            "Use the flux.",
        ],
    ),
    (
        "paraphrase-overlap",
        "Chinese, reworded",
        ["请说明密绕的长螺线管内磁场均匀、管外磁场近似为零的原因。", "由安培定理。"],
        [QZ2, AZ2],
    ),
    (
        "paraphrase-overlap",
        "Chinese, turned round",
        ["平行板电容器两极板面积均为40平方厘米，相距2毫米，电压90伏，求两极板间的作用力。", "约36微牛。"],
        [QZ, AZ],
    ),
    (
        "paraphrase-overlap",
        "Chinese, coaxial cable",
        ["求内外半径分别为a和b的同轴线每单位长度的电容。", "2πε/ln(b/a)。"],
        ["同轴电缆的内导体半径为a，外导体半径为b，试推导其单位长度电容。", "用高斯定律。"],
    ),
    (
        "paraphrase-overlap",
        "Chinese, a concept",
        ["位移电流指的是什么？麦克斯韦引入它的理由是什么？", "变化的电场。"],
        ["什么是位移电流？麦克斯韦为什么要引入位移电流？", "电场的变化率。"],
    ),
    (
        "paraphrase-overlap",
        "Chinese, skin depth",
        ["频率升高时，良导体的趋肤深度怎样变化？给出原因。", "减小。"],
        ["良导体的趋肤深度随频率的升高如何变化，原因是什么？", "减小，与频率的平方根成反比。"],
    ),
    (
        "paraphrase-overlap",
        "the second turn, reworded",
        [
            "Hello!",
            "Hello, what is it?",
            "What makes the field in a long solenoid with close turns uniform inside and almost zero outside?",
            "Symmetry.",
        ],
        [Q2, A2],
    ),
    ("answer-overlap", "word for word", ["Do the plates attract?", A], [Q, A]),
    ("answer-overlap", "with a word more", ["Do the plates attract?", "Yes. " + A + " Try it."], [Q, A]),
    ("answer-overlap", "other case and punctuation", ["Do the plates attract?", A.upper().replace(";", ",")], [Q, A]),
    ("answer-overlap", "in an earlier turn", ["Do plates attract?", A, "Thanks!", "Gladly."], [Q, A]),
    ("answer-overlap", "Chinese", ["极板会互相吸引吗？", AZ], [QZ, AZ]),
    ("answer-overlap", "Chinese with a word more", ["磁场如何分布？", "好的。" + AZ2 + "请自己试试。"], [QZ2, AZ2]),
    ("answer-overlap", "a word changed", ["Where is B uniform?", A2.replace("rectangular", "square")], [Q2, A2]),
]

NO_LEAKS: list[tuple[str, Turns, Turns]] = [
    ("another topic", ["What is the skin depth of copper at 1 MHz?", "66 um."], [Q, A]),
    (
        "the same object, another quantity",
        [
            "How much energy does a parallel-plate capacitor store when its plates are moved apart at constant charge?",
            "More.",
        ],
        [Q, A],
    ),
    (
        "all numbers changed",
        [Q.replace("40", "15").replace("2 mm", "5 mm").replace("90", "300"), "Another force."],
        [Q, A],
    ),
    (
        "the same frame",
        ["Derive the capacitance of a spherical capacitor with radii a and b.", "4 pi eps."],
        ["Derive the inductance of a toroidal coil with N turns.", "mu N^2."],
    ),
    ("Chinese, another topic", ["良导体的趋肤深度与频率有什么关系？", "反比于平方根。"], [QZ, AZ]),
    (
        "Chinese, the same frame",
        ["什么是极化强度？它的单位是什么？", "单位体积的偶极矩。"],
        ["什么是磁化强度？它的单位是什么？", "安每米。"],
    ),
    ("Chinese, the same object", ["平行板电容器充电后断开电源，再插入介质，电场强度如何变化？", "减小。"], [QZ, AZ]),
    (
        "short follow-ups",
        ["What is charge?", "A property.", "And why?", "By experiment."],
        ["What is a wave guide?", "A pipe.", "And why?", "By its walls."],
    ),
    (
        "rewriting another sentence",
        ["Polish this sentence: The result were good and we happy.", "The results were good."],
        [
            "Polish this sentence: In this paper a antenna is proposed that wide band have.",
            "This paper proposes an antenna.",
        ],
    ),
    (
        "a shared phrase in the answers",
        ["What is the energy of the field?", "The energy per volume is half of epsilon_0 E^2."],
        [Q, A],
    ),
    (
        "Chinese, other numbers",
        [QZ.replace("40", "75").replace("90", "220").replace("2毫米", "6毫米"), "另一个力。"],
        [QZ, AZ],
    ),
]
