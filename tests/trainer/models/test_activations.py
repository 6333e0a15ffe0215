"""What hidden units make of their sums, and how fast that changes, against the definitions."""

import numpy as np
import pytest
import torch

from tests.conftest import activated_by_hand
from trainer.models.activations import ACTIVATIONS, SLOPES

SUMS = torch.tensor([-7.0, -2.5, -2.0, -1.7, -1.0, -0.2, 0.0, 0.3, 2.0, 5.0], dtype=torch.float64)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_are_those_of_the_definition(name: str) -> None:
    expected = activated_by_hand(name, SUMS.numpy())
    np.testing.assert_allclose(ACTIVATIONS[name](SUMS).numpy(), expected, atol=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_are_those_of_the_values(name: str) -> None:
    """By differences, which training's own derivatives and those of the smaller levels must be."""
    sums = SUMS.clone().requires_grad_()
    values = ACTIVATIONS[name](sums)
    (found,) = torch.autograd.grad(values.sum(), sums)
    step = 1e-6
    above, below = (activated_by_hand(name, SUMS.numpy() + s) for s in (step, -step))
    expected = (above - below) / (2 * step)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-5)
    np.testing.assert_allclose(SLOPES[name](values.detach()).numpy(), expected, atol=1e-5)


def test_what_a_unit_is_given_stays() -> None:
    for activate in ACTIVATIONS.values():
        sums = SUMS.clone()
        activate(sums)
        torch.testing.assert_close(sums, SUMS, rtol=0, atol=0)
