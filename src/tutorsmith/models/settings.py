"""Which model, in which precision, on which device."""

from typing import Literal

from pydantic import Field

from tutorsmith.core.settings import StepSettings


class ModelSettings(StepSettings):
    """What is loaded, and how it lies in memory."""

    model_name_or_path: str = Field(
        default="smollm2-135m",
        description="Catalogue name, hub id, folder of a transformers model, or GGUF file.",
    )
    quantization: Literal["auto", "none", "4bit"] = Field(
        default="auto",
        description="4bit is QLoRA (NF4) and needs bitsandbytes. auto: none on a CPU; on CUDA 4bit, unless the 16-bit "
        "weights take less than a quarter of the card.",
    )
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        default="auto", description="Type of the numbers computed with. auto: bfloat16 on CUDA, float32 on a CPU."
    )
    device: str = Field(
        default="auto", description="cpu, cuda, or one card such as cuda:1. auto: the first card, else the CPU."
    )
    device_memory_gib: float = Field(
        default=0.0, ge=0, description="Most memory of the card that may be used, where others share it. 0: all."
    )
