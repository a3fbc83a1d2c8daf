"""Benchmark items -> predictions of one system or several, a part after the other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import ADAPTER_WEIGHTS, hash_file
from tutorsmith.data.schema import BenchmarkItem, Prediction
from tutorsmith.generation.cache import AnswerCache
from tutorsmith.generation.engine import ENGINES, EngineOptions, Sampling, make_engine
from tutorsmith.generation.predict import Request, Speaker, predict
from tutorsmith.generation.settings import GenerateSettings
from tutorsmith.models.adapters import with_adapter
from tutorsmith.pipeline.context import Context
from tutorsmith.pipeline.forms import form_of
from tutorsmith.pipeline.tool_rounds import Dialogue, Limits, answer_with_tools, sources_of

AT_ONCE = 512
"""Benchmark items whose prompts and answers are held at once: enough to batch equal lengths, few enough for memory."""


@dataclass(frozen=True)
class _Tutor:
    """Who answers, and how. cache: None to ask anew; messages: what the engine looks up of the prompts being asked;
    sections: whether answers must have the sections that their prompts ask for; tool_guide: whether calls are held to
    their tools and the conversation."""

    speaker: Speaker
    sampling: Sampling
    cache: AnswerCache | None
    messages: dict[tuple[int, ...], Sequence[Mapping[str, Any]]]
    sections: bool
    tool_guide: bool

    def answer(self, requests: Sequence[Request], label: str) -> list[Prediction]:
        forms = (form_of(request, sections=self.sections, calls=self.tool_guide) for request in requests)
        requests = [replace(request, form=form) for request, form in zip(requests, forms, strict=True)]
        self.messages.clear()
        # A template of another server knows nothing of the form in which tools stand here.
        self.messages.update({request.prompt: request.messages for request in requests if not request.uses_tools})
        return predict(requests, self.speaker, self.sampling, self.cache, label)


def answer(
    run: Context,
    items: Iterable[BenchmarkItem],
    adapter: Path | None,
    with_notes: Sequence[bool],
    *,
    cached: bool = True,
) -> Iterator[list[list[Prediction]]]:
    """Predictions for the items, AT_ONCE of them after the other: one list an entry of with_notes, in their order.

    Prompts of a part go to the engine together, and so do those of each round of tool calls; no more than a part's are
    held. cached: take answers that were given before.
    """
    generate = run.settings.generate.settings
    sampling = Sampling(
        generate.max_new_tokens,
        generate.temperature,
        generate.top_p,
        run.settings.train.settings.seed,
        generate.predict_batch_size,
    )
    decider = run.decider_of(adapter) if any(with_notes) else None
    places = run.places_of(adapter)
    prompters = [run.prompter(with_notes=noted, decider=decider, places=places) for noted in with_notes]
    limits = Limits(run.settings.tools.settings.tool_rounds, generate.max_new_tokens)
    sources = sources_of(run.index)
    messages: dict[tuple[int, ...], Sequence[Mapping[str, Any]]] = {}
    name = run.engine_name
    with with_adapter(run.loaded, adapter if ENGINES[name].weights else None) as speaking:
        engine = make_engine(name, speaking, _options(generate, adapter, messages))
        tuned = hash_file(adapter / ADAPTER_WEIGHTS) if adapter else "none"
        cache = AnswerCache([name, speaking.fingerprint, *engine.identity, tuned])
        speaker = Speaker(speaking, engine, adapter.name if adapter else None)
        tutor = _Tutor(
            speaker,
            sampling,
            cache if cached else None,
            messages,
            generate.sections == "auto",
            generate.tool_guide == "auto",
        )
        whole, source, done = f"predict {adapter.name if adapter else 'base'}", iter(items), 0
        while part := list(islice(source, AT_ONCE)):
            label = f"{whole} from {done + 1}" if done else whole
            asked: list[Request] = []
            for prompter in prompters:
                asked += prompter.requests(part, max_new_tokens=generate.max_new_tokens)
            pairs = [(item, prompter) for prompter in prompters for item in part]
            first = tutor.answer(asked, label)
            dialogues = [Dialogue(*pair, [prediction]) for pair, prediction in zip(pairs, first, strict=True)]
            again = partial(tutor.answer, label=f"{label}, after tool calls")
            made = answer_with_tools(dialogues, again, limits, sources)
            yield [made[k * len(part) : (k + 1) * len(part)] for k in range(len(prompters))]
            done += len(part)


def _options(
    generate: GenerateSettings, adapter: Path | None, messages: Mapping[tuple[int, ...], Sequence[Mapping[str, Any]]]
) -> EngineOptions:
    return EngineOptions(
        adapter,
        generate.gguf_weights,
        generate.endpoint_url,
        generate.endpoint_model,
        generate.endpoint_prompts,
        messages,
    )
