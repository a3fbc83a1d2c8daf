"""A model without its weights: configuration, layers and their sizes, for engines that read the weights themselves."""

from pathlib import Path
from typing import Any


def outline(folder: Path) -> Any:
    """The model of a transformers folder on torch's "meta" device: nothing is read but its configuration files.

    Raises: OSError, ValueError, KeyError for a folder that transformers cannot make a model of.
    """
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, GenerationConfig

    config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    if (folder / "generation_config.json").is_file():
        model.generation_config = GenerationConfig.from_pretrained(folder)
    return model
