"""Messages -> token ids and loss mask. The only renderer: training, generation and serving all go through it.

A dialogue is cut into pieces where the speaker changes between prompt and tutor:

    <|im_start|>system ... assistant\\n | answer <|im_end|> | \\n<|im_start|>user ... assistant\\n | answer <|im_end|>
    prompt                              | learned           | prompt                              | learned

Every piece is tokenized by itself, so a prompt has the same ids in training as at inference, whatever a tokenizer
would merge across the border. A model's chat template decides the text; thinking is switched off wherever a template
knows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tutorsmith.core.errors import DataError, ModelError
from tutorsmith.data.schema import Message, Sample
from tutorsmith.models.stop_tokens import StopTokens, saved_ids
from tutorsmith.models.tool_words import decoded_calls, written_out

# For base models that carry no template of their own: ChatML where the tokenizer has its marks, else plain words with
# the model's own end of text closing each answer. `opening` is what the tokenizer puts before any text.
CHATML = (
    "{{ opening }}{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + (message['content'] or '') + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
PLAIN = (
    "{{ opening }}{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}{{ 'Tutor: ' + (message['content'] or '') + eos_token + '\n\n' }}"
    "{% elif message['role'] == 'system' %}{{ message['content'] + '\n\n' }}"
    "{% else %}{{ 'Question: ' + message['content'] + '\n\n' }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}{{ 'Tutor: ' }}{% endif %}"
)
# The switches by which hybrid models' templates leave thinking out (Qwen3; DeepSeek, Granite).
NO_THINKING = {"enable_thinking": False, "thinking": False}
_PROBE = "Tutorsmith-probe"


class Tokenizer(Protocol):
    """What the renderer needs of a transformers tokenizer."""

    chat_template: Any
    eos_token_id: int | None

    def apply_chat_template(self, conversation: list[dict[str, Any]], **options: Any) -> Any: ...

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]: ...

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool = ...) -> str: ...

    def convert_tokens_to_ids(self, tokens: str) -> int | None: ...


@dataclass(frozen=True)
class Rendered:
    """ids: (n,) token ids; mask: (n,) True where the token is learned."""

    id: str
    ids: tuple[int, ...]
    mask: tuple[bool, ...]

    @property
    def trained(self) -> int:
        return sum(self.mask)


def end_of_turn_ids(tokenizer: Tokenizer, generation_eos: int | Sequence[int] | None = None) -> frozenset[int]:
    """Ids at which an answer ends: the tokenizer's and the model's own end tokens and the template's end of turn.

    A pad token among the saved end tokens would end every answer at once (transformers#48016); it counts only when it
    is the tokenizer's end token or the one that the template really closes a turn with.
    """
    ids = {i for i in (tokenizer.eos_token_id, *saved_ids(generation_eos)) if i is not None}
    closing = _closing_id(tokenizer)
    pad = getattr(tokenizer, "pad_token_id", None)
    if pad is not None and pad not in (tokenizer.eos_token_id, closing):
        ids.discard(pad)
    return frozenset(ids if closing is None else ids | {closing})


def stop_tokens(tokenizer: Tokenizer, generation_eos: int | Sequence[int] | None = None) -> StopTokens:
    """The saved settings that decide where answers end, for `audit_stops`."""
    saved, closing = saved_ids(generation_eos), _closing_id(tokenizer)
    pad = getattr(tokenizer, "pad_token_id", None)
    ids = {i for i in (tokenizer.eos_token_id, pad, closing, *saved) if i is not None}
    names = {i: tokenizer.decode([i], skip_special_tokens=False) for i in ids}
    return StopTokens(tokenizer.eos_token_id, pad, saved, closing, names)


def render_prompt(
    messages: Sequence[Message], tokenizer: Tokenizer, tools: Sequence[Mapping[str, Any]] = ()
) -> list[int]:
    """Token ids of a dialogue that waits for the tutor's answer.

    Raises: DataError when the template refuses the messages.
    """
    pieces = _pieces(messages, tokenizer, tools, closed=False)
    return [i for text, _ in pieces for i in tokenizer.encode(text, add_special_tokens=False)]


def render_sample(
    sample: Sample, messages: Sequence[Message], tokenizer: Tokenizer, ends: frozenset[int]
) -> list[Rendered]:
    """Token ids and loss mask of a worked answer, usually one row.

    messages: the sample's, with notes already put in. A dialogue whose template shows earlier turns differently from
    the last one (Qwen3 drops their thinking block) gives one row a tutor turn, each with the prompt that it would have
    at inference. Only tutor turns up to and including their end-of-turn token are learned.

    Raises: DataError for messages that the template refuses or that hold nothing to learn; ModelError for a template
    that never closes a turn or shows an answer otherwise than its prompt.
    """
    try:
        rows = _rows(messages, tokenizer, sample.tools, ends)
    except (DataError, ModelError) as error:
        error.where = error.where or f"{sample.file}:{sample.line}"
        raise
    return [Rendered(sample.id, tuple(ids), tuple(mask)) for ids, mask in rows]


def describe(row: Rendered, tokenizer: Tokenizer, *, width: int = 1200) -> str:
    """The decoded text of a row with the learned parts between guillemets, for the log: a person can audit the mask."""
    out, start = [], 0
    for k in range(1, len(row.ids) + 1):
        if k == len(row.ids) or row.mask[k] != row.mask[start]:
            text = tokenizer.decode(row.ids[start:k], skip_special_tokens=False)
            out.append(f"«{text}»" if row.mask[start] else text)
            start = k
    whole = "".join(out)
    if len(whole) <= width:
        return whole
    return f"{whole[: width // 2]}\n[... {len(whole) - width} characters ...]\n{whole[-width // 2 :]}"


class _PrefixMismatch(Exception):
    """A prompt is not a prefix of the whole dialogue's text."""


def _rows(
    messages: Sequence[Message], tokenizer: Tokenizer, tools: Sequence[Mapping[str, Any]], ends: frozenset[int]
) -> list[tuple[list[int], list[bool]]]:
    turns = [k for k, m in enumerate(messages) if m.role == "assistant"]
    wanted = [k for k in turns if messages[k].train]
    if not wanted:
        raise DataError("no assistant turn to learn from", mend="add an answer, or take away its train=false")
    try:
        pieces = _pieces(messages, tokenizer, tools, closed=True)
    except _PrefixMismatch:
        return [_mark(_last_turn(messages[: k + 1], tokenizer, tools), [messages[k]], tokenizer, ends) for k in wanted]
    return [_mark(pieces, [messages[k] for k in turns], tokenizer, ends)]


def _pieces(
    messages: Sequence[Message], tokenizer: Tokenizer, tools: Sequence[Mapping[str, Any]], *, closed: bool
) -> list[tuple[str, bool]]:
    """(text, is the tutor's) in order; their concatenation is the template's text of the whole dialogue.

    closed: whether the dialogue ends with the tutor's turn, instead of waiting for it.
    """
    full = _text(tokenizer, messages, tools, ask=not closed)
    pieces: list[tuple[str, bool]] = []
    at = 0
    for k, message in enumerate(messages):
        if message.role != "assistant":
            continue
        prompt = _text(tokenizer, messages[:k], tools, ask=True)
        last = closed and k == len(messages) - 1
        after = full if last else _text(tokenizer, messages[: k + 1], tools, ask=False)
        if not (full.startswith(after) and after.startswith(prompt)):
            if closed:
                raise _PrefixMismatch
            continue  # the history of a prompt is not learned from: its pieces need not be told apart
        pieces += [(full[at : len(prompt)], False), (full[len(prompt) : len(after)], True)]
        at = len(after)
    return [*pieces, (full[at:], False)] if at < len(full) else pieces


def _last_turn(
    messages: Sequence[Message], tokenizer: Tokenizer, tools: Sequence[Mapping[str, Any]]
) -> list[tuple[str, bool]]:
    """The pieces of the prompt for the last turn, none of them learned, and the turn itself."""
    prompt = _pieces(messages[:-1], tokenizer, tools, closed=False)
    asked = "".join(text for text, _ in prompt)
    full = _text(tokenizer, messages, tools, ask=False)
    if not full.startswith(asked):
        raise ModelError(
            "the chat template shows an answer differently from its prompt, so the model would be trained on prompts "
            "that it never sees",
            mend="use a model whose template keeps the prompt as a prefix",
        )
    return [*((text, False) for text, _ in prompt), (full[len(asked) :], True)]


def _mark(
    pieces: Sequence[tuple[str, bool]], answers: Sequence[Message], tokenizer: Tokenizer, ends: frozenset[int]
) -> tuple[list[int], list[bool]]:
    """Tokenize the pieces and mark what is learned: each tutor piece that is to be trained on, up to and including its
    end of turn. answers: the messages of the tutor pieces."""
    left = iter(answers)
    ids: list[int] = []
    mask: list[bool] = []
    for text, tutors in pieces:
        answer = next(left) if tutors else None
        *before, (text, _) = _cut(text, answer) if answer else [(text, True)]
        for part, learn in before:
            piece = tokenizer.encode(part, add_special_tokens=False)
            ids += piece
            mask += [learn and answer is not None and answer.train] * len(piece)
        piece = tokenizer.encode(text, add_special_tokens=False)
        learned = 0
        if answer and answer.train:
            end = next((k for k, token in enumerate(piece) if token in ends), None)
            if end is None:
                raise ModelError(
                    "the chat template never closes the tutor's turn, so the model would not learn to stop",
                    mend="use an instruct model, or give its tokenizer a chat template with an end-of-turn token",
                )
            # What a template writes after the end of turn (a line break) is never generated, so it is not learned.
            learned = end + 1
            # Only where more than that follows, the answer itself may have held the end.
            if tokenizer.decode(piece[learned:], skip_special_tokens=False).strip():
                _refuse_end_inside(answer, tokenizer, ends)
        ids += piece
        mask += [k < learned for k in range(len(piece))]
    return ids, mask


def _cut(text: str, answer: Message) -> list[tuple[str, bool]]:
    """A turn's text in parts, each with whether it is learned; the last part, which is, holds its end.

    Raises: ModelError for a template that shows the answer otherwise, where something is given in it.
    """
    content = answer.content or ""
    start = text.find(content[: answer.given[-1][1]]) if answer.given else 0
    if start < 0:
        raise ModelError("the chat template changes how an answer begins", mend="set quote_words=0")
    parts, at = [], 0
    for begin, end in answer.given:
        parts += [(text[at : start + begin], True), (text[start + begin : start + end], False)]
        at = start + end
    return [*((part, learn) for part, learn in parts if part), (text[at:], True)]


def _refuse_end_inside(message: Message, tokenizer: Tokenizer, ends: frozenset[int]) -> None:
    """An answer that spells out an end-of-turn token would be learned only up to it, silently."""
    ids = tokenizer.encode(message.content or "", add_special_tokens=False)
    inside = next((i for i in ids if i in ends), None)
    if inside is not None:
        text = tokenizer.decode([inside], skip_special_tokens=False)
        raise DataError(f"an answer contains the model's own end-of-turn mark {text}", mend="write it differently")


def _closing_id(tokenizer: Tokenizer) -> int | None:
    """The token that the template closes a tutor's turn with, or None when it closes with ordinary text."""
    probe = _template_text(
        tokenizer, [{"role": "user", "content": "?"}, {"role": "assistant", "content": _PROBE}], (), ask=False
    )
    added = getattr(tokenizer, "added_tokens_decoder", {})
    marks = {*getattr(tokenizer, "all_special_ids", []), *(i for i, token in added.items() if token.special)}
    closing = tokenizer.encode(probe.rpartition(_PROBE)[2], add_special_tokens=False)
    return next((i for i in closing if i in marks), None)


def _text(tokenizer: Tokenizer, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, ask: bool) -> str:
    """The template's text. ask: with the opening of the tutor's next turn."""
    dicts = [message.as_dict() for message in messages]
    for message in dicts:
        if "tool_calls" in message:
            message["tool_calls"] = decoded_calls(message["tool_calls"])
    uses_tools = bool(tools) or any(m.role == "tool" or m.tool_calls for m in messages)
    if uses_tools and not _knows_tools(tokenizer):
        dicts, tools = written_out(dicts, tools), ()
    return _template_text(tokenizer, dicts, tools, ask=ask)


def _template_text(
    tokenizer: Tokenizer, messages: list[dict[str, Any]], tools: Sequence[Mapping[str, Any]], *, ask: bool
) -> str:
    from jinja2 import TemplateError

    own: dict[str, Any] = {}
    if not tokenizer.chat_template:
        own = {"chat_template": _stand_in(tokenizer), "opening": _opening(tokenizer)}
    try:
        text: str = tokenizer.apply_chat_template(
            messages,
            tools=[dict(tool) for tool in tools] or None,
            tokenize=False,
            add_generation_prompt=ask,
            **NO_THINKING,
            **own,
        )
    except (TypeError, ValueError, KeyError, TemplateError) as error:
        raise DataError(
            f"the model's chat template refuses these messages: {error}", mend="check roles and turns"
        ) from error
    return text


def _stand_in(tokenizer: Tokenizer) -> str:
    marks = ("<|im_start|>", "<|im_end|>")
    single = all(len(tokenizer.encode(mark, add_special_tokens=False)) == 1 for mark in marks)
    return CHATML if single else PLAIN


def _opening(tokenizer: Tokenizer) -> str:
    """The begin-of-text token, where the tokenizer puts one before every text."""
    first = getattr(tokenizer, "bos_token_id", None)
    if first is None or tokenizer.encode("a", add_special_tokens=True)[0] != first:
        return ""
    return tokenizer.decode([first], skip_special_tokens=False)


def _knows_tools(tokenizer: Tokenizer) -> bool:
    """Whether the template shows schemas, calls and results; many leave them out without a word."""
    if not tokenizer.chat_template:
        return False
    function = {"name": "probe_name", "description": "-", "parameters": {"type": "object", "properties": {}}}
    call = {"id": "probe0001", "type": "function", "function": {"name": "probe_call", "arguments": {}}}
    dialogue: list[dict[str, Any]] = [
        {"role": "user", "content": "?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "probe0001", "content": "probe_result"},
    ]
    try:
        text = _template_text(tokenizer, dialogue, [{"type": "function", "function": function}], ask=True)
    except DataError:
        return False
    return all(word in text for word in ("probe_name", "probe_call", "probe_result"))
