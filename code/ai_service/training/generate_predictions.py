"""Answer a benchmark with the base model or an adapter. Same as `tutorsmith predict`."""

import environment  # noqa: F401  # first: it may continue in another interpreter

from tutorsmith.commands.requested import generate_predictions, script

if __name__ == "__main__":
    script(generate_predictions)
