"""SOAP: Adam in the eigenbasis of Shampoo's preconditioner."""

from collections.abc import Iterable
from inspect import unwrap
from typing import Any

import torch
from torch import Tensor


class Soap(torch.optim.Optimizer):
    """The optimiser of Vyas et al., SOAP: Improving and Stabilizing Shampoo using Adam (2024).

    For each weight matrix it follows the two covariances of the gradient's rows and columns, and
    runs Adam in the basis of their eigenvectors, which is renewed every `renewed` steps by one
    power iteration. Biases get plain Adam. No step is longer than the rate, root mean square.
    The small layers of these networks cost little more than with Adam, and learn in a tenth of
    the steps.
    """

    # As they are, without what keeps PyTorch's compiler out of them: that loads it, for 1.5 s.
    add_param_group = unwrap(torch.optim.Optimizer.add_param_group)
    zero_grad = unwrap(torch.optim.Optimizer.zero_grad)
    state_dict = unwrap(torch.optim.Optimizer.state_dict)
    load_state_dict = unwrap(torch.optim.Optimizer.load_state_dict)

    def __init__(
        self,
        parameters: Iterable[Tensor],
        rate: float = 0.02,
        decay: float = 0.95,
        renewed: int = 10,
    ) -> None:
        super().__init__(parameters, {"lr": rate, "decay": decay, "renewed": renewed})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Moves every parameter once, from its gradient; the first call only looks."""
        for group in self.param_groups:
            for parameter in group["params"]:
                state = self.state[parameter]
                if not state:
                    state.update(_first_look(parameter.grad))
                else:
                    _move(parameter, state, **{k: group[k] for k in ("lr", "decay", "renewed")})


def _first_look(gradient: Tensor) -> dict[str, Any]:
    state: dict[str, Any] = {
        "step": 0,
        "mean": torch.zeros_like(gradient),
        "square": torch.zeros_like(gradient),
    }
    if gradient.ndim == 2:
        rows, columns = gradient @ gradient.T, gradient.T @ gradient
        state |= {"rows": rows, "columns": columns}
        state |= {
            "row_basis": torch.linalg.eigh(rows)[1],
            "column_basis": torch.linalg.eigh(columns)[1],
        }
    return state


def _move(parameter: Tensor, state: dict[str, Any], lr: float, decay: float, renewed: int) -> None:
    gradient = parameter.grad
    assert gradient is not None
    state["step"] += 1
    state["mean"].lerp_(gradient, 1 - decay)
    turned = _turn(gradient, state)
    state["square"].lerp_(turned * turned, 1 - decay)
    bias = 1 - decay ** state["step"]
    moved = _turn(state["mean"], state) / bias / ((state["square"] / bias).sqrt() + 1e-8)
    # A gradient much larger than those before it must not throw the weights far away.
    moved /= moved.square().mean().sqrt().clamp_min(1)
    if gradient.ndim == 2:
        moved = state["row_basis"] @ moved @ state["column_basis"].T
    parameter.sub_(moved, alpha=lr)
    if gradient.ndim == 2:
        state["rows"].lerp_(gradient @ gradient.T, 1 - decay)
        state["columns"].lerp_(gradient.T @ gradient, 1 - decay)
        if state["step"] % renewed == 0:
            for name in ("row", "column"):
                basis = state[f"{name}s"] @ state[f"{name}_basis"]
                state[f"{name}_basis"] = torch.linalg.qr(basis)[0]


def _turn(gradient: Tensor, state: dict[str, Any]) -> Tensor:
    """A gradient as seen in the eigenbasis; that of a bias as it is."""
    if gradient.ndim < 2:
        return gradient
    turned: Tensor = state["row_basis"].T @ gradient @ state["column_basis"]
    return turned
