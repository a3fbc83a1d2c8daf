"""Where the numbers of training go: TensorBoard, the log, the progress bar. And how a signal asks the loop to stop."""

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from tutorsmith.core.progress import Bar

LOGGER = logging.getLogger("tutorsmith")


class Tracker:
    """Records one row of numbers a step. `folder` None keeps them to the log (for the folds of cross-validation)."""

    def __init__(self, folder: Path | None, bar: Bar, *, resumed_at: int = 0) -> None:
        self.bar = bar
        self.writer: Any = None
        if folder is not None:
            from torch.utils.tensorboard import SummaryWriter

            # purge_step hides the steps of an earlier, killed attempt that this one repeats.
            self.writer = SummaryWriter(str(folder), purge_step=resumed_at + 1)

    def step(self, row: dict[str, float]) -> None:
        """A training step: step, epoch, loss, learning_rate, grad_norm, tokens_per_s."""
        text = f"loss {row['loss']:.4f}, lr {row['learning_rate']:.2e}, {row['tokens_per_s']:.0f} tokens/s"
        self.bar.update(int(row["step"]), text)
        LOGGER.debug("step %d: %s", row["step"], text)
        self._write("train", row)

    def validation(self, row: dict[str, float], *, best: bool) -> None:
        LOGGER.info(
            "epoch %.4g: validation loss %.4f%s", row["epoch"], row["eval_loss"], " (best so far)" if best else ""
        )
        self._write("validation", row)

    def _write(self, group: str, row: dict[str, float]) -> None:
        if self.writer is None:
            return
        for name, value in row.items():
            if name not in ("step", "epoch"):
                self.writer.add_scalar(f"{group}/{name}", value, int(row["step"]))

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()


class StopFlag:
    """Set by SIGTERM or SIGINT; the loop looks at it between batches."""

    def __init__(self) -> None:
        self.signal: str | None = None


@contextmanager
def stop_on_signal() -> Iterator[StopFlag]:
    """Within the block the first SIGTERM or SIGINT only sets the flag; a second SIGINT interrupts at once.

    Outside the main thread, where Python allows no handlers, the flag is never set.
    """
    flag = StopFlag()
    if threading.current_thread() is not threading.main_thread():
        yield flag
        return

    def ask(number: int, _frame: FrameType | None) -> None:
        if flag.signal is not None and number == signal.SIGINT:
            raise KeyboardInterrupt
        flag.signal = signal.Signals(number).name
        LOGGER.warning("%s: saving and stopping ...", flag.signal)

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield flag
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
