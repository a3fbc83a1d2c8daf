"""Prompts -> predictions: cached answers are taken, the others made in batches, each is looked at for its health."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

from tutorsmith.core.errors import DataError
from tutorsmith.core.progress import bar
from tutorsmith.data.health import FLAGS, detect_language, health_flags
from tutorsmith.data.schema import Prediction
from tutorsmith.generation.cache import AnswerCache
from tutorsmith.generation.call_form import Calls
from tutorsmith.generation.engine import Completion, Engine, Sampling
from tutorsmith.generation.form import Form
from tutorsmith.generation.guide import limit_of, room_needed
from tutorsmith.generation.guides import Guides
from tutorsmith.generation.spelling import Spelling
from tutorsmith.models.load import LoadedModel
from tutorsmith.models.tool_words import read_calls

LOGGER = logging.getLogger("tutorsmith")


@dataclass(frozen=True)
class Request:
    """One prompt to answer: token ids, what was retrieved for it, and what an answer must not copy.

    That is the question and the instructions (the system prompt without the notes, which answers may quote).
    uses_tools: whether calls in the answer are calls, since the prompt declares tools. messages: what the prompt was
    made of, for endpoints that apply a chat template themselves. has_results: whether it ends with results of calls,
    after which an answer has to say something. form: the sections that the answer must have. evidence:
    what the prompt tells of the question. openings: with what the text of each section begins,
    chosen: where the model begins the first of them; calls: what its calls may be.
    """

    id: str
    prompt: tuple[int, ...]
    question: str
    retrieved: tuple[dict[str, object], ...] = ()
    language: str | None = None
    instructions: str = ""
    uses_tools: bool = False
    messages: tuple[Mapping[str, object], ...] = ()
    has_results: bool = False
    form: Form | None = None
    openings: tuple[str, ...] = ()
    chosen: bool = False
    evidence: Mapping[str, object] | None = None
    calls: Calls | None = None


@dataclass(frozen=True)
class Speaker:
    """Who answers: the model (with its adapter already on) and its engine; `adapter` is what predictions name."""

    loaded: LoadedModel
    engine: Engine
    adapter: str | None = None


def predict(
    requests: Sequence[Request], speaker: Speaker, sampling: Sampling, cache: AnswerCache | None, label: str
) -> list[Prediction]:
    """Answer every request, in order. Killed at any moment, the same call goes on with what is missing.

    Raises: DataError for a prompt that leaves no room in the context, ResourceError when memory runs out.
    """
    context = speaker.loaded.context
    for request in requests:
        if len(request.prompt) >= context:
            raise DataError(
                f"the prompt has {len(request.prompt)} tokens, the model's context {context}",
                where=request.id,
                mend="shorten the question or lower notes_words and notes_k",
            )
    requests = with_room(requests, speaker.loaded, sampling.max_new_tokens)
    found: dict[int, Completion] = {}
    for k, request in enumerate(requests):
        if cache and (kept := cache.get(request.prompt, sampling, request.form)):
            found[k] = kept
    missing = [k for k in range(len(requests)) if k not in found]
    if found:
        LOGGER.info("%s: %d of %d answers are in the cache", label, len(found), len(requests))
    if missing:
        # Equal prompts, such as an item's with and without notes when no note fits, are answered once.
        asked = [(request.prompt, request.form) for request in requests]
        first = {asked[k]: k for k in reversed(missing)}
        made = _make(requests, sorted(first.values()), speaker, sampling, cache, label)
        found |= {k: made[first[asked[k]]] for k in missing}
    return [_prediction(request, found[k], speaker, sampling) for k, request in enumerate(requests)]


def with_room(requests: Sequence[Request], loaded: LoadedModel, max_new_tokens: int) -> list[Request]:
    """The requests, without the sections that their answers have no room for, and without what the tokenizer cannot
    spell; says how many."""
    requests = _spelled(requests, loaded)
    spelling = Spelling(loaded.tokenizer)
    needed = {form: _room_needed(form, spelling) for request in requests if (form := request.form)}
    out = []
    for request in requests:
        room = limit_of(request.form, spelling, max_new_tokens, loaded.context - len(request.prompt))
        kept = request.form is None or needed[request.form] <= room
        out.append(request if kept else replace(request, form=_without_sections(request.form)))
    lost = [needed[a.form] for a, b in zip(requests, out, strict=True) if a.form and a.form != b.form]
    if unspelled := lost.count(inf):
        LOGGER.warning("sections of %d answers are not guaranteed: the tokenizer cannot spell them", unspelled)
    if short := len(lost) - unspelled:
        most = max(size for size in lost if size < inf)
        LOGGER.warning("sections of %d answers are not guaranteed: they need max_new_tokens=%d or more", short, most)
    return out


def _without_sections(form: Form | None) -> Form | None:
    return Form((), form.calls, held=form.held) if form and form.held else None


def _spelled(requests: Sequence[Request], loaded: LoadedModel) -> list[Request]:
    """The requests, without calls that the tokenizer cannot spell; says how many."""
    guides = Guides(loaded.tokenizer, loaded.ends)
    spells = {form: guides.spells(form) for request in requests if (form := request.form)}
    out = []
    for request in requests:
        form = request.form
        if form and not spells[form]:
            form = replace(form, held=None) if form.sections else None
        out.append(replace(request, form=form))
    if unspelled := list(spells.values()).count(False):
        LOGGER.warning("calls of %d answers are not held to their schemas: the tokenizer cannot spell them", unspelled)
    return out


def _room_needed(form: Form, spelling: Spelling) -> float:
    """Tokens; infinity where the tokenizer cannot spell a heading."""
    if not form.sections:
        return 0
    try:
        return room_needed(form, spelling)
    except ValueError:
        return inf


def _make(
    requests: Sequence[Request],
    missing: list[int],
    speaker: Speaker,
    sampling: Sampling,
    cache: AnswerCache | None,
    label: str,
) -> dict[int, Completion]:
    made: dict[int, Completion] = {}
    tokens, started = 0, time.perf_counter()
    with bar(label, len(missing)) as progress:

        def done(position: int, completion: Completion) -> None:
            nonlocal tokens
            k = missing[position]
            made[k] = completion
            if cache:
                cache.put(requests[k].prompt, sampling, completion, requests[k].form)
            tokens += len(completion.ids)
            progress.update(len(made), f"{tokens / (time.perf_counter() - started):.0f} tokens/s")

        prompts, forms = [requests[k].prompt for k in missing], [requests[k].form for k in missing]
        speaker.engine.generate(prompts, sampling, done, forms if any(forms) else None)
    return made


def _prediction(request: Request, completion: Completion, speaker: Speaker, sampling: Sampling) -> Prediction:
    text = speaker.loaded.tokenizer.decode(completion.ids, skip_special_tokens=True).strip()
    text, calls = read_calls(text) if request.uses_tools else (text, [])
    flags = _flags(text, completion.finish_reason, request)
    if calls and not request.has_results:  # it says nothing to the student, and need not
        flags = tuple(flag for flag in flags if flag not in ("empty", "whitespace"))
    return Prediction(
        id=request.id,
        prediction=text,
        tool_calls=tuple(calls),
        finish_reason=completion.finish_reason,
        prompt_tokens=len(request.prompt),
        completion_tokens=len(completion.ids),
        latency_s=round(completion.seconds, 3),
        retrieved=request.retrieved,
        model=speaker.loaded.name,
        adapter=speaker.adapter,
        seed=sampling.seed,
        flags=flags,
        evidence=request.evidence,
    )


def _flags(text: str, finish_reason: str, request: Request) -> tuple[str, ...]:
    """Health by the question; an echo is a copy of the question, of the instructions, or of both together."""
    language = request.language or detect_language(request.question)
    flags = health_flags(text, finish_reason=finish_reason, prompt=request.question, language=language)
    whole = f"{request.instructions}\n\n{request.question}"
    for copied in (request.instructions, whole) if request.instructions else ():
        again = health_flags(text, finish_reason=finish_reason, prompt=copied, language=language)
        flags = tuple(flag for flag in FLAGS if flag in flags or (flag == "echo" and flag in again))
    return flags
