"""Which tools a tutor may call, and how often it is asked again with their results."""

from pydantic import Field, field_validator

from tutorsmith.core.settings import StepSettings
from tutorsmith.tools.table import schemas


class ToolSettings(StepSettings):
    """tools: rows of TOOLS that are declared in every prompt, in training and in answering."""

    tools: tuple[str, ...] = Field(
        default=(),
        description="Tools declared in every prompt, in training and in answering, such as `evaluate_expression`; "
        "samples and items with `tools` of their own keep those.",
    )
    tool_rounds: int = Field(
        default=3,
        ge=0,
        le=10,
        description="How often an answer that calls tools is asked again with their results. 0: calls are not run.",
    )

    @field_validator("tools")
    @classmethod
    def _in_the_table(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        schemas(names)
        return tuple(dict.fromkeys(names))
