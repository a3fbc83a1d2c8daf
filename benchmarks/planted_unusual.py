"""Files that look strange and are right: the checks must say nothing of them."""

import json
from typing import Any


def row(identity: str, *turns: str, **more: Any) -> dict[str, Any]:
    roles = ("user", "assistant")
    messages = [{"role": roles[n % 2], "content": text} for n, text in enumerate(turns)]
    return {"id": identity, "mode": "tutor", "messages": messages, "refusal_type": None, **more}


def file(*rows: dict[str, Any], end: str = "\n", last: bool = True, ascii_only: bool = False) -> bytes:
    return (end.join(json.dumps(r, ensure_ascii=ascii_only) for r in rows) + (end if last else "")).encode()


A, B = (
    row("a", "What is flux?", "The integral of D over an area."),
    row("b", "And what is charge?", "A property of matter."),
)
LOOKUP = {
    "type": "function",
    "function": {
        "name": "lookup",
        "description": "Find a constant",
        "parameters": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
    },
}


def said(about: str, *texts: str) -> tuple[str, bytes]:
    """One record for each text, which stands in its answer."""
    return about, file(
        *(row(f"u-{n}", f"Question {n}: what about case number {n}?", text) for n, text in enumerate(texts))
    )


def with_tools(*messages: dict[str, Any], tools: Any = (LOOKUP,)) -> dict[str, Any]:
    return {
        "id": "t",
        "mode": "tutor_tool",
        "messages": list(messages),
        "tools": list(tools),
        "refusal_type": None,
        "meta": {"has_tool_call": True},
    }


def calls(*names: str) -> list[dict[str, Any]]:
    return [
        {"id": f"c{n}", "type": "function", "function": {"name": "lookup", "arguments": json.dumps({"name": name})}}
        for n, name in enumerate(names)
    ]


USER = {"role": "user", "content": "Which values have c and e?"}
UNUSUAL: list[tuple[str, bytes]] = [
    ("CRLF", file(A, B, end="\r\n")),
    ("no final newline", file(A, B, last=False)),
    ("blank lines between", file(A, B, end="\n\n")),
    ("ASCII escapes", file(row("e", "什么是电通量？😀", "通过一个面的电位移矢量的面积分。"), ascii_only=True)),
    ("keys in another order", (json.dumps(dict(reversed(A.items()))) + "\n").encode()),
    ("spaces around separators", (json.dumps(A, separators=(" , ", " : ")) + "  \n").encode()),
    ("no separators' spaces", (json.dumps(A, separators=(",", ":")) + "\n").encode()),
    (
        "unknown keys",
        file(
            {
                **A,
                "weight": 0.5,
                "tags": ["x"],
                "meta": {"own": {"deep": [1, [2, {"a": None}]]}, "reviewed": True, "score": 1e-7},
            }
        ),
    ),
    ("no meta, no mode", file({"id": "m", "messages": A["messages"]})),
    ("a single record", file(A)),
    ("an id with spaces and Chinese", file({**A, "id": "第一章 / 例 3"})),
    (
        "no content key beside a call",
        file(
            with_tools(
                USER,
                {"role": "assistant", "tool_calls": calls("c")},
                {"role": "tool", "tool_call_id": "c0", "content": "299792458"},
                {"role": "assistant", "content": "c is 299792458 m/s."},
            )
        ),
    ),
    (
        "two calls at once",
        file(
            with_tools(
                USER,
                {"role": "assistant", "content": None, "tool_calls": calls("c", "e")},
                {"role": "tool", "tool_call_id": "c1", "content": "1.602e-19"},
                {"role": "tool", "tool_call_id": "c0", "content": "299792458"},
                {"role": "assistant", "content": "c is 299792458 m/s and e is 1.602e-19 C."},
            )
        ),
    ),
    (
        "two rounds of calls",
        file(
            with_tools(
                USER,
                {"role": "assistant", "content": "I look up c first.", "tool_calls": calls("c")},
                {"role": "tool", "tool_call_id": "c0", "content": "299792458"},
                {"role": "assistant", "content": "", "tool_calls": calls("e")},
                {"role": "tool", "tool_call_id": "c0", "content": "1.602e-19"},
                {"role": "assistant", "content": "Here they are: 299792458 m/s, 1.602e-19 C."},
            )
        ),
    ),
    ("ends with a call", file(with_tools(USER, {"role": "assistant", "content": None, "tool_calls": calls("c")}))),
    (
        "a tool without parameters",
        file(
            with_tools(
                {"role": "user", "content": "What time is it?"},
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [{"id": "c", "type": "function", "function": {"name": "now", "arguments": "{}"}}],
                },
                {"role": "tool", "tool_call_id": "c", "content": "12:00"},
                {"role": "assistant", "content": "It is noon."},
                tools=[
                    {
                        "type": "function",
                        "function": {"name": "now", "parameters": {"type": "object", "properties": {}}},
                    }
                ],
            )
        ),
    ),
    (
        "tools, none called",
        file(
            {
                **with_tools(USER, {"role": "assistant", "content": "c is 299792458 m/s; this needs no tool."}),
                "meta": {"has_tool_call": False},
            }
        ),
    ),
    (
        "a dialogue of six turns",
        file(
            row(
                "d",
                "Hi",
                "Hello! What is it?",
                "Flux",
                "Ask away.",
                "Why?",
                "Because D is conserved.",
                "ok",
                "Good.",
                "And B?",
                "Likewise.",
                "Thanks",
                "You are welcome.",
            )
        ),
    ),
    (
        "excerpts and citations",
        file(
            {
                "id": "r",
                "mode": "tutor_rag",
                "messages": [
                    {
                        "role": "system",
                        "content": "Cite.\n\nCourse notes (numbered excerpts):\n[1] a.md\nFlux is conserved, see eq. [12] there.\n\n[2] b.md\nCharge is a source.",
                    },
                    {"role": "user", "content": "Is it?"},
                    {
                        "role": "assistant",
                        "content": "Yes [1], since charge is its source [2], also [1, 2] and [1][2]; the array a[7] and the interval [0, 5] are no citations.",
                    },
                ],
                "meta": {"has_rag_context": True},
            }
        ),
    ),
    (
        "excerpts in the question",
        file(row("q", "[1] Flux is conserved.\n[2] Charge is a source.\n\nQuestion: is flux conserved?", "Yes [1].")),
    ),
    (
        "turns that are not learned",
        file(
            {
                **A,
                "messages": [
                    USER,
                    {"role": "assistant", "content": "A guess.", "train": False},
                    {"role": "user", "content": "Sure?"},
                    {"role": "assistant", "content": "No: c is 299792458 m/s."},
                ],
            }
        ),
    ),
    said(
        "emoji with joiners", "A scientist 👩‍🔬, a family 👨‍👩‍👧‍👦, a flag 🏳️‍🌈, a heart ❤️‍🔥, a hand 👍🏽, a keycap 1️⃣."
    ),
    said("scripts with joiners", "In Persian می‌خواهم, in Hindi क्‍ष, in Hebrew שלום, in Arabic السلام."),
    said(
        "combining marks and typographic signs",
        "Ångström, naïve, café, x̂ and E⃗, ½ · 3 × 4 ÷ 2 ≤ 5 … “quoted” ‘so’ – and — 5 µm, 30 °C, ℏ, ∇×E, Ω, ‰.",
    ),
    said(
        "LaTeX",
        "$E=\\frac{1}{4\\pi\\varepsilon_0}\\frac{q}{r^2}$ and $$\\oint_S D\\cdot dS = Q$$",
        "\\begin{align}a&=b\\\\[2pt]c&=d\\end{align} and \\(x\\) and \\[y\\]",
        "$\\left.\\frac{dV}{dx}\\right|_{x=0}$, $\\{1,2\\}$, $|x|$, $\\langle a\\rangle$, $a<b$, $[0,1)$ and $]0,1]$",
        "It costs $5, or $3.50 and $4; a shell variable $HOME; 10\\$ in text.",
        "$$\n\\begin{cases} 1 & x>0 \\\\ 0 & x<0 \\end{cases}\n$$",
        "$\\text{if } x > 0$, $\\mathrm{d}\\mathbf{S}$, $\\hat{\\mathbf{n}}$, $10\\,\\mathrm{V/m}$, $\\theta$ and $\\nu$, $\\rho$, $\\tan\\beta$",
    ),
    said(
        "code",
        '```python\nx = {\'a\': None, "b": True}\nif x < 3 and y > 2:\n    print(f"<p>{x}</p>")\n```',
        "Use `<div>` and `&nbsp;` and `$x` in `code`.",
        "`[INST` is part of a mark and `a | b` a pipe; `{{x}}` in Jinja.",
    ),
    said(
        "comparisons that look like HTML",
        "a < b > c, x<y, r<R and R>r, <E> is a mean, <v|w> a product, p<0.05, i<j, a<sub.",
        "AT&T, R&D, Q&A, a&b.",
    ),
    said(
        "tables, lists and headings",
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n- two\n\n1. first\n2. second\n\n> quoted\n\n***\n\n## Result\nFine.",
    ),
    said(
        "short but whole",
        "Yes.",
        "3 V",
        "$E=0$",
        "No, never.",
        "B",
        "42",
    ),
    said(
        "look-alikes of personal data",
        "c = 299792458 m/s = 2.99792458e8, h = 6.62607015e-34 J s, N_A = 6.02214076e23, e = 1.602176634e-19 C, k = 8.9875517923e9.",
        "See D. J. Griffiths, Introduction to Electrodynamics, 4th ed., Cambridge, 2017, ISBN 978-1-108-42041-9, pp. 123-145.",
        "J. C. Maxwell, Phil. Trans. R. Soc. 155 (1865) 459-512, doi:10.1098/rstl.1865.0008; arXiv:2101.01234; ISSN 0031-899X.",
        "Write to student@example.com or teacher@example.org; see https://example.com/a?id=1234567890123.",
        "Maxwell, Gauss, Faraday and James Clerk Maxwell; Prof. Feynman lectured, Mr. Ohm measured, Dr. Tesla built.",
        "The frequency is 13800138000 Hz, the capacity 1099511627776 bytes and the time 1700000000 s; 2^31-1 = 2147483647.",
        "The signal of 0.123456789012345 V at t = 20210101 us; π = 3.14159265358979323846; 1,234,567,890 turns.",
        "The password is stored as a hash; a token is a word; the key idea is symmetry; the secret of the method: patience.",
        "Dates: 2024-03-15, 15.03.2024, 12/31/2023; times 12:34:56; version 1.2.3.4; IP 192.168.0.1; part no. 74HC595.",
        "password = getpass(); key = os.environ['API_KEY']; token = tokenizer.encode(text); api_key: YOUR_API_KEY_GOES_HERE",
        "In Smith et al. (2020) and Emma Johnson and Liam Brown (2019) the score is higher; see also [12].",
        "Use A@B.T for the product and x@y.conj() for the norm; decorators are written @property.",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08, UUID 123e4567-e89b-12d3-a456-426614174000.",
        "A telephone line has 600 ohm; the mobile charge moves 10 000 000 times; call f(1234567) and cell 1234567 of the mesh.",
        "Student's t-test; the student numbers its equations; the number of students is 1200000; May said Green's theorem holds.",
    ),
    said(
        "look-alikes in Chinese",
        "高斯定律、安培环路定理、法拉第电磁感应定律都是麦克斯韦方程组的一部分；高斯和安培的贡献很大。",
        "各位同学请注意：任何同学都可以提问，许多同学答错了，同学们要向老师请教，任课老师会解答。",
        "参考文献：谢处端, 饶克谨. 电磁场与电磁波[M]. 北京: 高等教育出版社, 2006, ISBN 7-04-018921-2.",
        "光速为299792458米每秒，频率为13800138000赫兹，电话线的特性阻抗为600欧姆，手机天线工作在2400000000赫兹。",
        "密码学中的密钥长度为256位；学号不影响成绩；姓名：（请填写）；身份证号码共有18位。",
        "于是方程的解为零；程序的输出应为常数；时间的方向、金属的温度、白光的颜色都不影响成绩的高低。",
    ),
    said(
        "right answers that speak of refusing, placeholders and templates",
        "State every given quantity first; a quantity that nobody gave has to be asked for.",
        "Write TODO lists by hand? Better not: put each task into your plan, with a date.",
        "The notes of Faraday do not contain equations, but they describe lines of force.",
        "A system prompt, a user turn and an assistant turn make a dialogue; Human: is no mark inside `code`.".replace(
            "Human: ", "`Human:` "
        ),
        "The scope of Gauss's law is wider than symmetry: it always holds, but it helps only with symmetry.",
    ),
    (
        "a refusal of each kind",
        file(
            {
                **row(
                    "f1",
                    "Which laptop should I buy?",
                    "I cannot help with that: it is outside the scope of this course. Ask me about fields instead.",
                ),
                "refusal_type": "out_of_scope",
            },
            {
                **row(
                    "f2",
                    "What is its capacitance?",
                    "The area and the gap are not given, so I cannot compute it. Please tell me both.",
                ),
                "refusal_type": "missing_parameters",
            },
            {
                **row(
                    "f3",
                    "What do the notes say on muons?",
                    "The notes do not contain anything on muons, so I cannot answer from them.",
                ),
                "refusal_type": "insufficient_context",
            },
            {
                **row("f4", "推荐一部手机？", "抱歉，这个问题超出了本课程的范围，我不能回答。"),
                "refusal_type": "out_of_scope",
            },
        ),
    ),
    (
        "both languages",
        file(
            {**row("l1", "什么是电通量？", "电位移矢量 D 在曲面 S 上的面积分，即 flux。"), "meta": {"language": "zh"}},
            {
                **row("l2", "Translate 电通量.", "电通量 means electric flux, the integral of D over an area."),
                "meta": {"language": "en"},
            },
            {**row("l3", "什么是场？", "$\\oint E\\cdot dl=0$"), "meta": {"language": "zh"}},
        ),
    ),
    (
        "a system prompt with optional sections",
        file(
            {
                "id": "o",
                "messages": [
                    {"role": "system", "content": "Answer with ### Result and, if needed, ### Remarks (optional)."},
                    {"role": "user", "content": "What is 2+2?"},
                    {"role": "assistant", "content": "### Result\n4"},
                ],
            }
        ),
    ),
    (
        "sections with hints and colons",
        file(
            {
                "id": "h",
                "messages": [
                    {"role": "system", "content": "Use:\n### Conclusion\n### Check (units / limits)"},
                    {"role": "user", "content": "Why?"},
                    {"role": "assistant", "content": "### Conclusion:\nZero.\n\n### Check\nUnits agree."},
                ],
            }
        ),
    ),
    (
        "a long answer",
        file(row("w", "Tell me all.", "The field is zero. " * 1 + " ".join(f"Step {n}: add {n}." for n in range(600)))),
    ),
]
