"""The run over files: blocks of lines -> records -> all checks of the table, streaming, on all cores for long files.

against + benchmark files ──► Leakage (in memory)
each file ──► batches of blocks ──► inspect (workers): findings + prints ──► Repeats (in order) ──► findings
"""

import os
import pickle
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tutorsmith.data.checks.finding import CheckResult, Finding, Remark
from tutorsmith.data.checks.leakage import Leakage
from tutorsmith.data.checks.lines import Block, blocks, file_remarks
from tutorsmith.data.checks.record import DEFAULT_CONTEXT, Options, Record
from tutorsmith.data.checks.repeats import Repeats
from tutorsmith.data.checks.sketch import Printer, Prints
from tutorsmith.data.checks.syntax import parse
from tutorsmith.data.checks.table import CHECKS, RecordCheck, record_checks

BATCH = 500
PARALLEL_FROM_BYTES = 8 << 20
"""Below this size starting workers costs more than they save."""
SNIFFED = 200
_ANSWER_KEYS = ("reference", "key_points", "citations", "tool_calls")


@dataclass(frozen=True)
class Inspected:
    """What a worker gives back of one batch."""

    findings: list[Finding]
    prints: Prints


@dataclass(frozen=True)
class Job:
    """What is the same for all batches of a file."""

    file: str
    benchmark: bool
    options: Options = field(default_factory=Options)
    leakage: Leakage | None = None


def _finding(file: str, line: int, kind: str, remark: Remark) -> Finding:
    return Finding(file, line, remark.field, kind, CHECKS[kind].severity, remark.message, remark.mend)


@lru_cache(maxsize=1)
def _checks() -> dict[str, RecordCheck]:
    return record_checks()


def inspect(job: Job, batch: Sequence[Block]) -> Inspected:
    """All checks that need no other record of the same file."""
    findings: list[Finding] = []
    printer = Printer()
    for block in batch:
        remarks, value = parse(block.data)
        if block.spread and not remarks and value is not None:
            remarks = [("pretty-printed", Remark("", "the object goes over several lines", "write it on one line"))]
        findings += [_finding(job.file, block.line, kind, remark) for kind, remark in remarks]
        if value is None:
            continue
        record = Record(job.file, block.line, value, job.benchmark, job.options)
        for kind, check in _checks().items():
            findings += [_finding(job.file, block.line, kind, remark) for remark in check(record)]
        if job.leakage is not None and not job.benchmark:
            findings += [_finding(job.file, block.line, kind, remark) for kind, remark in job.leakage.check(record)]
        printer.add(record)
    return Inspected(findings, printer.prints())


_WORKER_JOB: list[Job] = []


def _start_worker(job: Job) -> None:
    _WORKER_JOB[:] = [job]


def _work(batch: list[Block]) -> Inspected:
    return inspect(_WORKER_JOB[0], batch)


def _batches(found: Iterator[Block]) -> Iterator[list[Block]]:
    while batch := list(islice(found, BATCH)):
        yield batch


def _inspected(job: Job, path: Path, workers: int) -> Iterator[Inspected]:
    """The batches of a file in order; a few batches for each worker are in flight, so that memory stays bounded."""
    found = blocks(path)
    if workers <= 1 or path.stat().st_size < PARALLEL_FROM_BYTES:
        for batch in _batches(found):
            yield inspect(job, batch)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), _start_worker, (job,)) as pool:
        waiting: list[Future[Inspected]] = []
        for batch in _batches(found):
            waiting.append(pool.submit(_work, batch))
            if len(waiting) >= 3 * workers:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()


def looks_like_benchmark(path: Path) -> bool:
    """By content: most records have a reference, key points or expectations, or all of them end with the user."""
    keyed = ends_with_user = total = 0
    for block in islice(blocks(path), SNIFFED):
        value = parse(block.data).value
        if value is None:
            continue
        total += 1
        keyed += any(key in value for key in _ANSWER_KEYS)
        messages = value.get("messages")
        last = messages[-1] if isinstance(messages, list) and messages else None
        ends_with_user += isinstance(last, dict) and last.get("role") == "user"
    return total > 0 and (2 * keyed >= total or (ends_with_user == total and total > 1))


def _check_file(job: Job, path: Path, workers: int) -> tuple[list[Finding], int]:
    """All findings of one file, and the number of its records."""
    findings: list[Finding] = []
    stopped = False
    for kind, remark in file_remarks(path):
        findings.append(_finding(job.file, 1, kind, remark))
        stopped = stopped or CHECKS[kind].severity == "error"
    if stopped:
        return findings, 0
    repeats = Repeats()
    records = 0
    for part in _inspected(job, path, workers):
        findings += part.findings
        records += len(part.prints.line)
        findings += [_finding(job.file, line, kind, remark) for line, kind, remark in repeats.feed(part.prints)]
    findings.sort(key=lambda finding: finding.line)
    return findings, records


def _records(job: Job, path: Path) -> Iterator[Record]:
    for block in blocks(path):
        value = parse(block.data).value
        if value is not None:
            yield Record(job.file, block.line, value, job.benchmark, job.options)


def check_files(
    files: Sequence[Path | str],
    against: Sequence[Path | str] = (),
    *,
    validators: Mapping[str, Callable[..., Any]] | None = None,
    context: int = DEFAULT_CONTEXT,
    allowed: Collection[tuple[str, str]] = (),
    workers: int | None = None,
) -> CheckResult:
    """Run every check of the table on the files.

    Files of `against` are benchmarks; of `files`, those that look like one are too. Training files are compared with
    all benchmarks. `validators` and `context`: see Options. `allowed`: reviewed pairs (training id, benchmark id).
    `workers`: processes for long files (None: one for each core).

    Raises: DataError when a file cannot be opened or read.
    """
    options = Options(dict(validators or {}), context)
    roles: dict[Path, bool] = {Path(path): True for path in against}
    order = list(dict.fromkeys([*(Path(path) for path in files), *roles]))
    unreadable = {path for path in order if any(CHECKS[k].severity == "error" for k, _ in file_remarks(path))}
    for path in order:
        if path not in roles:
            roles[path] = path not in unreadable and looks_like_benchmark(path)
    leakage = Leakage(frozenset(allowed))
    for path in order:
        if roles[path] and path not in unreadable:
            for record in _records(Job(str(path), True), path):
                leakage.add(record)
    processes = (workers or os.cpu_count() or 1) if _may_travel(options) else 1
    findings: list[Finding] = []
    records = 0
    for path in order:
        job = Job(str(path), roles[path], options, leakage if leakage.items else None)
        found, number = _check_file(job, path, processes)
        findings += found
        records += number
    return CheckResult(tuple(map(str, order)), tuple(findings), _counts(findings, records))


def _may_travel(options: Options) -> bool:
    """Functions of a module can be sent to another process, those made on the spot cannot."""
    try:
        pickle.dumps(options)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True


def _counts(findings: Iterable[Finding], records: int) -> dict[str, Any]:
    listed = list(findings)
    severities = Counter(finding.severity for finding in listed)
    kinds = Counter(finding.kind for finding in listed)
    return {
        "records": records,
        "errors": severities["error"],
        "warnings": severities["warning"],
        "kinds": dict(sorted(kinds.items())),
    }


def merge_results(results: Sequence[CheckResult]) -> CheckResult:
    """Several results as one."""
    findings = tuple(chain.from_iterable(result.findings for result in results))
    files = tuple(dict.fromkeys(chain.from_iterable(result.files for result in results)))
    return CheckResult(files, findings, _counts(findings, sum(result.counts["records"] for result in results)))
