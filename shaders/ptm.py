"""Polynomial texture maps (Malzbender et al. 2001): a quadratic in the light's x and y."""

import numpy as np

from shaders.model import LinearModel, Size


def ptm_terms(lights: np.ndarray, order: int = 2) -> np.ndarray:
    """1, x, y, x^2, xy, y^2 of unit vectors [L, 3]: [L, 6], in the order that Relight has."""
    x, y, _ = lights.T
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)


PTM = LinearModel(
    name="ptm",
    sizes={9: Size(2, "lrgb", "PTM(LRGB)"), 18: Size(2, "rgb", "PTM")},
    terms=ptm_terms,
)
