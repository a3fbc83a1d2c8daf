"""Defects planted into shipped records: for each kind of finding, ways in which a file can have it.

A plant takes a good record (a training sample, or a benchmark item where `item` is set) and gives the bytes of one line or
several, or the changed record. Texts were written from the description of each kind, not from the code that looks for it.
"""

import copy
import json
from collections.abc import Callable
from typing import Any, NamedTuple

Row = dict[str, Any]


class Plant(NamedTuple):
    """make: record -> changed record, or bytes of the file's lines; item: plant into benchmark items instead."""

    about: str
    make: Callable[[Row], Row | bytes]
    item: bool = False


def dumped(row: Row, **options: Any) -> str:
    return json.dumps(row, ensure_ascii=False, **options)


def answer(text: str) -> Callable[[Row], Row]:
    """The answer becomes this text; `{}` is the old one."""

    def make(row: Row) -> Row:
        row["messages"][-1]["content"] = text.replace("{}", row["messages"][-1]["content"])
        return row

    return make


def after(text: str) -> Callable[[Row], Row]:
    """A sentence behind the answer."""
    return answer("{} " + text)


def question(text: str) -> Callable[[Row], Row]:
    """The same for the question."""

    def make(row: Row) -> Row:
        turn = next(m for m in reversed(row["messages"]) if m["role"] == "user")
        turn["content"] = text.replace("{}", turn["content"])
        return row

    return make


def with_(**changes: Any) -> Callable[[Row], Row]:
    return lambda row: {**row, **changes}


def without(*names: str) -> Callable[[Row], Row]:
    return lambda row: {key: value for key, value in row.items() if key not in names}


def message(index: int, **changes: Any) -> Callable[[Row], Row]:
    def make(row: Row) -> Row:
        row["messages"][index].update(changes)
        return row

    return make


def turns(*roles_and_texts: tuple[str, str | None], keep_system: bool = False) -> Callable[[Row], Row]:
    def make(row: Row) -> Row:
        head = row["messages"][:1] if keep_system else []
        return {**row, "messages": [*head, *({"role": role, "content": text} for role, text in roles_and_texts)]}

    return make


def raw(change: Callable[[str], str | bytes]) -> Callable[[Row], bytes]:
    """The line as text, changed."""

    def make(row: Row) -> bytes:
        out = change(dumped(row))
        return out if isinstance(out, bytes) else out.encode("utf-8", "surrogatepass")

    return make


def calculated(*calculations: Row) -> Callable[[Row], Row]:
    """The answer rests on these calculations."""
    return lambda row: {**row, "meta": {**row["meta"], "calculations": list(calculations)}}


def called(calls: Any, *then: Row, tools: Any = None, ends: bool = True) -> Callable[[Row], Row]:
    """A dialogue with tool calls; `then` are the messages after them."""

    def make(row: Row) -> Row:
        messages = [{"role": "user", "content": "Integrate 2x from 0 to 3, please."}]
        messages.append({"role": "assistant", "content": None, "tool_calls": calls})
        messages += list(then)
        if ends:
            messages.append({"role": "assistant", "content": "The integral of 2x from 0 to 3 is 9."})
        meta = {**row["meta"], "has_tool_call": True}
        return {**row, "messages": messages, "tools": TOOLS if tools is None else tools, "meta": meta}

    return make


TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "integrate",
            "description": "Integral of an expression",
            "parameters": {
                "type": "object",
                "properties": {
                    "expression": {"type": "string"},
                    "lower": {"type": "number"},
                    "upper": {"type": "number"},
                },
                "required": ["expression"],
            },
        },
    }
]
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "9"}


def call(
    name: str = "integrate", arguments: Any = '{"expression": "2*x", "lower": 0, "upper": 3}', id_: str = "c1"
) -> Row:
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}


def excerpts(count: int, said: str) -> Callable[[Row], Row]:
    shown = "\n".join(
        f"[{number}] notes.md\nThe flux of D through a closed surface is the free charge inside."
        for number in range(1, count + 1)
    )

    def make(row: Row) -> Row:
        messages = [
            {
                "role": "system",
                "content": f"Answer from the excerpts and cite them.\n\nCourse notes (numbered excerpts):\n{shown}",
            },
            {"role": "user", "content": "What does Gauss's law say about D?"},
            {"role": "assistant", "content": said},
        ]
        return {**row, "messages": messages, "refusal_type": None, "meta": {**row["meta"], "has_rag_context": True}}

    return make


def points(*key_points: Any) -> Callable[[Row], Row]:
    return with_(key_points=list(key_points), refusal_type=None)


LONG = "The field of a dipole falls with the third power of the distance in the far zone. " * 900

# fmt: off
PLANTS: dict[str, list[Plant]] = {
    "encoding": [
        Plant("Latin-1", raw(lambda t: t.replace("the", "the caf\u00e9 and the", 1).encode("latin-1", "replace"))),
        Plant("Windows-1252 quotes", raw(lambda t: t.encode("ascii", "ignore").replace(b" the ", b" \x93the\x94 ", 1))),
        Plant("GBK", raw(lambda t: t.encode("ascii", "ignore").replace(b" the ", "电场强度".encode("gbk"), 1))),
        Plant("UTF-16", lambda row: dumped(row).encode("utf-16")),
        Plant("UTF-16 without a mark", lambda row: dumped(row).encode("utf-16-le")),
        Plant("UTF-32", lambda row: dumped(row).encode("utf-32")),
        Plant("a stray byte", raw(lambda t: t.encode().replace(b" a ", b" \xff ", 1))),
    ],
    "truncated-json": [
        Plant("cut in a string", raw(lambda t: t[: len(t) // 2])),
        Plant("the last bracket gone", raw(lambda t: t[:-1])),
        Plant("the last brackets gone", raw(lambda t: t[: t.rindex('"refusal_type"') - 2])),
        Plant("cut after a key", raw(lambda t: t[: t.index('"messages"') + 10])),
        Plant("cut in an escape", raw(lambda t: t[: t.index("\\") + 1])),
    ],
    "several-objects": [
        Plant("side by side", raw(lambda t: t + t.replace('"id": "', '"id": "x'))),
        Plant("with a space", raw(lambda t: t + " " + t.replace('"id": "', '"id": "x'))),
        Plant("with a comma", raw(lambda t: t + ", " + t.replace('"id": "', '"id": "x'))),
        Plant("a small one behind", raw(lambda t: t + '{"id": "extra"}')),
    ],
    "json-array": [
        Plant("one record in brackets", raw(lambda t: f"[{t}]")),
        Plant("two records in brackets", raw(lambda t: f"[{t}, {t}]")),
        Plant("a list of words", lambda _: b'["id", "messages"]'),
    ],
    "pretty-printed": [
        Plant("indented by 2", lambda row: dumped(row, indent=2).encode()),
        Plant("indented by tabs", lambda row: dumped(row, indent="\t").encode()),
        Plant("only the outer level", raw(lambda t: t.replace(', "messages"', ',\n"messages"', 1))),
    ],
    "trailing-comma": [
        Plant("after the last field", raw(lambda t: t[:-1] + ",}")),
        Plant("after the last message", raw(lambda t: t.replace('"}], "refusal', '"},], "refusal'))),
        Plant("after the object", raw(lambda t: t + ",")),
        Plant("with a space", raw(lambda t: t[:-1] + " , }")),
    ],
    "python-literal": [
        Plant("None", raw(lambda t: t.replace('"refusal_type": null', '"refusal_type": None'))),
        Plant("False", raw(lambda t: t.replace("false", "False"))),
        Plant("printed dict", lambda row: repr(row).encode()),
        Plant("single quotes", lambda _: b"{'id': 'a', 'messages': []}"),
    ],
    "nan-value": [
        Plant("NaN", with_(score=float("nan"))),
        Plant("Infinity", lambda row: {**row, "meta": {**row["meta"], "weight": float("inf")}}),
        Plant("minus Infinity", with_(score=[1.0, float("-inf")])),
    ],
    "duplicate-key": [
        Plant("id", raw(lambda t: t[:-1] + ', "id": "again"}')),
        Plant("content in a message", raw(lambda t: t.replace('"content": "', '"content": "draft", "content": "', 1))),
        Plant("in meta", raw(lambda t: t.replace('"chapter": ', '"chapter": "ch00", "chapter": ', 1))),
    ],
    "lone-surrogate": [
        Plant("high half", raw(lambda t: t.replace(" the ", " \\ud83d ", 1))),
        Plant("low half", raw(lambda t: t.replace(" the ", " \\ude00 ", 1))),
        Plant("in meta", raw(lambda t: t.replace('"chapter": "', '"chapter": "\\udbff', 1))),
    ],
    "deep-nesting": [
        Plant("lists", lambda row: {**row, "meta": {**row["meta"], "own": nested(60, as_list=True)}}),
        Plant("objects", lambda row: {**row, "meta": {**row["meta"], "own": nested(60)}}),
        Plant("thousands", lambda _: b'{"a":' * 5000 + b"1" + b"}" * 5000),
    ],
    "not-object": [Plant(text, lambda _, text=text: text.encode()) for text in ('"a string"', "42", "true", "null")],
    "json": [
        Plant("a missing colon", raw(lambda t: t.replace('"id": ', '"id" ', 1))),
        Plant("plain text", lambda _: b"Question: what is flux?"),
        Plant("a missing comma", raw(lambda t: t.replace(', "messages"', ' "messages"', 1))),
        Plant("a comment", lambda _: b"// samples of chapter 3"),
        Plant("an unescaped quote", raw(lambda t: t.replace(" the ", ' the "field" ', 1))),
        Plant("a lone backslash", raw(lambda t: t.replace(" the ", " \\phi ", 1))),
    ],
    "line-break": [
        Plant("a raw tab", raw(lambda t: t.replace(" the ", "\tthe ", 1))),
        Plant("a raw line break", raw(lambda t: t.replace("\\n", "\n", 1))),
    ],
    "missing-id": [
        Plant("absent", without("id")),
        Plant("empty", with_(id="")),
        Plant("blank", with_(id="  ")),
        Plant("null", with_(id=None)),
    ],
    "schema": [
        Plant("no messages", without("messages")),
        Plant("messages null", with_(messages=None)),
        Plant("messages empty", with_(messages=[])),
        Plant("messages a text", with_(messages="What is flux?")),
        Plant("a message that is a text", lambda row: {**row, "messages": [*row["messages"], "done"]}),
        Plant("content a list", message(-1, content=[{"type": "text", "text": "E is zero."}])),
        Plant("content a number", message(-1, content=9)),
        Plant("id a number", with_(id=17)),
        Plant("meta a text", with_(meta="ch02")),
        Plant("only the question", lambda row: {**row, "messages": row["messages"][:2]}),
        Plant("only the answer", lambda row: {**row, "messages": row["messages"][-1:]}),
    ],
    "unknown-role": [
        Plant("bot", message(-1, role="bot")),
        Plant("human", message(-2, role="human")),
        Plant("gpt", message(-1, role="gpt")),
        Plant("capital", message(-1, role="Assistant")),
        Plant("none", message(-1, role=None)),
        Plant("developer", message(0, role="developer")),
    ],
    "null-content": [
        Plant("answer", message(-1, content=None)),
        Plant("question", message(-2, content=None)),
        Plant("system", message(0, content=None)),
        Plant("absent", turns(("user", "What is flux?"), ("assistant", None))),
    ],
    "turn-order": [
        Plant("two questions in a row", turns(("user", "What is flux?"), ("user", "And charge?"), ("assistant", "Flux is D times area."))),
        Plant("the answer first", turns(("assistant", "Hello, I am your tutor."), ("user", "Why?"), ("assistant", "Because."))),
        Plant("ends with the user", turns(("user", "What is flux?"), ("assistant", "D times area."), ("user", "And charge?"))),
        Plant("system in the middle", turns(("user", "What is flux?"), ("system", "Be brief."), ("assistant", "D times area."))),
        Plant("two answers in a row", turns(("user", "What is flux?"), ("assistant", "D times area."), ("assistant", "Or E times area."))),
        Plant("two system messages", turns(("system", "Be brief."), ("system", "Be kind."), ("user", "Why?"), ("assistant", "Because of symmetry."))),
        Plant("system last", turns(("user", "What is flux?"), ("assistant", "D times area."), ("system", "Be brief."))),
    ],
    "unknown-refusal": [
        Plant(str(kind), with_(refusal_type=kind))
        for kind in ("no_context", "none", "", True, "Out_Of_Scope", "out of scope", ["out_of_scope"], 0)
    ],
    "empty-answer": [
        Plant("empty", answer("")),
        Plant("spaces", answer("   \n ")),
        Plant("zero width", answer("\u200b\u200b")),
        Plant("an earlier turn", turns(("user", "What is flux?"), ("assistant", ""), ("user", "And?"), ("assistant", "D times area."))),
        Plant("ideographic space", answer("\u3000")),
    ],
    "empty-question": [
        Plant("empty", question("")),
        Plant("spaces", question(" \t")),
        Plant("line breaks", question("\n\n")),
        Plant("first of two", turns(("user", ""), ("assistant", "Please ask."), ("user", "What is flux?"), ("assistant", "D times area."))),
    ],
    "placeholder-answer": [
        Plant(text, answer(text))
        for text in (
            *("TODO", "TBD", "...", "N/A", "<answer>", "[answer goes here]", "Lorem ipsum dolor sit amet.", "xxx", "待补充", "略"),
            *("Answer to be written.", "To be completed", "(fill in)", "FIXME: write the answer", "[insert answer here]", "same as above"),
            *("答案待定", "此处填写答案", "null", "TODO: derive the capacitance", "test", "Placeholder", "{{answer}}", "（待完善）"),
        )
    ],
    "tool-result": [
        Plant("no result", called([call()])),
        Plant("another id", called([call()], {**RESULT, "tool_call_id": "c9"})),
        Plant("one of two", called([call(), call(id_="c2")], RESULT)),
        Plant("a result without a call", turns(("user", "Add 2 and 3."), ("tool", "5"), ("assistant", "It is 5."))),
        Plant("two results for one call", called([call()], RESULT, RESULT)),
    ],
    "undeclared-tool": [
        Plant("another name", called([call("integral_of")], RESULT)),
        Plant("no tools at all", called([call()], RESULT, tools=[])),
        Plant("another case", called([call("Integrate")], RESULT)),
    ],
    "tool-arguments": [
        Plant("not JSON", called([call(arguments="expression=2*x")], RESULT)),
        Plant("cut off", called([call(arguments='{"expression": "2*x"')], RESULT)),
        Plant("Python", called([call(arguments="{'expression': '2*x'}")], RESULT)),
        Plant("a list", called([call(arguments='["2*x", 0, 3]')], RESULT)),
        Plant("a number", called([call(arguments="3")], RESULT)),
        Plant("a required one missing", called([call(arguments='{"lower": 0}')], RESULT)),
        Plant("one that does not exist", called([call(arguments='{"expression": "x", "variable": "x"}')], RESULT)),
        Plant("of a wrong type", called([call(arguments='{"expression": "2*x", "lower": "zero"}')], RESULT)),
        Plant("empty text", called([call(arguments="")], RESULT)),
    ],
    "meta-mismatch": [
        Plant("said, not done", lambda row: {**row, "meta": {**row["meta"], "has_tool_call": True}}),
        Plant("done, not said", lambda row: {**(made := called([call()], RESULT)(row)), "meta": {**made["meta"], "has_tool_call": False}}),
    ],
    "calculation": [
        Plant("another result", calculated({"expression": "2*3", "result": "5"})),
        Plant("a power of ten", calculated({"expression": "F", "variables": {"F": "2.4 N"}, "result": "2.4 mN"})),
        Plant("a value missing", calculated({"expression": "q_1*q_2", "variables": {"q_1": "4 uC"}})),
        Plant("units that do not fit", calculated({"expression": "a + b", "variables": {"a": "1 m", "b": "1 s"}})),
        Plant("no formula", calculated({"expression": "q_1 times q_2"})),
        Plant("no list", lambda row: {**row, "meta": {**row["meta"], "calculations": "2*3 = 6"}}),
    ],
    "too-long": [
        Plant("long answer", after(LONG)),
        Plant("long question", question("{} " + LONG)),
        Plant("many turns", turns(*[part for n in range(220) for part in (("user", f"What is {n} times {n} volts, and why is it so?"), ("assistant", f"It is {n * n} square volts: multiply the number {n} by itself and keep the unit squared."))])),
        Plant("Chinese", answer("根据高斯定律，通过闭合曲面的电通量等于该曲面内的自由电荷。" * 300)),
    ],
    "control-character": [
        Plant(name, after(f"So it{char} is."))
        for name, char in (("NUL", "\x00"), ("bell", "\x07"), ("escape", "\x1b[1m"), ("delete", "\x7f"), ("C1", "\x85"), ("vertical tab", "\x0b"))
    ],
    "zero-width": [
        Plant(name, after(f"The fie{char}ld is zero."))
        for name, char in (
            ("space", "\u200b"), ("non-joiner", "\u200c"), ("joiner in a word", "\u200d"), ("BOM", "\ufeff"), ("word joiner", "\u2060"),
            ("soft hyphen", "\u00ad"), ("right-to-left override", "\u202e"), ("left-to-right mark", "\u200e"),
        )
    ],
    "mojibake": [
        Plant(text, after(text))
        for text in (
            "The cafÃ© is open.", "Itâ€™s the fieldâ€”not the force.", "å…‰é€Ÿ is the speed of light.", "The angle is 30Â°.", "Ïµ0 is a constant.",
            "SchrÃ¶dinger wrote it.", "锟斤拷锟斤拷", "the value is 5 \ufffdm", "ä¸\xadæ–‡", "è´¨é‡\x8f", "鐢靛満寮哄害", "Î©",
        )
    ],
    "template-token": [
        Plant(text, after(text))
        for text in (
            "<|im_end|>", "<|im_start|>user", "</s>", "<s>", "[INST] why? [/INST]", "<|endoftext|>", "<|eot_id|>", "<start_of_turn>user", "<end_of_turn>",
            "<<SYS>>", "<|begin_of_text|>", "<｜end▁of▁sentence｜>", "<|assistant|>", "\n### Instruction:\nSay it.", "\nHuman: why?", "<eos>", "<pad>",
        )
    ],
    "html-residue": [
        Plant(text, after(text))
        for text in (
            "<p>The field is zero.</p>", "zero&nbsp;field", "a<br>b", "x &lt; 3 &amp; y", "<b>bold</b>", "<a href=\"x.html\">here</a>", "<div class='n'>box</div>",
            "<!-- note -->", "&quot;yes&quot;", "10<sup>3</sup>", "H<sub>2</sub>O", "<span style=\"color:red\">red</span>", "<img src='a.png'>", "caf&eacute;", "&#8217;",
            "<li>one</li>", "<script>x()</script>", "</table>", "<center>middle</center>",
        )
    ],
    "unbalanced-latex": [
        Plant(text, after(text))
        for text in (
            "So $E = 0 inside.", "Thus $$E = \\frac{q}{r} and so on.", "Here $\\frac{a}{b$ holds.", "Then \\(E = 0 holds.", "And \\[E = 0", "with $x_{1$ only",
            "\\begin{align} E &= 0", "E = 0 \\end{equation}", "$\\left( a + b$", "$a + b \\right)$", "\\begin{cases} 1 \\end{array}", "and $a}$", "E = 0$ it is", "$\\sqrt{2$",
        )
    ],
    "broken-escape": [
        Plant(about, raw(lambda t, text=text: t.replace(" the ", f" the {text} ", 1)))
        for about, text in (
            ("theta", "$\\theta$"), ("frac", "$\\frac{1}{2}$"), ("nabla", "$\\nabla$"), ("rho", "$\\rho$"), ("times", "$a\\times b$"), ("beta", "$\\beta$"),
            ("tau", "$\\tau$"), ("nu", "$\\nu$"), ("text", "$\\text{m}$"), ("right", "$\\left(a\\right)$".replace("\\left", "")), ("tan", "$\\tan x$"), ("bar", "$\\bar{x}$"),
            ("neq", "$a\\neq b$"), ("forall", "$\\forall x$"),
        )
    ],
    "required-sections": [
        Plant("none at all", answer("The field is zero, by symmetry.")),
        Plant("the last one gone", lambda row: answer(row["messages"][-1]["content"].rsplit("###", 1)[0])(row)),
        Plant("the first one gone", lambda row: answer("###" + row["messages"][-1]["content"].split("###", 2)[2])(row)),
        Plant("another level", lambda row: answer(row["messages"][-1]["content"].replace("### ", "## "))(row)),
        Plant("bold instead", lambda row: answer(row["messages"][-1]["content"].replace("### ", "**").replace("\n", "**\n", 1))(row)),
        Plant("in another order", lambda row: answer("###" + "###".join(reversed(row["messages"][-1]["content"].split("###")[1:])))(row)),
        Plant("a body is empty", lambda row: answer(row["messages"][-1]["content"].rsplit("\n", 1)[0].rsplit("\n\n", 1)[0] + "\n\n" + "###" + row["messages"][-1]["content"].rsplit("###", 1)[1].split("\n")[0] + "\n")(row)),
        Plant("one stands twice", lambda row: answer("{}\n\n###" + row["messages"][-1]["content"].rsplit("###", 1)[1])(row)),
    ],
    "citation-range": [
        Plant("[4] of three", excerpts(3, "D flows out of free charge [4].")),
        Plant("beside a right one", excerpts(2, "D flows out of charge [1] and the flux is the charge [3].")),
        Plant("a list", excerpts(3, "D flows out of free charge [1, 5].")),
        Plant("a range", excerpts(3, "D flows out of free charge [2-5].")),
        Plant("[0]", excerpts(3, "D flows out of free charge [0].")),
        Plant("Chinese brackets", excerpts(3, "D 的通量等于自由电荷【7】。")),
        Plant("far away", excerpts(3, "D flows out of free charge [12].")),
        Plant("an excerpt named in words", excerpts(3, "As excerpt [9] says, D flows out of free charge.")),
    ],
    "refusal-mismatch": [
        Plant(f"{kind}, but answered", lambda row, kind=kind: {**answer("### Conclusion\nThe field is $E=\\rho r/(3\\varepsilon_0)$.\n### Derivation\nA sphere of radius $r$ encloses $\\rho 4\\pi r^3/3$; Gauss's law gives the field.\n### Check (units / boundary conditions / limiting cases)\nC/m^3 times m over F/m is V/m.")(row), "refusal_type": kind})
        for kind in ("insufficient_context", "missing_parameters", "out_of_scope")
    ]
    + [
        Plant(text[:30], lambda row, text=text: {**turns(("user", "How do I choose a laptop, and what is the force in the exercise?"), ("assistant", text))(row), "refusal_type": None})
        for text in (
            "I cannot answer this: it is outside the scope of the course.", "Sorry, I can't help with that. This tutor only covers electromagnetics.",
            "The notes do not say anything about this, so I cannot answer.", "I need the radius first: it is not given. Please tell me its value.",
            "抱歉，这个问题超出了本课程的范围，我无法回答。", "题目没有给出半径，无法计算，请补充。", "笔记中没有相关内容，因此我不能回答。", "I'm afraid this lies beyond what this course covers, so I won't answer it.",
            "I have to decline: this is not part of the course.", "There is not enough information in the excerpts to answer this question.",
        )
    ],
    "refusal-kind": [
        Plant("scope said, context meant", lambda row: {**turns(("user", "What is the lifetime of a muon?"), ("assistant", "I cannot answer: the notes do not contain anything about muons."))(row), "refusal_type": "out_of_scope"}),
        Plant("context said, scope meant", lambda row: {**turns(("user", "Which laptop should I buy?"), ("assistant", "I can't help with this: it is outside the scope of this course."))(row), "refusal_type": "insufficient_context"}),
        Plant("scope said, parameter meant", lambda row: {**turns(("user", "What is the capacitance of my capacitor?"), ("assistant", "I cannot compute it: the area and the gap are not given. Please state both."))(row), "refusal_type": "out_of_scope"}),
        Plant("Chinese, scope meant", lambda row: {**turns(("user", "推荐一台笔记本电脑？"), ("assistant", "抱歉，这个问题超出本课程的范围，我不能回答。"))(row), "refusal_type": "missing_parameters"}),
    ],
    "copied-question": [
        Plant("the question itself", lambda row: turns(("user", q := "Why is the electric field inside a conductor zero when the charges are at rest?"), ("assistant", q))(row)),
        Plant("with a word before", lambda row: turns(("user", q := "Why is the electric field inside a conductor zero when the charges are at rest?"), ("assistant", "Question: " + q))(row)),
        Plant("in other case", lambda row: turns(("user", q := "Why is the electric field inside a conductor zero when the charges are at rest?"), ("assistant", q.upper()))(row)),
        Plant("twice", lambda row: turns(("user", q := "Why is the electric field inside a conductor zero when the charges are at rest?"), ("assistant", f"{q} {q}"))(row)),
        Plant("Chinese", turns(("user", "为什么静电平衡时导体内部的电场强度处处为零？"), ("assistant", "为什么静电平衡时导体内部的电场强度处处为零？"))),
        Plant("Chinese with a word", turns(("user", "为什么静电平衡时导体内部的电场强度处处为零？请说明理由。"), ("assistant", "问题：为什么静电平衡时导体内部的电场强度处处为零？请说明理由。"))),
        Plant("a part of a long one", lambda row: turns(("user", "I have a question about conductors. Why is the electric field inside a conductor zero when the charges are at rest, and what happens to it in a hollow one?"), ("assistant", "Why is the electric field inside a conductor zero when the charges are at rest"))(row)),
    ],
    "language-mismatch": [
        Plant("Chinese for en", lambda row: {**turns(("user", "What is flux?"), ("assistant", "通过闭合曲面的电通量等于曲面内的自由电荷，这就是高斯定律的内容。"))(row), "meta": {"language": "en"}}),
        Plant("English for zh", lambda row: {**turns(("user", "什么是电通量？"), ("assistant", "The flux of D through a closed surface is the free charge inside it, which is the law of Gauss."))(row), "meta": {"language": "zh"}}),
        Plant("German for en", lambda row: {**turns(("user", "What is flux?"), ("assistant", "Der Fluss von D durch eine geschlossene Fläche ist gleich der freien Ladung in ihr, und das ist der Satz von Gauss."))(row), "meta": {"language": "en"}}),
        Plant("French for en", lambda row: {**turns(("user", "What is flux?"), ("assistant", "Le flux de D à travers une surface fermée est égal à la charge libre qui se trouve dans la surface, et c'est le théorème de Gauss."))(row), "meta": {"language": "en"}}),
        Plant("Spanish for en", lambda row: {**turns(("user", "What is flux?"), ("assistant", "El flujo de D a través de una superficie cerrada es igual a la carga libre que se encuentra en el interior, y es la ley de Gauss."))(row), "meta": {"language": "en"}}),
        Plant("Russian for en", lambda row: {**turns(("user", "What is flux?"), ("assistant", "Поток через замкнутую поверхность равен заряду внутри нее, это закон Гаусса."))(row), "meta": {"language": "en"}}),
        Plant("Japanese for en", lambda row: {**turns(("user", "What is flux?"), ("assistant", "閉曲面を通る電束は内部の電荷に等しいというのがガウスの法則です。"))(row), "meta": {"language": "en"}}),
    ],
    "no-answer-key": [
        Plant("nothing", without("reference", "key_points"), item=True),
        Plant("both empty", with_(reference="", key_points=[]), item=True),
    ],
    "key-point": [
        Plant("empty text", points(""), item=True),
        Plant("a number", points(7), item=True),
        Plant("no form", points({"label": "x"}), item=True),
        Plant("any_of empty", points({"text": "a", "any_of": []}), item=True),
        Plant("any_of a text", points({"text": "a", "any_of": "E is zero"}), item=True),
        Plant("two forms", points({"formula": "E = 0", "quantity": "3 V"}), item=True),
        Plant("a formula that is none", points({"formula": "E = ((("}), item=True),
        Plant("a quantity that is none", points({"quantity": "some volts"}), item=True),
        Plant("tolerance above 1", points({"quantity": "3 V", "rel_tol": 5}), item=True),
        Plant("vital a text", points({"text": "a", "vital": "yes"}), item=True),
        Plant("must_not a text", points({"text": "a", "must_not": "b"}), item=True),
    ],
    "secret": [
        Plant(text[:28], after(text))
        for text in (
            "My key is sk-proj-Zk81mQ0wLr7Tb2Nx9Vc4Yp6Hs3Jd5Fg.", "Use ghp_a8Kq2Lw9Zx4Cv7Bn1Mm6Ty3Ru5Po0IiQ2we in the header.", "AWS: AKIAJ7QX4MZ2LPKD9WTR.", "password: Gr8-field!22",
            "The password is horse7battery.", "密码：wL9#pq27", "api_key = \"b7f3c91de84a4f02a6c5d1e9370b82fa\"", "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjoiNDIifQ.q1w2e3r4t5y6u7i8o9p0",
            "hf_QwErTyUiOpAsDfGhJkLzXcVbNm123456", "xoxb-123456789012-abcdefghij1234567890klmn", "AIzaSyD4x8Lk2Mn7Qw9Er3Ty6Ui1Op5As0DfGhJ", "mysql://root:Tu7or!pw@10.0.0.5/notes",
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----", "glpat-x7Kq2Lw9Zx4Cv7Bn1Mm6", "token=9f2c7a61b8d34e05a1c6", "我的口令是 Zx81-qwe7",
            "SECRET_KEY='k3y9f8a7s6d5f4g3h2j1'", "sk-ant-api03-Ab12Cd34Ef56Gh78Ij90Kl12Mn34", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n",
        )
    ],
    "email": [
        Plant(text[:28], after(text))
        for text in (
            "Write to m.okafor@uni-leipzig.de.", "Mail: Jin_Park99@gmail.com", "邮箱：zhaolei@tsinghua.edu.cn", "Contact <h.lund@physics.ku.dk> please.", "s1234567@student.uva.nl",
            "reach me: pia.k+em@outlook.com", "l.moreau [at] ens [dot] fr", "anna (at) uni-bonn.de", "发到2837465@qq.com即可", "MAILTO:DEAN@MIT.EDU", "a.b-c@sub.dept.univ.ac.uk",
        )
    ],
    "phone": [
        Plant(text[:28], after(text))
        for text in (
            "Call +1 617 253 1000.", "My number is +44 7911 123456.", "phone: 617-253-1000", "Tel. 030 2093 70333", "Ring me on 0171 2345678.", "手机：13912345678", "电话 010-62785001", "我的电话是186 1234 5678",
            "Mobile: 07911 123456", "(617) 253-1000 is my office.", "+8613812345678", "+33 6 12 34 56 78", "WhatsApp 00491711234567", "联系方式 15900001111", "致电021-65642222", "微信号：xiao_lin99", "打给我13012348765",
        )
    ],
    "national-id": [
        Plant(text[:28], after(text))
        for text in (
            "身份证号：11010519491231002X", "440524188001010014", "My SSN is 219-09-9998.", "passport number K0345921", "护照号码 EA1234567", "身份证 310105198001012333", "IBAN GB29 NWBK 6016 1331 9268 19",
            "card 4012 8888 8888 1881", "CPF 529.982.247-25", "social security number 457-55-5462", "National Insurance number QQ 12 34 56 C", "Aadhaar 2345 6789 0124", "driving licence no. MORGA657054SM9IJ",
        )
    ],
    "student-number": [
        Plant(text[:28], after(text))
        for text in (
            "Student ID: 20231187", "my student number is 4417820", "学号：2022013456", "学号为U202112345", "matriculation no. 3127745", "Student No. A0178234X", "(student id 19BCE1022)", "Matrikelnummer 7654321",
            "准考证号 110108123456", "学号 3190102345 的同学", "roll number 17EE30021", "enrolment number 2019CS10345", "student 20417733 asked",
        )
    ],
    "person-name": [
        Plant(text[:28], after(text))
        for text in (
            "My name is Ingrid Solberg.", "I am Rahul Verma.", "Ms. Delgado will grade it.", "Mr Thompson-Hale teaches this.".replace("Thompson-", ""), "Dear Ms. Novak,\nthank you.".replace("Dear", "\nDear"), "Best regards,\nClara Jensen",
            "Student: Tomasz Kowalski", "Olivia Brandt handed in her homework late.", "姓名：陈思远", "刘洋同学问得好。", "李老师会批改。", "我叫周子轩。", "孙悦的作业没有交。", "班主任：郑丽华", "张敏老师说过。", "王浩宇同学考了90分。",
            "Name: Fatima Zahra", "Dr. Castellano is my supervisor.", "my classmate Daniel Fischer asked me", "Sophie Martin's grade is a B.", "欧阳雪同学提交了报告。", "辅导员何静", "联系人：黄志强",
        )
    ],
}
# fmt: on


def nested(depth: int, as_list: bool = False) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value] if as_list else {"a": value}
    return value


def planted(plant: Plant, row: Row) -> bytes:
    made = plant.make(copy.deepcopy(row))
    return made if isinstance(made, bytes) else json.dumps(made, ensure_ascii=False).encode("utf-8", "surrogatepass")
