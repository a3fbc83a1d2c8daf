import pytest

from tutorsmith.data.health import detect_language, health_flags

GOOD = (
    "### Conclusion\nThe field inside the conductor is zero.\n\n### Derivation\nFree charges move until the tangential "
    "field at the surface vanishes, so the interior holds no net charge and Gauss's law gives $E = 0$.\n\n### Check\n"
    "Units: V/m on both sides; the potential is constant, as it must be."
)
GOOD_ZH = (
    "### 结论\n导体内部的电场为零。\n\n### 推导\n自由电荷会移动，直到表面切向电场为零，由高斯定律可知内部没有净电荷。"
)


def flags(answer: str, **kwargs: str) -> tuple[str, ...]:
    return health_flags(answer, **{"finish_reason": "stop", **kwargs})  # type: ignore[arg-type]


@pytest.mark.parametrize("answer", [GOOD, GOOD_ZH, "42", "E = 0", "不对。", "No."])
def test_healthy_answers_have_no_flag(answer: str) -> None:
    assert flags(answer) == ()


def test_empty_and_whitespace() -> None:
    assert flags("") == ("empty",)
    assert flags(" \n\u200b\t") == ("empty", "whitespace")
    assert flags("<|im_end|>") == ("empty", "template_tokens")


def test_truncated_by_the_token_limit() -> None:
    assert flags(GOOD, finish_reason="length") == ("truncated",)


@pytest.mark.parametrize(
    "answer",
    [
        "the the the the the the the the the the the the",
        "I am sorry. I am sorry. I am sorry. I am sorry.",
        "The flux is zero.\n" * 6,
        "1. The field is radial.\n2. The field is radial.\n3. The field is radial.\n4. The field is radial.\n",
        "We start. " + "Use the law of Gauss on a small closed surface around the charge. " * 3,
        "电场强度等于零。" * 5,
        "因此，我们可以得到电场的分布。" * 3,
        "!" * 400,
        "|-" * 300,
        GOOD + " " + GOOD,
        " ".join(f"Step {i}: apply the boundary condition at the surface." for i in range(1, 9)),
    ],
)
def test_loops(answer: str) -> None:
    assert "looping" in flags(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n| 4 | 5 | 6 |",
        "$$\\begin{pmatrix}0&0&0\\\\0&0&0\\\\0&0&0\\end{pmatrix}$$",
        "curl E = -dB/dt, curl H = J + dD/dt, div D = rho, div B = 0.",
        "Draft: The results was shown that the antenna gain is increased by the reflector. Revised: The results show "
        "that the reflector increases the antenna gain.",
        "R = R_1 + R_2 + R_3 + R_4",
        "-" * 80,
        "边界条件：切向电场连续，法向电位移连续，切向磁场连续，法向磁感应强度连续。",
    ],
)
def test_parallel_structure_is_no_loop(answer: str) -> None:
    assert "looping" not in flags(answer)


def test_echo_of_the_question() -> None:
    question = "What is the magnetic flux density on the axis of a circular loop of radius a carrying a current I?"
    assert "echo" in flags(question, prompt=question)
    assert "echo" in flags("Question: " + question + " Answer:", prompt=question)
    assert "echo" not in flags(
        "On the axis of a circular loop of radius a carrying a current I the flux density points along the axis; by "
        "the law of Biot and Savart every element contributes equally and the transverse parts cancel in pairs.",
        prompt=question,
    )
    chinese = "请推导载流圆环轴线上的磁感应强度表达式。"
    assert "echo" in flags(chinese, prompt=chinese)
    assert "echo" not in flags("轴线上的磁感应强度沿轴向，由毕奥-萨伐尔定律积分得到。", prompt=chinese)


@pytest.mark.parametrize(
    "answer",
    [
        "The field is zero.<|im_end|>\n<|im_start|>user",
        "The field is zero.\nuser\nAnd outside?",
        "[INST] hello [/INST]",
        "The field is zero.</s>",
        "<s> The field is zero.",
        "<think>\n\n</think>\nThe field is zero.",
        "<start_of_turn>model",
    ],
)
def test_template_tokens(answer: str) -> None:
    assert "template_tokens" in flags(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "The mean is <|E|> and <|E|^2>.",
        "Write <s>was shown</s> showed.",
        "The user and the assistant agree.",
        "a <s> b </s>",
    ],
)
def test_signs_of_the_subject_are_no_template_tokens(answer: str) -> None:
    assert "template_tokens" not in flags(answer)


def test_wrong_language() -> None:
    assert flags(GOOD_ZH, language="en") == ("wrong_language",)
    assert flags(GOOD, language="zh") == ("wrong_language",)
    assert flags(GOOD, prompt="导体内部的电场是多少？为什么？") == ("wrong_language",)
    assert flags(GOOD_ZH + " Gauss's law, boundary condition", language="zh") == ()
    french = (
        "Le champ dans le conducteur est nul, car les charges libres se déplacent sur la surface pour annuler le champ."
    )
    assert flags(french, language="en") == ("wrong_language",)
    assert flags("E = 3 V/m", language="zh") == ()


def test_detect_language() -> None:
    assert detect_language("What is the curl of a gradient?") == "en"
    assert detect_language("什么是 Gauss 定律？") == "zh"
    assert detect_language("$E = 0$") is None


def test_a_million_characters_are_judged() -> None:
    words = " ".join(
        f"w{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}{chr(97 + i // 676 % 26)}{chr(97 + i // 17576)}"
        for i in range(150_000)
    )
    assert flags(words, prompt=words[:1000]) == ()
