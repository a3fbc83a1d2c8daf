"""Which model, in which precision, on which device."""

from typing import Literal

from tutorsmith.core.settings import StepSettings


class ModelSettings(StepSettings):
    """quantization "auto" is 4bit on CUDA (QLoRA), else none; dtype "auto" is bfloat16 on CUDA, float32 on the CPU."""

    model_name_or_path: str = "smollm2-135m"
    quantization: Literal["auto", "none", "4bit"] = "auto"
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str = "auto"
