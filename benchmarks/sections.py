"""Answers with and without guaranteed sections: how many have their form, and tokens a second, by the base model.

    python benchmarks/sections.py --questions 5 --engines torch,llamacpp --output benchmarks/results/sections.json

The same prompts for all, without notes. `cpu` is the time that the process had a core: where other programs run beside
it, that is what to compare. `guide` is the part of it that looking at the tokens takes, measured on the answers again.
"""

import argparse
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tutorsmith.core.artifacts import write_json
from tutorsmith.data.read import iter_benchmark
from tutorsmith.data.schema import BenchmarkItem
from tutorsmith.evaluation.metrics.format import judge_format
from tutorsmith.generation.engine import Completion, Engine, Sampling, make_engine
from tutorsmith.generation.form import Form
from tutorsmith.generation.guide import Guide
from tutorsmith.generation.predict import Request
from tutorsmith.generation.spelling import Spelling
from tutorsmith.models.load import LoadedModel, load_model
from tutorsmith.models.render import render_prompt
from tutorsmith.pipeline.forms import form_of
from tutorsmith.retrieval.ground import instructions


def asked(items: Sequence[BenchmarkItem], loaded: LoadedModel) -> list[Request]:
    return [
        Request(
            item.id, tuple(render_prompt(item.messages, loaded.tokenizer)), "", instructions=instructions(item.system)
        )
        for item in items
    ]


def measure(
    engine: Engine, prompts: Sequence[Sequence[int]], sampling: Sampling, forms: Sequence[Form | None] | None
) -> tuple[dict[str, float], list[Completion]]:
    found: dict[int, Completion] = {}
    started, cpu = time.perf_counter(), time.process_time()
    engine.generate(prompts, sampling, found.__setitem__, forms)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    tokens = sum(len(completion.ids) for completion in found.values())
    row = {"tokens": tokens, "seconds": seconds, "cpu": cpu, "per_second": tokens / seconds, "per_cpu": tokens / cpu}
    return {name: round(value, 2) for name, value in row.items()}, [found[k] for k in range(len(prompts))]


def looking(form: Form, loaded: LoadedModel, said: Completion, limit: int) -> float:
    """Seconds that the guide takes to follow an answer."""
    guide = Guide(form, Spelling(loaded.tokenizer), limit, loaded.ends)
    started = time.perf_counter()
    for token in said.ids:
        guide.choose([token])
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--benchmark", type=Path, default=Path("data/training/eval/style_benchmark.jsonl"))
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--questions", type=int, default=5)
    parser.add_argument("--max-new-tokens", type=int, default=320)
    parser.add_argument("--engines", default="torch,llamacpp")
    parser.add_argument("--output", type=Path, default=None)
    given = parser.parse_args()
    loaded = load_model(given.model, device="cpu")
    items = list(iter_benchmark(given.benchmark))[: given.questions]
    requests = asked(items, loaded)
    prompts, forms = [request.prompt for request in requests], [form_of(request) for request in requests]
    sampling, rows = Sampling(given.max_new_tokens), []
    answers: dict[str, list[Completion]] = {}
    for name in given.engines.split(","):
        engine = make_engine(name, loaded)
        for sections, wanted in (("off", None), ("auto", forms)):
            row: dict[str, Any]
            row, said = measure(engine, prompts, sampling, wanted)
            texts = [loaded.tokenizer.decode(answer.ids, skip_special_tokens=True).strip() for answer in said]
            verdicts = [judge_format(item.system, text) for item, text in zip(items, texts, strict=True)]
            row |= {"engine": name, "sections": sections, "in_form": sum(bool(v.strict) for v in verdicts)}
            if wanted:
                seconds = [
                    looking(form, loaded, answer, given.max_new_tokens)
                    for form, answer in zip(forms, said, strict=True)
                    if form
                ]
                row["guide"] = round(sum(seconds), 3)
            row["as_first_engine"] = sum(
                a.ids == b.ids for a, b in zip(said, answers.setdefault(sections, said), strict=True)
            )
            rows.append(row)
            print(json.dumps(row), flush=True)
    if given.output:
        write_json(given.output, {"questions": len(items), "load": os.getloadavg()[0], "rows": rows})


if __name__ == "__main__":
    main()
