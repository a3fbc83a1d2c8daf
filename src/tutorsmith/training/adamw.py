"""AdamW (Loshchilov and Hutter 2019) by torch's own functions, without its optimizer class, whose first use imports
torch's compiler: a second on two cores, for nothing that is used here."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch.optim.adamw import adamw

BETAS = (0.9, 0.999)
EPSILON = 1e-8


class AdamW:
    """The moments of the gradients of `parameters`. fused: all in one kernel.

    A parameter without a gradient is left as it is, moments and all, as torch.optim.AdamW does.
    """

    def __init__(self, parameters: Sequence[torch.Tensor], *, weight_decay: float = 0.0, fused: bool = False) -> None:
        self.parameters = list(parameters)
        self.weight_decay = weight_decay
        self.fused = fused
        self.state: dict[int, dict[str, torch.Tensor]] = {}

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """One step along the gradients with this learning rate."""
        places = [k for k, parameter in enumerate(self.parameters) if parameter.grad is not None]
        for k in places:
            if k not in self.state:
                parameter = self.parameters[k]
                where = parameter.device if self.fused else torch.device("cpu")
                self.state[k] = {
                    "step": torch.zeros((), dtype=torch.float32, device=where),
                    "exp_avg": torch.zeros_like(parameter, memory_format=torch.preserve_format),
                    "exp_avg_sq": torch.zeros_like(parameter, memory_format=torch.preserve_format),
                }
        if not places:
            return
        moments = [[self.state[k][name] for k in places] for name in ("exp_avg", "exp_avg_sq", "step")]
        adamw(
            [self.parameters[k] for k in places],
            [gradient for k in places if (gradient := self.parameters[k].grad) is not None],
            moments[0],
            moments[1],
            [],
            moments[2],
            foreach=None,
            fused=self.fused,
            amsgrad=False,
            beta1=BETAS[0],
            beta2=BETAS[1],
            lr=rate,
            weight_decay=self.weight_decay,
            eps=EPSILON,
            maximize=False,
        )

    def zero_grad(self) -> None:
        for parameter in self.parameters:
            parameter.grad = None

    def state_dict(self) -> dict[str, Any]:
        """In the form of torch.optim's, as far as it is needed."""
        return {"state": {k: dict(moments) for k, moments in self.state.items()}}

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Take over moments that `state_dict` (or torch.optim.AdamW's) gave."""
        self.state = {}
        for k, moments in saved["state"].items():
            parameter = self.parameters[k]
            where = parameter.device if self.fused else torch.device("cpu")
            self.state[k] = {
                "step": moments["step"].clone().to(where),
                "exp_avg": moments["exp_avg"].clone().to(parameter),
                "exp_avg_sq": moments["exp_avg_sq"].clone().to(parameter),
            }
