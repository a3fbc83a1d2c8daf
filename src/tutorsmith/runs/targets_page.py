"""The Markdown page of `runs targets`: targets first, then stage by stage, then what the numbers rest on."""

from collections.abc import Iterator, Mapping, Sequence

from tutorsmith.evaluation.compare import BETTER, SAME, WORSE
from tutorsmith.evaluation.pooled import Pooled
from tutorsmith.report.figures import DASH, fixed, fixed_points, fixed_span, percent, probability, size
from tutorsmith.report.records import METRIC_ORDER, SYSTEM_ORDER
from tutorsmith.report.words import Words
from tutorsmith.report.words_results import GLOSSARY
from tutorsmith.runs.targets import ABSENT, COURSE, MISSED, REACHED, SHOWN, UNSURE, Results, StageResult, TargetRow
from tutorsmith.runs.targets_made import made_section, name_of, notes_section, seconds_section, table

_CHANGES = {BETTER: "better", WORSE: "worse", SAME: "same"}


def targets_page(results: Results, words: Words) -> str:
    """The whole page, in the language of `words`."""
    parts = [f"# {words('res_title')}", *_opening(results, words)]
    if results.stages:
        parts += _headline(results, words)
        for result in results.stages:
            parts += _stage(result, words)
        parts += _balance(results, words)
        parts += _probe(results, words)
        parts += seconds_section(results, words)
        parts += made_section(results, words)
    parts += notes_section(results, words)
    if results.stages:
        parts += [f"## {words('res_h_words')}", _glossary(words)]
    return words.spaced("\n\n".join(parts)) + "\n"


def _opening(results: Results, words: Words) -> list[str]:
    if not results.stages:
        return [words("res_no_runs")]
    runs = [result.runs for result in results.stages]
    models = dict.fromkeys(f"`{stage.model}`" for stage in runs)
    made = words(
        "res_made_by",
        n=sum(len(stage.runs) for stage in runs),
        stages=len({stage.key for stage in runs}),
        models=words.listed(list(models)),
    )
    told = [made, words("res_product")]
    if results.left_out:
        told.append(words("res_left_out", n=len(results.left_out), heading=words("res_h_left_out")))
    return [words.sentences(told)]


def _headline(results: Results, words: Words) -> list[str]:
    rows = [(result, row) for result in results.stages for row in result.targets]
    heading = f"## {words('res_h_targets')}"
    if not rows:
        return [heading, words("res_no_targets")]
    verdicts = [row.verdict for _, row in rows]
    counts = {name: verdicts.count(name) for name in (SHOWN, REACHED, UNSURE, MISSED)}
    told = [words("res_counts", n=len(rows), **counts)]
    if ABSENT in verdicts:
        told.append(words("res_absent", n=verdicts.count(ABSENT)))
    told += _spread([row for _, row in rows], results.deviation, words)
    if results.policy:
        told.append(words("res_by_policy", policy=results.policy))
    few = [name_of(result) for result in results.stages if len(result.runs.runs) < results.least_seeds]
    if few:
        told.append(words("res_few_seeds", least=results.least_seeds, stages=words.listed(few)))
    lines = []
    for result in results.stages:
        for place, row in enumerate(result.targets):
            name = words("res_stage_seeds", stage=name_of(result), seeds=_seeds(result, words))
            cells = _target_cells(row, results.deviation, words)
            if result.systems[result.runs.product].degenerate:
                cells[-1] = words("res_unusable", verdict=cells[-1])
            lines.append([name if place == 0 else "", *cells])
    head = [words(key) for key in ("res_stage", "metric", "target", "res_measured", "interval", "res_deviation")]
    return [heading, words.sentences(told), table([*head, words("verdict")], lines, "llrrrrl")]


def _spread(rows: Sequence[TargetRow], limit: float, words: Words) -> list[str]:
    """How many of the metrics with several seeds are stable; each metric once, whatever number of targets it has."""
    found = {id(row.measured): row.measured.deviation for row in rows if row.measured}
    known = [deviation for deviation in found.values() if deviation is not None]
    if not known:
        return []
    stable = sum(deviation <= limit for deviation in known)
    return [words("res_spread", limit=size(limit), stable=stable, n=len(known))]


def _target_cells(row: TargetRow, limit: float, words: Words) -> list[str]:
    metric = words.name("metric", row.metric)
    if row.task:
        metric = words("res_task", metric=metric, task=row.task)
    target = percent(row.target)
    if COURSE not in row.by:
        target = words("res_by", target=target, by=words.listed(row.by))
    verdict = words.name("res_verdict", row.verdict)
    found = row.measured
    if found is None:
        return [metric, target, DASH, DASH, DASH, verdict]
    return [
        metric,
        target,
        fixed(found.value),
        fixed_span(found.low, found.high),
        _deviation(found, limit, words),
        verdict,
    ]


def _deviation(found: Pooled, limit: float, words: Words) -> str:
    if found.deviation is None:
        return DASH
    shown = f"{100 * found.deviation:.1f}"
    return shown if found.deviation <= limit else words("res_over", points=shown, limit=size(limit))


def _stage(result: StageResult, words: Words) -> list[str]:
    stage = result.runs
    told = {
        "seeds": _seeds(result, words),
        "list": ", ".join("?" if seed is None else str(seed) for seed in stage.seeds),
        "n": len({(entry.get("task"), entry.get("id")) for entry in stage.runs[0].report["items"]}),
    }
    if stage.opponent:
        pair = {"product": words.inside("system", stage.product), "opponent": words.inside("system", stage.opponent)}
        told_line = words("res_stage_line", **told, **pair)
    else:
        told_line = words("res_stage_alone", **told)
    parts = [f"## {words('res_h_stage', name=name_of(result))}", told_line]
    ill = [words.inside("system", name) for name in _systems(result) if result.systems[name].degenerate]
    if ill:
        parts.append(words("res_degenerate", systems=words.listed(ill)))
    parts.append(_systems_table(result, words))
    if result.comparison:
        parts.append(_comparison_table(result, words))
    return parts


def _systems_table(result: StageResult, words: Words) -> str:
    """Metrics, then counts, down; systems across; questions and judgements of the product last."""
    names = _systems(result)
    product = result.systems[result.runs.product].metrics
    head = [words("metric"), *(words.name("system", name) for name in names)]
    lines = []
    for metric in METRIC_ORDER:
        cells = [result.systems[name].metrics.get(metric) for name in names]
        if any(cells):
            own = product.get(metric)
            counts = [str(own.questions), str(own.judgements)] if own else [DASH, DASH]
            lines.append([words.name("metric", metric), *(_value(cell, own, words) for cell in cells), *counts])
    for label, texts in _count_rows(result, names, words):
        lines.append([label, *texts, "", ""])
    counted = [words("n_questions"), words("res_judgements")]
    return table([*head, *counted], lines, "l" + "r" * (len(names) + 2))


def _value(found: Pooled | None, product: Pooled | None, words: Words) -> str:
    if found is None:
        return DASH
    cell = f"{fixed(found.value)} [{fixed_span(found.low, found.high)}]"
    if product is not None and found.judgements != product.judgements:
        return words("res_other_n", cell=cell, n=found.judgements)
    return cell


def _count_rows(result: StageResult, names: Sequence[str], words: Words) -> Iterator[tuple[str, list[str]]]:
    systems = [result.systems[name] for name in names]
    for label, cell, total in (
        ("res_refused_rightly", "refused", "to_refuse"),
        ("res_refused_wrongly", "over_refused", "to_answer"),
    ):
        totals = [system.refusals.get(total, 0) for system in systems]
        if any(totals):
            yield _with_totals(words(label), [str(s.refusals.get(cell, 0)) for s in systems], totals, words)
    ill = [_unhealthy(system.health, words) for system in systems]
    yield _with_totals(words("res_unhealthy"), ill, [system.health["n"] for system in systems], words)
    if any(system.missing or system.failed for system in systems):
        yield words("res_missing"), [str(system.missing + system.failed) for system in systems]


def _with_totals(label: str, cells: Sequence[str], totals: Sequence[int], words: Words) -> tuple[str, list[str]]:
    """The total beside the label, where all systems have the same; else in each cell."""
    if len(set(totals)) == 1:
        return words("res_label_of", label=label, n=totals[0]), list(cells)
    return label, [words("res_of", n=cell, m=total) for cell, total in zip(cells, totals, strict=True)]


def _unhealthy(health: Mapping[str, int], words: Words) -> str:
    found = [f"{count} {words.name('health', flag)}" for flag, count in health.items() if flag != "n" and count]
    return words.listed(found) or words("res_none")


def _comparison_table(result: StageResult, words: Words) -> str:
    head = [words(key) for key in ("metric", "difference", "interval", "p", "res_p_holm", "n_questions")]
    lines = [
        [
            words.name("metric", row.metric),
            fixed_points(row.difference),
            f"{fixed_points(row.low)} … {fixed_points(row.high)}",
            probability(row.p),
            probability(row.p_holm),
            str(row.n),
            f"{row.wins} / {row.losses} / {row.ties}",
            words(_CHANGES.get(row.verdict, "unsure")),
        ]
        for row in result.comparison
    ]
    return table([*head, words("won_lost_equal"), words("result")], lines, "lrrrrrrl")


def _balance(results: Results, words: Words) -> list[str]:
    if not results.balance:
        return []
    within = sum(row.within for row in results.balance)
    keys = ("task", "metric", "res_single", "res_several", "difference", "interval", "n_questions", "verdict")
    lines = [
        [
            name_of(results.stages[row.single]),
            words.name("metric", row.metric),
            fixed(row.single_value),
            fixed(row.value),
            fixed_points(row.difference),
            f"{fixed_points(row.low)} … {fixed_points(row.high)}",
            str(row.n),
            words.name("res_balance", row.verdict),
        ]
        for row in results.balance
    ]
    several = list(dict.fromkeys(row.stage for row in results.balance))
    parts = [f"## {words('res_h_balance')}", words("res_balance_note", within=within, n=len(results.balance))]
    for place in several:
        own = [line for line, row in zip(lines, results.balance, strict=True) if row.stage == place]
        parts += [f"### {name_of(results.stages[place])}", table([words(key) for key in keys], own, "llrrrrrl")]
    return parts


def _probe(results: Results, words: Words) -> list[str]:
    rows = [(result, row) for result in results.stages for row in result.probe]
    if not rows:
        return []
    keys = ("res_stage", "res_seed", "res_base", "res_tuned", "difference", "interval", "p", "res_worse_better")
    lines = [
        [
            name_of(result),
            DASH if row.seed is None else str(row.seed),
            fixed(row.base),
            fixed(row.tuned),
            fixed_points(row.difference),
            f"{fixed_points(row.low)} … {fixed_points(row.high)}",
            probability(row.p),
            f"{row.worse} / {row.better}",
        ]
        for result, row in rows
    ]
    counts = words.listed(sorted({str(row.n) for _, row in rows}))
    note = words("res_probe_note", n=counts)
    return [f"## {words('res_h_probe')}", note, table([words(key) for key in keys], lines, "lrrrrrrr")]


def _glossary(words: Words) -> str:
    terms = [(words(f"res_g_{term}"), words(f"res_g_{term}_is")) for term in GLOSSARY]
    return "\n".join(words("res_term", term=term, meaning=meaning) for term, meaning in terms)


def _seeds(result: StageResult, words: Words) -> str:
    count = len(result.runs.runs)
    return words("res_one_seed") if count == 1 else words("res_seeds", n=count)


def _systems(result: StageResult) -> list[str]:
    return sorted(result.systems, key=_place)


def _place(name: str) -> int:
    return SYSTEM_ORDER.index(name) if name in SYSTEM_ORDER else len(SYSTEM_ORDER)
