"""How answers are generated."""

from pydantic import Field

from tutorsmith.core.settings import StepSettings


class GenerateSettings(StepSettings):
    """temperature 0 is greedy. predict_batch_size 0 lets the engine choose by the length of the prompts."""

    max_new_tokens: int = Field(default=512, ge=1)
    predict_batch_size: int = Field(default=0, ge=0)
    temperature: float = Field(default=0.0, ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
