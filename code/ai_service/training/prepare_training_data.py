"""Build all_sft.jsonl from the stages' own files. Same as `tutorsmith prepare`."""

import environment  # noqa: F401  # first: it may continue in another interpreter

from tutorsmith.commands.requested import prepare_training_data, script

if __name__ == "__main__":
    script(prepare_training_data)
