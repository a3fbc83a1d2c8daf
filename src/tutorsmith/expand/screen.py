"""What the reviewer sees: one draft on a screen, and the tables of `--status` and of a plan."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tutorsmith.expand.decide import outcome
from tutorsmith.expand.kinds import KINDS
from tutorsmith.expand.plan import Survey, Task
from tutorsmith.expand.queue import RULES, Entry, Queue

KEYS = "a accept   e edit   r reject   s skip   u undo   q quit"
_MARKS = {
    "passed": ("ok", "green"),
    "failed": ("no", "bold red"),
    "noted": ("look", "yellow"),
    "not applicable": ("-", "dim"),
}


def draft_screen(entry: Entry, place: tuple[int, int], counts: Mapping[str, int], changed: str = "") -> RenderableType:
    """One entry: head, question, answer, key points, cited excerpt, checks and keys. place: (number, of how many)."""
    number, total = place
    done = f"{counts['accepted']} accepted, {counts['rejected by a person']} rejected, {counts['checked']} waiting"
    head = Text.assemble(
        (f"Draft {number} of {total}", "bold"),
        f"   {entry.id}   {entry.task.kind}   {entry.task.chapter}",
        f"   {entry.draft.difficulty if entry.draft else ''}   ",
        (_state(entry), "magenta"),
        (f"\n{done}", "dim"),
    )
    parts: list[RenderableType] = [head]
    if changed:
        parts.append(Text(changed, "bold yellow"))
    if entry.draft is None:
        parts += [
            Panel(Text(entry.raw[-1] if entry.raw else ""), title="the reply", title_align="left"),
            Text(entry.reason),
        ]
        return Group(*parts)
    draft = entry.draft
    parts.append(_panel("question", Text(draft.question), "cyan"))
    parts.append(_panel("answer", _answer(draft.answer), "cyan"))
    if draft.key_points:
        parts.append(_panel("key points", Text("\n".join(f"- {_point(point)}" for point in draft.key_points)), "cyan"))
    cited = entry.excerpts[draft.cited - 1] if draft.cited and draft.cited <= len(entry.excerpts) else None
    if cited:
        title = f"[{draft.cited}] {cited['source']} > {cited['heading']}"
        parts.append(_panel(title, Text(str(cited["text"])), "blue"))
    parts += [check_table(entry.checks), Text(_origin(entry), "dim"), Text(KEYS, "bold")]
    return Group(*parts)


def _state(entry: Entry) -> str:
    edited = ", edited" if entry.edited else ""
    if entry.state == "rejected":
        return f"rejected by {'rule' if entry.by == RULES else entry.by}{edited}"
    return f"{entry.state}{f' by {entry.by}' if entry.by else ''}{edited}"


def _origin(entry: Entry) -> str:
    told = entry.provenance
    return f"{told.get('model', '?')} at {told.get('endpoint', '?')}, seed {told.get('seed', '?')}"


def _panel(title: str, body: RenderableType, colour: str) -> Panel:
    return Panel(body, title=Text(title), title_align="left", border_style=colour, padding=(0, 1))


def _answer(text: str) -> Text:
    """The very characters of the answer, its headings in bold."""
    out = Text()
    for line in text.splitlines():
        out.append(f"{line}\n", "bold" if line.startswith("#") else "")
    out.rstrip()
    return out


def _point(point: str | Mapping[str, Any]) -> str:
    if isinstance(point, str):
        return point
    return ", ".join(f"{name}: {value}" for name, value in point.items())


def check_table(checks: Sequence[Mapping[str, Any]]) -> Table:
    """One row a check: mark, name, numbers, what was found."""
    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column("mark", no_wrap=True)
    table.add_column("check", no_wrap=True)
    table.add_column("found", overflow="fold")
    for check in checks:
        mark, style = _MARKS[check["state"]]
        numbers = ", ".join(_number(name, value) for name, value in check["numbers"].items())
        found = "; ".join(part for part in (numbers, check["detail"]) if part)
        table.add_row(
            Text(mark, style), check["name"], Text(found, "" if check["state"] != "not applicable" else "dim")
        )
    return table


def _number(name: str, value: Any) -> str:
    """A count before its name, a share behind it."""
    said = name.replace("_", " ")
    return f"{said} {value:.0%}" if isinstance(value, float) else f"{value} {said}"


def status_table(queue: Queue) -> RenderableType:
    """States by kind, and which checks reject most."""
    states = list(queue.counts())
    kinds = [name for name in KINDS if any(e.task.kind == name for e in queue.entries.values())]
    table = Table(
        title=f"{queue.path.name}: {len(queue.entries)} drafts for {queue.head['stage']} ({queue.head['form']})"
    )
    table.add_column("kind")
    for state in states:
        table.add_column("waiting" if state == "checked" else state, justify="right")
    for kind in kinds:
        part = Queue(queue.path, queue.head, entries={k: e for k, e in queue.entries.items() if e.task.kind == kind})
        table.add_row(kind.replace("_", " "), *(str(count or "") for count in part.counts().values()))
    table.add_section()
    table.add_row("all", *(str(count) for count in queue.counts().values()), style="bold")
    failed = Table(title="what failed", min_width=36)
    failed.add_column("check")
    failed.add_column("drafts", justify="right")
    for name, count in outcome(queue.entries.values()).items():
        failed.add_row(name, str(count))
    left = sum(task.id not in queue.entries for task in queue.tasks)
    told = Text(
        f"{left} drafts of the latest plan are still to be asked for" if left else "the latest plan is done", "dim"
    )
    return Group(table, failed, told) if failed.row_count else Group(table, told)


def plan_table(found: Survey, tasks: Sequence[Task]) -> RenderableType:
    """What is there and what is planned, by kind and by chapter: `have +planned`."""
    planned = Counter((task.chapter, task.kind) for task in tasks)
    table = Table(title=f"{found.total} there, {len(tasks)} planned")
    table.add_column("chapter")
    for kind in found.kinds:
        table.add_column(kind.name.replace("_", " "), justify="right")
    table.add_column("all", justify="right")

    def cell(have: int, more: int) -> Text:
        return Text.assemble(str(have or ""), (f" +{more}" if more else "", "green"))

    for chapter in found.chapters:
        row = [cell(found.have.get((chapter, k.name), 0), planned[chapter, k.name]) for k in found.kinds]
        more = sum(count for (name, _), count in planned.items() if name == chapter)
        table.add_row(chapter, *row, cell(found.of_chapter(chapter), more))
    table.add_section()
    totals = [cell(found.of_kind(k.name), sum(task.kind == k.name for task in tasks)) for k in found.kinds]
    table.add_row("all", *totals, cell(found.total, len(tasks)), style="bold")
    return table
