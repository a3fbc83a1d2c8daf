"""Characters and markup that no reader of an answer should meet. Each function looks at all texts of one record."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from html.entities import html5

from tutorsmith.data.checks.finding import Remark
from tutorsmith.data.checks.record import Record

# A JSON writer that did not double the backslash turns \frac, \theta, \nabla ... into a control character and a rest.
_BROKEN_ESCAPES = (
    (re.compile(r"\x08(eta|egin|ar|f|oldsymbol|inom|ullet|ot|mathbf)(?![a-z])"), "\\b"),
    (re.compile(r"\x0c(rac|orall)(?![a-z])"), "\\f"),
    (re.compile(r"\t(heta|imes|ext|extbf|an|anh|au|o|frac|ilde|riangle|op)(?![a-z])"), "\\t"),
    (re.compile(r"\r(ho|ight|angle|m)(?![a-z])"), "\\r"),
    (re.compile(r"\n(abla|eq|u(?=[\s_^=$])|ewline|ot(?=\\))(?![a-z])"), "\\n"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")
_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]")
# Scripts whose spelling needs joiners and direction marks (Hebrew, Arabic and its kin, Indic scripts up to Khmer).
_JOINING_SCRIPT = re.compile("[\u0590-\u08ff\u0900-\u0dff\u0e80-\u109f\u1780-\u17ff\ufb1d-\ufdff\ufe70-\ufefc]")
_TEMPLATE = re.compile(
    r"<[|｜](?:im_(?:start|end|sep)|endof(?:text|turn|prompt)|end|eot_id|eom_id|start_header_id|end_header_id"
    r"|begin[_▁]of[_▁](?:text|sentence)|end[_▁]of[_▁](?:text|sentence|turn)|start[_▁]of[_▁]\w+|system|user"
    r"|assistant|tool"
    r"|User|Assistant|observation|python_tag|fim_\w+|reserved_special_token_\d+|pad|bos|eos|channel|message"
    r"|return)[|｜]>"
    r"|</?s>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|</?tool_(?:call|response)>|\[/?TOOL_CALLS\]"
    r"|\[gMASK\]|<(?:bos|eos|pad|unk)>"
    r"|^### ?(?:Instruction|Response|Input|Human|Assistant|User|System): *$|^(?:Human|Assistant|USER|ASSISTANT"
    r"|SYSTEM): (?=\S)",
    re.MULTILINE,
)
# One of these stands in every text in which _TEMPLATE finds something.
_TEMPLATE_HINTS = (
    *("<|", "<｜", "s>", "INST]", "SYS>>", "_of_turn>", "tool_", "TOOL_CALLS]", "gMASK]", "<bos>", "<eos>", "<pad>"),
    *("<unk>", "Instruction:", "Response:", "Input:", "Human:", "Assistant:", "User:", "System:", "USER:", "SYSTEM:"),
    "ASSISTANT:",
)
_TAGS = (
    "p br div span img table tr td th tbody thead ul ol li h1 h2 h3 h4 h5 h6 strong em font script style html body "
    "head hr pre code blockquote center iframe input button link meta section article sub sup"
).replace(" ", "|")
_HTML = re.compile(
    rf"</(?:{_TAGS}|a|b|i|u)\s*>|<(?:{_TAGS})(?:\s+[\w-]+\s*=[^<>]*)?\s*/?>|<(?:a|b|i|u)\s+[\w-]+\s*=[^<>]*>|<!--"
    r"|&(?:#\d{2,6}|#x[0-9a-fA-F]{2,5}|(?P<entity>[a-z]{2,8}\d{0,2}));",
    re.IGNORECASE,
)
_CODE = re.compile(r"(`{3,}|~{3,}).*?(?:\1|\Z)|`[^`\n]*`", re.DOTALL)
_NON_ASCII_RUN = re.compile(r"[^\x00-\x7f]{2,}")
_CJK_RUN = re.compile("[\u4e00-\u9fff\ue000-\uf8ff]{3,}")
_GARBLED = re.compile("\ufffd|锟斤拷|烫烫烫|屯屯屯|ï»¿|â€[™œ“”˜¦\x9d]")


def without_code(text: str) -> str:
    """The text with code spans and fences blanked; a sample may show any markup in code."""
    return _CODE.sub(" ", text) if "`" in text or "~~~" in text else text


def _remarks(record: Record, find: Callable[[str], str], message: str, mend: str) -> Iterator[Remark]:
    """One remark for each text in which `find` shows something; `{}` in the message is what it showed."""
    done = set()
    for text in record.texts:
        shown = find(text.content)
        if shown and text.field not in done:
            done.add(text.field)
            yield Remark(text.field, message.format(shown), mend)


def _code_point(char: str) -> str:
    return f"U+{ord(char):04X}"


def _broken_escape(text: str) -> str:
    for pattern, control in _BROKEN_ESCAPES:
        found = pattern.search(text)
        if found:
            return f"{control}{found[1]}"
    return ""


def broken_escape(record: Record) -> Iterator[Remark]:
    """LaTeX whose backslash was not doubled in JSON, so that `\\theta` became a tab and "heta"."""
    message = "the LaTeX command {} lost its backslash to a JSON escape"
    yield from _remarks(record, _broken_escape, message, "double the backslash in JSON: \\\\theta, \\\\frac, \\\\nabla")


def _control(text: str) -> str:
    found = _CONTROL.search(text)
    return _code_point(found[0]) if found and not _broken_escape(text) else ""


def control_character(record: Record) -> Iterator[Remark]:
    """Control characters other than line break and tab."""
    yield from _remarks(record, _control, "a control character ({}) stands in the text", "remove it")


def _is_joined(text: str, at: int) -> bool:
    """Whether the joiner or mark at this position belongs: inside an emoji sequence or a script that needs it."""
    if not 0 < at < len(text) - 1:
        return False
    before, after = text[at - 1], text[at + 1]
    if text[at] == "\u200d":
        emoji = unicodedata.category(after) == "So" and (
            unicodedata.category(before) in ("So", "Sk") or before == "\ufe0f"
        )
        return emoji or bool(_JOINING_SCRIPT.match(before) or _JOINING_SCRIPT.match(after))
    return False


def _invisible(text: str) -> str:
    if text.isascii():
        return ""
    joining = _JOINING_SCRIPT.search(text) is not None
    for found in _INVISIBLE.finditer(text):
        needs_script = found[0] not in "\u00ad\u200b\u2060\ufeff"
        if not (joining and needs_script) and not _is_joined(text, found.start()):
            return _code_point(found[0])
    return ""


def zero_width(record: Record) -> Iterator[Remark]:
    """Invisible characters that break words apart or turn the direction; joiners of emoji and scripts are right."""
    yield from _remarks(record, _invisible, "an invisible character ({}) stands in the text", "remove it")


def _sensible(text: str) -> bool:
    """Whether every character is one that courses use: the proof that undoing a wrong decoding gave real text."""
    for char in text:
        block = ord(char)
        usual = (
            0xA0 <= block <= 0x24F
            or 0x370 <= block <= 0x52F
            or 0x2010 <= block <= 0x2BFF
            or 0x3000 <= block <= 0x9FFF
            or 0xFF00 <= block <= 0xFFEF
            or 0x1F300 <= block <= 0x1FAFF
            or 0xAC00 <= block <= 0xD7AF
            or block in (0xFEFF, 0xFE0F)
        )
        if not usual or not unicodedata.name(char, ""):
            return False
    return True


def _bytes_of(run: str) -> bytes | None:
    """The bytes that Windows-1252 (Latin-1 where that has none) would have read as this text."""
    out = bytearray()
    for char in run:
        try:
            out += char.encode("cp1252")
        except UnicodeEncodeError:
            if ord(char) > 0xFF:
                return None
            out.append(ord(char))
    return bytes(out)


def _undone(run: str) -> str:
    data = _bytes_of(run)
    if data is None:
        return ""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return ""


def _mojibake(text: str) -> str:
    if text.isascii():
        return ""
    found = _GARBLED.search(text)
    if found:
        return found[0] if found[0] != "\ufffd" else "U+FFFD"
    for run in _NON_ASCII_RUN.finditer(text):
        # A run may end in a real character next to the garbled ones, so each start is tried on its own.
        for start in range(min(len(run[0]) - 1, 200)):
            for length in (2, 3, 4):
                piece = run[0][start : start + length]
                undone = _undone(piece) if len(piece) == length else ""
                if len(undone) == 1 and _sensible(undone):
                    return f"{piece} for {undone}"
    for run in _CJK_RUN.finditer(text):
        for end in (len(run[0]), len(run[0]) - 1):
            try:
                undone = run[0][:end].encode("gb18030").decode("utf-8")
            except UnicodeError:
                continue
            if end >= 3 and _sensible(undone):
                return f"{run[0][:end]} for {undone}"
    return ""


def mojibake(record: Record) -> Iterator[Remark]:
    """UTF-8 that was read as Windows-1252, Latin-1 or GBK, and characters that were lost altogether."""
    mend = "read the source as UTF-8 and write the text again"
    yield from _remarks(record, _mojibake, "garbled characters ({}): the text was decoded wrongly", mend)


def _template(text: str) -> str:
    found = _TEMPLATE.search(text) if any(mark in text for mark in _TEMPLATE_HINTS) else None
    return found[0] if found else ""


def template_token(record: Record) -> Iterator[Remark]:
    """Control tokens of a chat template, which the tokenizer would take for the end of a turn."""
    message = "the chat-template token {} stands inside the text"
    yield from _remarks(record, _template, message, "remove it; the template adds its tokens itself")


def _html(text: str) -> str:
    if "<" not in text and "&" not in text:
        return ""
    found = _HTML.finditer(without_code(text))
    return next((part[0] for part in found if not part["entity"] or f"{part['entity']};" in html5), "")


def html_residue(record: Record) -> Iterator[Remark]:
    """Tags and entities that were left over from a web page; tags in code are right."""
    yield from _remarks(record, _html, "left-over HTML ({})", "write it as Markdown or plain text, or put it in `code`")
