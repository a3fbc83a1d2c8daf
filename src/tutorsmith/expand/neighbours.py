"""Drafts against everything that is there: training samples, benchmark items, and the drafts before them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tutorsmith.data.checks.leakage import Leakage
from tutorsmith.data.checks.record import Record
from tutorsmith.data.lines import json_records
from tutorsmith.expand.draft import Form

_PERHAPS = "paraphrase-overlap"


@dataclass
class Neighbours:
    """form: of the drafts. Between training data and benchmarks a paraphrase rejects too, since it may leak; within one
    side it is noted, since a course may ask nearly the same thing twice, and near-miss pairs are meant to."""

    form: Form
    training: Leakage = field(default_factory=Leakage)
    benchmark: Leakage = field(default_factory=Leakage)
    drafts: Leakage = field(default_factory=Leakage)

    @property
    def size(self) -> int:
        return len(self.training.items) + len(self.benchmark.items) + len(self.drafts.items)

    def forget_drafts(self) -> None:
        self.drafts = Leakage()

    def add_draft(self, record: Record) -> None:
        """Later drafts are compared with this one too."""
        self.drafts.add(record)

    def of(self, record: Record) -> tuple[list[str], list[str]]:
        """(what rejects the draft, what is noted)."""
        rejected: list[str] = []
        noted: list[str] = []
        for name, known in (("training", self.training), ("benchmark", self.benchmark), ("draft", self.drafts)):
            across = name != "draft" and name != ("training" if self.form == "sample" else "benchmark")
            for kind, remark in known.check(record):
                told = f"{kind}: {remark.message.replace('the benchmark item', f'the {name} record')}"
                (noted if kind == _PERHAPS and not across else rejected).append(told)
        return rejected, noted


def read_neighbours(form: Form, training: Sequence[Path], benchmarks: Sequence[Path]) -> Neighbours:
    """Index the files. Raises: DataError for one that cannot be read."""
    out = Neighbours(form)
    for record in _records(training, benchmark=False):
        out.training.add(record)
    for record in _records(benchmarks, benchmark=True):
        out.benchmark.add(record)
    return out


def _records(files: Iterable[Path], *, benchmark: bool) -> Iterable[Record]:
    for file in files:
        for line, raw in json_records(file):
            yield Record(str(file), line, raw, benchmark)
