"""The bounded loop of tool calls: what answers call is run, the tutors are shown the results and asked again.

question -> answer with calls -> calls run -> question, calls, results -> answer ... -> the last text stands

An answer that only repeats calls whose results it was shown says nothing: it is asked for once more, without calls.

All dialogues of a round go to the engine together.
"""

import json
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tutorsmith.core.errors import DataError
from tutorsmith.data.schema import BenchmarkItem, Prediction
from tutorsmith.generation.call_form import Calls
from tutorsmith.generation.predict import Request
from tutorsmith.models.tool_words import UNREADABLE
from tutorsmith.pipeline.calculations import call_messages
from tutorsmith.pipeline.prompts import LeftOut, Prompter, say_left_out
from tutorsmith.retrieval.index import Index
from tutorsmith.tools import TOOLS, call_tool

LOGGER = logging.getLogger("tutorsmith")
Sources = Sequence[Mapping[str, str]]
Ask = Callable[[Sequence[Request]], Sequence[Prediction]]
NO_CALLS = Calls(())
_FORM = 'write <tool_call>{"name": "...", "arguments": {...}}</tool_call> with valid JSON inside'


@dataclass
class Dialogue:
    """One question of one system: its item with the rounds so far in the messages, and the answer of each round."""

    item: BenchmarkItem
    prompter: Prompter
    answers: list[Prediction]
    results: list[Mapping[str, Any]] = field(default_factory=list)
    made: set[str] = field(default_factory=set)
    barred: bool = False  # it was asked to answer without calls

    def __post_init__(self) -> None:
        self.item = self.prompter.equipped(self.item)

    def run_calls(self, sources: Sources) -> BenchmarkItem | None:
        """Run the calls of the last answer: the item with calls and results in its messages.

        None where nothing follows: no calls, an answer that was cut off, calls that were all made before, or one of a
        tool that is declared and not in the table, which somebody else has to run.
        """
        last = self.answers[-1]
        calls = [(str(call["name"]), call.get("arguments")) for call in last.tool_calls]
        declared = {str(tool.get("function", tool).get("name")) for tool in self.item.tools}
        new = {json.dumps(call, sort_keys=True) for call in calls} - self.made
        if not new or last.finish_reason != "stop" or any(n in declared and n not in TOOLS for n, _ in calls):
            return None
        self.made |= new
        results = [run_call(name, arguments, declared, sources) for name, arguments in calls]
        asking, answering = call_messages(calls, results, first=len(self.results), said=last.prediction)
        self.results += [{"name": name, "result": result} for (name, _), result in zip(calls, results, strict=True)]
        return replace(self.item, messages=(*self.item.messages, asking, *answering))

    def bar_calls(self) -> bool:
        """Whether the last answer only repeats what was called, so that it is asked for without calls; but once."""
        last = self.answers[-1]
        repeats = bool(last.tool_calls) and not last.prediction and last.finish_reason == "stop" and bool(self.results)
        if not repeats or self.barred:
            return False
        self.barred = True
        self.answers[-1] = replace(last, tool_calls=())
        return True

    def prediction(self) -> Prediction:
        """The last answer, with the calls of all rounds, and their tokens and seconds summed."""
        rounds = len(self.answers) - 1
        if not rounds:
            return self.answers[0]
        return replace(
            self.answers[-1],
            tool_calls=tuple(call for answer in self.answers for call in answer.tool_calls),
            prompt_tokens=sum(answer.prompt_tokens for answer in self.answers),
            completion_tokens=sum(answer.completion_tokens for answer in self.answers),
            latency_s=round(sum(answer.latency_s for answer in self.answers), 3),
            rounds=rounds,
            tool_results=tuple(self.results),
        )


def run_call(name: str, arguments: object, declared: Collection[str], sources: Sources) -> dict[str, Any]:
    """The result of one call; an error for the model to read when the call is unreadable or its tool not declared."""
    if name == UNREADABLE:
        return {"error": "the call cannot be read", "mend": _FORM}
    if name not in declared:
        return {"error": f"there is no tool {name[:60]!r}", "mend": f"known: {', '.join(sorted(declared))}"}
    return call_tool(name, arguments, sources=sources)


@dataclass(frozen=True)
class Limits:
    """rounds: how often a dialogue is asked again, at most; max_new_tokens: the longest answer."""

    rounds: int
    max_new_tokens: int


def answer_with_tools(
    dialogues: Sequence[Dialogue], ask: Ask, limits: Limits, sources: Sources = ()
) -> list[Prediction]:
    """The final predictions of dialogues whose first answers are there. ask: answers requests, all in one go.

    A dialogue whose results leave no room in the context ends before them; a warning counts these. Raises: what `ask`
    raises.
    """
    waiting = list(dialogues)
    for _ in range(limits.rounds):
        asked: list[tuple[Dialogue, Request]] = []
        left_out, ended = LeftOut(), 0
        for dialogue in waiting:
            before = len(dialogue.results)
            following = dialogue.run_calls(sources)
            if following is None and not dialogue.bar_calls():
                continue
            following = following or dialogue.item
            try:
                request, missing = dialogue.prompter.request(following, max_new_tokens=limits.max_new_tokens)
            except DataError:  # some templates know but one call a message
                request = None
            if request is None or len(request.prompt) >= dialogue.prompter.loaded.context:
                del dialogue.results[before:]
                ended += 1
                continue
            if dialogue.barred:
                request = replace(request, calls=NO_CALLS)
            dialogue.item, left_out = following, left_out + missing
            asked.append((dialogue, request))
        if ended:
            LOGGER.warning("%d answers stand with calls whose results have no place in a prompt of this model", ended)
        if not asked:
            break
        say_left_out(left_out, asked[0][0].prompter.limit)
        for (dialogue, _), prediction in zip(asked, ask([request for _, request in asked]), strict=True):
            dialogue.answers.append(prediction)
        waiting = [dialogue for dialogue, _ in asked]
    return [dialogue.prediction() for dialogue in dialogues]


def sources_of(index: Index | None) -> list[dict[str, str]]:
    """The notes as sources of `check_plagiarism`, one a file (a page or slide, where its kind has them)."""
    texts: dict[str, list[str]] = {}
    for chunk in index.chunks if index else ():
        texts.setdefault(chunk.source, []).append(chunk.text)
    return [{"id": source, "text": "\n\n".join(parts)} for source, parts in texts.items()]
