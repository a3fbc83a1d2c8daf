"""How answers are generated."""

from typing import Literal

from pydantic import Field

from tutorsmith.core.settings import StepSettings


class GenerateSettings(StepSettings):
    """temperature 0 is greedy. predict_batch_size 0 lets the engine choose by the length of the prompts."""

    engine: Literal["auto", "torch", "llamacpp"] = Field(
        default="auto", description="What generates answers. llamacpp needs the extra of that name. auto: torch."
    )
    gguf_weights: Literal["auto", "file", "f32", "f16", "q8_0"] = Field(
        default="auto",
        description="Weights of the llamacpp engine: the model's own GGUF as it is (file), or one written from its "
        "safetensors in that precision. auto: f32, which answers as torch does.",
    )
    endpoint_url: str = Field(
        default="",
        description="Base address of the endpoint that `predict --engine openai` asks, such as "
        "http://localhost:8000/v1. Its key is read from OPENAI_API_KEY.",
    )
    endpoint_model: str = Field(default="", description="Name under which that endpoint serves the model or adapter.")
    endpoint_prompts: Literal["ids", "messages"] = Field(
        default="ids",
        description="ids: prompts as token ids to /completions, exactly those that other engines get (vLLM and "
        "llama.cpp take them). messages: to /chat/completions, where the endpoint applies a chat template of its own.",
    )
    max_new_tokens: int = Field(
        default=512,
        ge=1,
        description="Longest answer in tokens, without what is written for the tutor (quotes, the reason of a refusal);"
        " one that is cut off is flagged as truncated.",
    )
    sections: Literal["auto", "off"] = Field(
        default="auto",
        description="auto: an answer has every section that its system prompt asks for, in order, each with text. "
        "off: what the model writes by itself.",
    )
    tool_guide: Literal["auto", "off"] = Field(
        default="auto",
        description="auto: a call that an answer makes is well formed, and its arguments are held to what the "
        "conversation holds. off: what the model writes by itself.",
    )
    predict_batch_size: int = Field(
        default=0, ge=0, description="Questions answered at once. 0: as many as fit, by the length of the prompts."
    )
    temperature: float = Field(
        default=0.0, ge=0, description="0: always the likeliest token. Above: sampled by the seed."
    )
    top_p: float = Field(
        default=1.0, gt=0, le=1, description="When sampling, only from the likeliest tokens that make up this share."
    )
