"""The table of tools: one row a tool. A new tool is a row here, a schema and a function in a module.

`call_tool` is the only way in for arguments that a model wrote: whatever they are, its result is a JSON object that the
model can read, and a bad call is told what is wrong and how to mend it.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from tutorsmith.core.errors import UsageError, suggest
from tutorsmith.tools.arguments import check_arguments
from tutorsmith.tools.failure import ToolFailure

LONGEST_ARGUMENTS = 200_000
"""Characters of the arguments as JSON text."""


@dataclass(frozen=True, slots=True)
class Tool:
    """function: "module:name" inside this room, loaded when first called; takes_sources: whether the program may add
    sources, such as the course notes, to a call that brings none; holds: what each argument holds, see `HOLDS`;
    functions: "module:name" of the functions that its expressions may call."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    function: str
    takes_sources: bool = False
    holds: Mapping[str, str] = field(default_factory=dict)
    functions: str = ""

    @property
    def schema(self) -> dict[str, Any]:
        """The function schema in OpenAI's form, without the limits of size: they stand in every prompt for nothing."""
        function = {"name": self.name, "description": self.description, "parameters": _short(self.parameters)}
        return {"type": "function", "function": function}

    def load(self) -> Callable[..., dict[str, Any]]:
        module, _, name = self.function.partition(":")
        loaded: Callable[..., dict[str, Any]] = getattr(import_module(f"tutorsmith.tools.{module}"), name)
        return loaded


HOLDS = "x-holds"
"""Key of a property in a schema, of a course's own tools too, that says what of a conversation the argument holds.

expression: a formula; values: an object of its symbols with their values; unit: the unit asked for; variable: the
symbol that is differentiated or integrated by; order: how often; place: a value of it; lower, upper: ends of a range;
passage: a text brought along; sources: texts to compare with, [{"id", "text"}]; titles: a list of required chapters;
headings: a list of headings; count: a number of words, the least or the most by the argument's name; share: a number up
to 1; named: one of the choices, by its name; figures: true where figures or tables are asked about.
For the tools of the table it stands in their rows, since a schema costs tokens in every prompt."""
_LIMITS = frozenset({"maxLength", "maxItems", "maxProperties"})


def _short(value: Any) -> Any:
    """A copy without the limits of size and what is said by absence: no further arguments, none required."""
    if isinstance(value, Mapping):
        kept = {name: part for name, part in value.items() if name not in _LIMITS and part is not False and part != []}
        return {name: _short(part) for name, part in kept.items()}
    return [_short(part) for part in value] if isinstance(value, list) else value


def _object(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _text(description: str, longest: int = 400) -> dict[str, Any]:
    return {"type": "string", "description": description, "maxLength": longest}


_EXPRESSION = _text("expression such as sin(x)^2/a")
_VARIABLE = _text("symbol, such as x", 40)
_RULES = _object(
    {
        "chapters": {
            "type": "array",
            "items": _text("title", 80),
            "maxItems": 30,
            "description": "required, in this order",
        },
        "min_words": {"type": "integer", "minimum": 0, "description": "in Chinese texts: characters"},
        "max_words": {"type": "integer", "minimum": 0},
        "citation_style": {"type": "string", "enum": ["gbt7714", "apa7"]},
        "figures": {"type": "boolean", "description": "check figures and tables"},
    }
)

TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool(
            "evaluate_expression",
            "Calculate a number with its unit. Knows epsilon_0, mu_0, c, q_e, m_e, k_B, pi, j.",
            _object(
                {
                    "expression": _text("expression such as q_1*q_2/(4*pi*epsilon_0*R^2)"),
                    "variables": {
                        "type": "object",
                        "description": 'value of each symbol of the expression, such as {"R": "0.30 m"}',
                        "additionalProperties": {"type": "string", "maxLength": 60},
                        "maxProperties": 20,
                    },
                    "unit": _text("unit that the question asks for; else left out", 60),
                },
                "expression",
            ),
            "evaluate:evaluate_expression",
            holds={"expression": "expression", "variables": "values", "unit": "unit"},
            functions="evaluate:FUNCTIONS",
        ),
        Tool(
            "differentiate",
            "Derivative of an expression, with its value at a place if asked for.",
            _object(
                {
                    "expression": _EXPRESSION,
                    "variable": _VARIABLE,
                    "order": {"type": "integer", "minimum": 1, "maximum": 4, "default": 1},
                    "at": _text("expression for the place"),
                },
                "expression",
                "variable",
            ),
            "calculus:differentiate",
            holds={"expression": "expression", "variable": "variable", "order": "order", "at": "place"},
            functions="calculus:FUNCTIONS",
        ),
        Tool(
            "integrate",
            "Integral of an expression; definite if both limits are given.",
            _object(
                {
                    "expression": _EXPRESSION,
                    "variable": _VARIABLE,
                    "lower": _text("expression for the lower limit, or -oo"),
                    "upper": _text("expression for the upper limit, or oo"),
                },
                "expression",
                "variable",
            ),
            "calculus:integrate",
            holds={"expression": "expression", "variable": "variable", "lower": "lower", "upper": "upper"},
            functions="calculus:FUNCTIONS",
        ),
        Tool(
            "check_plagiarism",
            "Find passages of a text that stand in the given sources, with their places.",
            _object(
                {
                    "text": _text("the text to check", 12_000),
                    "sources": {
                        "type": "array",
                        "items": _object({"id": _text("name", 80), "text": _text("its text", 40_000)}, "id", "text"),
                        "maxItems": 20,
                    },
                    "threshold": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.15},
                },
                "text",
            ),
            "plagiarism:check_plagiarism",
            takes_sources=True,
            holds={"text": "passage", "sources": "sources", "threshold": "share"},
        ),
        Tool(
            "validate_format",
            "Check chapters, length, reference list, figures and tables of a thesis text or of its list of headings.",
            _object(
                {
                    "rules": _RULES,
                    "text": _text("the text", 60_000),
                    "structure": {"type": "array", "items": _text("heading", 120), "maxItems": 200},
                },
                "rules",
            ),
            "format_check:validate_format",
            holds={
                "text": "passage",
                "structure": "headings",
                "rules.chapters": "titles",
                "rules.min_words": "count",
                "rules.max_words": "count",
                "rules.citation_style": "named",
                "rules.figures": "figures",
            },
        ),
    )
}


def schemas(names: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """OpenAI function schemas of the tools named, all by default. Raises: UsageError for an unknown name."""
    wanted = list(TOOLS if names is None else names)
    for name in wanted:
        if name not in TOOLS:
            raise UsageError(f"there is no tool {name!r}", mend=suggest(name, TOOLS))
    return [TOOLS[name].schema for name in wanted]


def call_tool(name: str, arguments: object, *, sources: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    """The result of a call, or {"error", "mend"} when the call is no good. Never raises for anything a model writes.

    arguments: an object, or its JSON text; anything else is an error, too. sources: [{"id", "text"}] for tools that
    compare with sources, used when the call brings none.
    """
    try:
        tool = TOOLS.get(name)
        if tool is None:
            raise ToolFailure(f"there is no tool {name[:60]!r}", suggest(name, TOOLS))
        given = _object_of(arguments)
        check_arguments(given, tool.parameters)
        if tool.takes_sources and sources and not given.get("sources"):
            given = {**given, "sources": list(sources)}
        return tool.load()(**given)
    except ToolFailure as failure:
        return failure.as_result()


def _object_of(arguments: object) -> dict[str, Any]:
    if isinstance(arguments, Mapping):
        return dict(arguments)
    if not isinstance(arguments, str):
        raise ToolFailure("the arguments are no object", "write one JSON object")
    if len(arguments) > LONGEST_ARGUMENTS:
        raise ToolFailure(f"the arguments have more than {LONGEST_ARGUMENTS} characters", "shorten them")
    try:
        given = json.loads(arguments or "{}")
    except (ValueError, RecursionError) as error:
        raise ToolFailure("the arguments are no JSON", "write one JSON object") from error
    if not isinstance(given, dict):
        raise ToolFailure("the arguments are no object", "write one JSON object")
    return given
