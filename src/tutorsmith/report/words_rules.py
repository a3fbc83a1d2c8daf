"""What other rooms write in short English, in plain words of both languages: rules, stop-token audit, sources.

A rule may consist of several parts, joined by "; ". A part that no row knows is shown as it was written: a rule without
plain words is better than a rule that is hidden.
"""

import re
from functools import lru_cache

from tutorsmith.report.words_labels import LABELS

# pattern of one part -> (English, Chinese); groups are put in as {0}, {1}, after their own wording where they have one
_ROWS: tuple[tuple[str, str, str], ...] = (
    ("asserted in these words or their synonyms", "said in these words or synonyms", "回答用这些词或同义词说到了"),
    ("verbatim", "said word for word", "回答逐字说到了"),
    ("denied", "the answer denies it", "回答否定了这一点"),
    ("only part of it is said", "only part of it is said", "只说到了一部分"),
    ("said of something else", "said, but of something else", "说到了，但说的是别的对象"),
    ("no sentence says it", "no sentence says it", "没有一句话说到这一点"),
    (
        r"uncertain: nothing says '(.*)'",
        "nearly all of it is said, but nothing clearly says “{0}”",
        "大体说到了，但没有明确说到“{0}”",
    ),
    (r"nothing says '(.*)'", "nothing in the answer says “{0}”", "回答没有说到“{0}”"),
    ("an opposite is said", "the answer says the opposite", "回答说的正好相反"),
    ("another value is said", "the answer gives another value", "回答给出了另一个值"),
    ("the trend is the opposite", "the trend is the opposite", "变化趋势说反了"),
    ("the relation runs the other way", "the relation runs the other way", "关系说反了"),
    (r"asserts what it must not: (.*)", "says what must not be said: {0}", "说了不该说的话：{0}"),
    ("the answer is empty", "the answer is empty", "回答为空"),
    (
        r"only (\d+) of (\d+) characters were read",
        "only the first {0} of {1} characters were read",
        "只读取了 {1} 个字符中的前 {0} 个",
    ),
    ("algebraically equal", "the same formula, rearranged or in other symbols", "公式等价（可移项或换用符号）"),
    ("no formula of the answer says it", "no formula in the answer says it", "回答中没有这个公式"),
    ("the formula is denied", "the answer denies this formula", "回答否定了这个公式"),
    ("the formula is said of something else", "the formula stands for something else", "公式说的是别的量"),
    (
        "the formula stands there, but not what it is said of",
        "the formula is there, but not what it is about",
        "公式写出来了，但没有说明它说的是什么",
    ),
    (
        "the quantity is left to be found",
        "the answer leaves this quantity to be found",
        "回答没有给出这个量，留待以后求出",
    ),
    ("more formulas than are compared", "too many formulas to compare", "公式太多，未全部比较"),
    ("the sign is wrong", "the sign is wrong", "正负号错误"),
    (r"a factor (.+) too much", "wrong by the factor {0}", "相差系数 {0}"),
    ("a complex factor too much", "wrong by a complex factor", "多了一个复数系数"),
    (
        "the same quantities, related otherwise",
        "the same quantities, but in another relation",
        "物理量相同，但关系不对",
    ),
    ("the dependence is another", "the dependence is another", "依赖关系不对"),
    ("the inequality is turned round", "the inequality is turned round", "不等号方向相反"),
    (r"(?:stated|given) only as (.+)", "stands there only as {0}", "只作为{0}出现"),
    ("the value, within the tolerance", "the value, within the tolerance", "数值正确（在允许误差内）"),
    ("the value is not given", "the value is not given", "没有给出这个数值"),
    ("the value is denied", "the answer denies this value", "回答否定了这个数值"),
    ("another value is given", "another value is given", "给出的是另一个数值"),
    ("the final answer is another value", "the final answer is another value", "最后答案是另一个数值"),
    (
        "the value is given without its uncertainty",
        "the value is given without its uncertainty",
        "给出了数值，但没有给出不确定度",
    ),
    ("only a range or a bound is given", "only a range or a bound is given", "只给出了范围或界限"),
    ("the value is given for another quantity", "the value belongs to another quantity", "这个数值属于另一个量"),
    ("the change goes the other way", "the change goes the other way", "变化方向相反"),
    (r"uncertain: (.*)", "the rules are not certain: {0}", "规则不能确定：{0}"),
    ("another power is said", "the answer names another power", "回答说的是另一个幂次"),
    ("only half of it is said", "only half of it is said", "只说到了一半"),
    ("the prompt asks for no sections", "the prompt asks for no sections", "提示没有要求分节"),
    ("sections missing or wrong", "sections are missing or wrong", "小节缺失或不符"),
    ("as asked, with more", "as asked, with something more", "符合要求，另有多余内容"),
    ("exactly as asked", "exactly as asked", "完全符合要求"),
    (
        r"'(.*)' is a heading of level (\d), not (\d)",
        "“{0}” is a heading of level {1}, not {2}",
        "“{0}”是 {1} 级标题，应为 {2} 级",
    ),
    (r"'(.*)' is missing", "“{0}” is missing", "缺少“{0}”"),
    (r"'(.*)' stands (\d+) times", "“{0}” is there {1} times", "“{0}”出现 {1} 次"),
    (r"'(.*)' has no body", "“{0}” has no text below it", "“{0}”下面没有内容"),
    ("the sections are not in the order asked for", "the sections are in another order", "小节顺序不符"),
    ("text before the first section", "text before the first section", "第一节之前有文字"),
    (r"'(.*)' was not asked for", "“{0}” was not asked for", "“{0}”不在要求之内"),
    (r"'(.*)' is worded differently", "“{0}” is worded differently", "“{0}”的措辞与要求不同"),
    (
        "no refusing act in the opening or the conclusion",
        "neither the opening nor the end refuses",
        "开头和结尾都没有拒答",
    ),
    ("says that it cannot or will not answer", "says that it cannot or will not answer", "表示不能或不愿回答"),
    (
        "cannot be answered, and says what is missing",
        "says that it cannot be answered, and what is missing",
        "表示无法回答，并指出缺少什么",
    ),
    ("says that it is outside the scope", "says that it is outside the scope", "表示超出范围"),
    (
        "says that the material does not hold the answer",
        "says that the material does not hold the answer",
        "表示资料中没有答案",
    ),
    ("names what is missing and asks for it", "names what is missing and asks for it", "指出缺少什么并请求补充"),
    (
        "gives no value and names what is missing for it",
        "gives no value and names what is missing for it",
        "没有给出数值，并指出缺少什么",
    ),
    (
        "turns away a request that is none for a tutor",
        "turns away a request that is none for a tutor",
        "推开不该由助教处理的请求",
    ),
    ("says indirectly that it does not answer", "says indirectly that it does not answer", "间接表示不作回答"),
    ("says no to a request", "says no to a request", "对请求表示拒绝"),
    ("asks back before anything else", "asks back before anything else", "先行反问"),
    ("asks for what the answer depends on", "asks for what the answer depends on", "询问作答所需的条件"),
    (
        "says under the heading of the conclusion that there is none",
        "says in the conclusion that there is none",
        "在结论一节说明没有结论",
    ),
    (
        "answers nothing and turns to something else",
        "answers nothing and turns to something else",
        "没有作答，转而说别的",
    ),
    (r"(.*), but the question is answered", "{0}, but then answers the question", "{0}，但随后又作了回答"),
    (r"read as (.+), expected (.+)", "read as “{0}”, expected “{1}”", "判为“{0}”，应为“{1}”"),
    (
        "every citation is one of the excerpts",
        "every citation is one of the excerpts",
        "每处引用都在所给摘录之内",
    ),
    (r"\[(\d+)\] is no excerpt of the notes", "[{0}] is no excerpt of the notes", "[{0}] 不在所给摘录之内"),
    ("nothing is cited", "nothing is cited", "没有引用"),
    (r"expected (\[.+)", "expected {0}", "应引用 {0}"),
    (r"\[(\d+)\] should have been cited", "[{0}] should have been cited", "应引用 [{0}]"),
    (r"(.+) does not stand in the cited excerpt", "{0} is not in the cited excerpt", "所引摘录中没有 {0}"),
    (r"\[(\d+)\] was not expected", "[{0}] was not expected", "不应引用 [{0}]"),
    ("calls equal as a multiset", "compared call by call, in any order", "逐个比对调用，顺序不限"),
    ("no call expected", "no call was expected", "不应有调用"),
    ("the item expects nothing of tools", "nothing is expected of tools", "本题不涉及工具"),
    (r"not expected: (.*)", "not expected: {0}", "不应有的调用：{0}"),
    (r"expected (.+)", "expected: {0}", "缺少预期的调用：{0}"),
    ("a call without a name", "a call without a name", "有一个调用没有名称"),
    (r"(.+): there is no such tool", "{0}: there is no such tool", "{0}：没有这个工具"),
    (r"(.+): the arguments are no (?:JSON|object)", "{0}: the arguments cannot be read", "{0}：参数无法读取"),
    (r"(.+) is not of type (.+)", "{0} is not of type {1}", "{0} 的类型不是 {1}"),
    (r"(.+) is none of (.+)", "{0} is none of {1}", "{0} 不在 {1} 之中"),
    (r"(.+) is out of bounds", "{0} is out of bounds", "{0} 超出允许范围"),
    (r"(\S+: \S+) is missing", "{0} is missing", "缺少 {0}"),
    (r"(.+) is no argument of this tool", "{0} is no argument of this tool", "{0} 不是该工具的参数"),
    ("there is no prediction for this item", "there is no prediction for this question", "本题没有预测"),
    (r"the prediction failed \(finish_reason: error\)", "the prediction failed", "预测出错"),
)
_SETTINGS: tuple[tuple[str, str, str], ...] = (
    (
        "no end token is saved at all: every answer runs into the token limit",
        "no end token is saved: every answer runs into the token limit",
        "没有保存任何结束词元：每个回答都会写到长度上限",
    ),
    (
        r"the padding token (.+) is among the end tokens: .*",
        "the padding token {0} is among the end tokens: an answer in a padded batch may end before it begins",
        "填充词元 {0} 被列为结束词元：批量作答时，回答可能还没开始就结束",
    ),
    (
        "the generation config names no end token: .*",
        "the generation config names no end token: a program that goes by it never stops",
        "生成配置没有写明结束词元：只看该配置的程序不会停下",
    ),
    (
        r"the chat template closes a turn with (.+), which is not among the end tokens .*",
        "the chat template closes a turn with {0}, which is not among the end tokens: the model would speak on",
        "对话模板以 {0} 结束一轮，但它不在结束词元之中：模型会接着替学生说话",
    ),
    (
        r"the padding token is the end token, (.+?): .*",
        "the padding token is the end token, {0}: other trainers may leave the end out of what is learned",
        "填充词元就是结束词元 {0}：其他训练程序可能因此学不会停下",
    ),
    (
        "set eos_token_id in generation_config.json and eos_token of the tokenizer",
        "set eos_token_id in generation_config.json and eos_token of the tokenizer",
        "在 generation_config.json 中设置 eos_token_id，并为分词器设置 eos_token",
    ),
    (
        r"set eos_token_id in generation_config\.json to (.+)",
        "set eos_token_id in generation_config.json to {0}",
        "在 generation_config.json 中把 eos_token_id 设为 {0}",
    ),
    (
        r"take it out of eos_token_id in generation_config\.json",
        "take it out of eos_token_id in generation_config.json",
        "把它从 generation_config.json 的 eos_token_id 中去掉",
    ),
    (
        r"add it to eos_token_id in generation_config\.json",
        "add it to eos_token_id in generation_config.json",
        "把它加入 generation_config.json 的 eos_token_id",
    ),
    (
        "give the tokenizer a padding token of its own",
        "give the tokenizer its own padding token",
        "为分词器单独设置填充词元",
    ),
    ("default", "default", "默认值"),
    ("environment", "environment", "环境变量"),
    (r"environment (.+)", "environment {0}", "环境变量 {0}"),
    ("flag", "flag", "命令行参数"),
    (r"recommended for (.+)", "recommended for {0}", "{0} 的推荐值"),
    ("epochs", "all epochs done", "已完成全部轮次"),
    ("max_steps", "the set number of steps done", "已完成设定的步数"),
    ("early stopping", "no more progress on the validation samples", "验证损失不再改善"),
)
_GROUPS: dict[str, tuple[str, str]] = {
    "question": ("a question", "问句"),
    "hypothetical": ("a supposition", "假设"),
    "a condition": ("a condition", "条件"),
    "heading": ("a heading", "标题"),
    "someone else's claim": ("someone else's claim", "他人的说法"),
    "no known kind": ("no known kind", "未知类型"),
    **{key.removeprefix("refusal."): texts for key, texts in LABELS.items() if key.startswith("refusal.")},
}
_COMPILED = tuple((re.compile(pattern, re.DOTALL), texts) for pattern, *texts in (*_ROWS, *_SETTINGS))


@lru_cache(maxsize=4096)
def plain_words(rule: str, column: int) -> str:
    """The text in plain words. column: 0 English, 1 Chinese. Unknown parts stay as they are."""
    parts = [_plain_part(part, column) for part in rule.split("; ") if part]
    return ("; ", "；")[column].join(parts)


def is_known(rule: str) -> bool:
    """Whether every part of a rule has plain words."""
    return all(any(pattern.fullmatch(part) for pattern, _ in _COMPILED) for part in rule.split("; ") if part)


def _plain_part(part: str, column: int) -> str:
    for pattern, texts in _COMPILED:
        if found := pattern.fullmatch(part):
            return str(texts[column]).format(*(_group(text or "", column) for text in found.groups()))
    return part


def _group(text: str, column: int) -> str:
    """A captured part: a reason or kind has wording of its own, and so has a rule within a rule."""
    return _GROUPS[text][column] if text in _GROUPS else _plain_part(text, column)
