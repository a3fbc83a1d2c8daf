"""Score predictions without a judge model. Same as `tutorsmith evaluate`."""

import environment  # noqa: F401  # first: it may continue in another interpreter

from tutorsmith.commands.requested import eval_metrics, script

if __name__ == "__main__":
    script(eval_metrics)
