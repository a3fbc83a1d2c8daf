"""Scorers, statistics, health and gate. The scorers need no judge model and no model framework.

    from tutorsmith.evaluation import judge_key_point, judge_format, judge_refusal, judge_citations, judge_tool_calls

The names are loaded when they are first used, so that importing this package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutorsmith.evaluation.metrics.citations import CitationVerdict as CitationVerdict
    from tutorsmith.evaluation.metrics.citations import judge_citations as judge_citations
    from tutorsmith.evaluation.metrics.format import FormatVerdict as FormatVerdict
    from tutorsmith.evaluation.metrics.format import judge_format as judge_format
    from tutorsmith.evaluation.metrics.key_points import KeyPointVerdict as KeyPointVerdict
    from tutorsmith.evaluation.metrics.key_points import judge_key_point as judge_key_point
    from tutorsmith.evaluation.metrics.key_points import parse_key_point as parse_key_point
    from tutorsmith.evaluation.metrics.refusal import RefusalVerdict as RefusalVerdict
    from tutorsmith.evaluation.metrics.refusal import judge_refusal as judge_refusal
    from tutorsmith.evaluation.metrics.tool_calls import ToolCallVerdict as ToolCallVerdict
    from tutorsmith.evaluation.metrics.tool_calls import judge_tool_calls as judge_tool_calls

_HOMES = {
    "judge_key_point": "key_points",
    "parse_key_point": "key_points",
    "KeyPointVerdict": "key_points",
    "judge_format": "format",
    "FormatVerdict": "format",
    "judge_refusal": "refusal",
    "RefusalVerdict": "refusal",
    "judge_citations": "citations",
    "CitationVerdict": "citations",
    "judge_tool_calls": "tool_calls",
    "ToolCallVerdict": "tool_calls",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(f"tutorsmith.evaluation.metrics.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
