"""SOAP: Adam on vectors, and on matrices as fast when the problem is turned and stretched."""

from collections.abc import Callable

import numpy as np
import torch

from trainer.training.optimiser import Soap


def test_vectors_are_moved_as_adam_moves_them() -> None:
    target = torch.tensor([1.0, -2.0, 0.5])
    ours, theirs = torch.zeros(3, requires_grad=True), torch.zeros(3, requires_grad=True)
    soap = Soap([ours], rate=0.01)
    adam = torch.optim.Adam([theirs], lr=0.01, betas=(0.95, 0.95))
    for step in range(50):
        for parameter in (ours, theirs):
            parameter.grad = 2 * (parameter.detach() - target)
        soap.step()
        if step:  # the first look of SOAP moves nothing
            adam.step()
        np.testing.assert_allclose(ours.detach(), theirs.detach(), atol=1e-5)


def _loss_after(steps: int, make: Callable[[list[torch.Tensor]], torch.optim.Optimizer]) -> float:
    """Of fitting a matrix through inputs that are strongly correlated."""
    random = torch.Generator().manual_seed(0)
    mix = torch.randn(12, 12, generator=random) @ torch.diag(torch.logspace(0, -2, 12))
    inputs = torch.randn(200, 12, generator=random) @ mix
    wanted = inputs @ torch.randn(12, 4, generator=random)
    weight = torch.zeros(12, 4, requires_grad=True)
    optimiser = make([weight])
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] *= 1 - step / steps / 100
        loss = (inputs @ weight - wanted).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return loss.item()


def test_correlated_inputs_are_learnt_faster_than_with_adam() -> None:
    soap = _loss_after(300, lambda p: Soap(p, rate=0.03))
    adam = _loss_after(300, lambda p: torch.optim.Adam(p, lr=0.03))
    assert soap < adam / 3


def test_its_state_can_be_saved_and_resumed() -> None:
    random = torch.Generator().manual_seed(1)
    gradients = torch.randn(30, 5, 3, generator=random)
    whole, parted = (torch.zeros(5, 3, requires_grad=True) for _ in range(2))
    optimiser, first = Soap([whole]), Soap([parted])
    for i, gradient in enumerate(gradients):
        if i == 17:
            second = Soap([parted])
            second.load_state_dict(first.state_dict())
            first = second
        for parameter, each in ((whole, optimiser), (parted, first)):
            parameter.grad = gradient.clone()
            each.step()
    torch.testing.assert_close(whole, parted, rtol=0, atol=0)
