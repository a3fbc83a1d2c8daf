"""Train one stage's LoRA or QLoRA adapter. Same as `tutorsmith train`."""

import environment  # noqa: F401  # first: it may continue in another interpreter

from tutorsmith.commands.requested import script, train_lora

if __name__ == "__main__":
    script(train_lora)
