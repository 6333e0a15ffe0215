"""Principal components (Ponchio et al. 2018), each one latent with an RGB basis that thin-plate
splines interpolate between the lights of the photographs."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shaders.decoder import MAX_LATENTS
from shaders.model import LinearModel, Size

SPLINE_TERMS = 4  # 1, x, y, z, beside one spline per light

RBF = LinearModel(
    name="rbf",
    sizes={k: Size(0, "mrgb", "PCA/RBF") for k in range(3, MAX_LATENTS + 1, 3)},
    terms=None,
)


@dataclass(frozen=True, eq=False)
class Splines:
    """The RGB basis of K latents as splines about L lights."""

    lights: np.ndarray  # [L, 3] float32, unit vectors
    weights: np.ndarray  # [L + 4, 1 + K, 3] float32

    def basis(self, light: np.ndarray) -> np.ndarray:
        """The RGB weights [1 + K, 3] float64 under a unit vector [3]; row 0 is added."""
        weights = self.weights.astype(np.float64).reshape(len(self.weights), -1)
        return (spline_terms(light[None], self.lights) @ weights).reshape(-1, 3)

    def bound(self, latents: np.ndarray) -> float:
        """What no value on the way to colours exceeds, with latents [K] no larger than these."""
        reach = 1 + np.linalg.norm(self.lights.astype(np.float64), axis=1)
        terms = np.concatenate([reach**2 * np.log(1 + reach), np.ones(SPLINE_TERMS)])
        largest = np.abs(self.weights.astype(np.float64)).max(axis=2)  # [L + 4, 1 + K]
        weighted = terms @ largest * np.append(1.0, latents)
        return float(max(weighted.sum(), latents.max()))

    def problems(self, latents: int) -> Iterator[str]:
        """Sentences on what is wrong; each check relies on those before it."""
        if self.lights.ndim != 2 or self.lights.shape[1] != 3:
            yield "the lights of the rbf image are not three numbers each"
        shape = (len(self.lights) + SPLINE_TERMS, 1 + latents, 3)
        if self.weights.shape != shape:
            yield f"the splines of the rbf image are {self.weights.shape}, where {shape} are needed"
        if not (np.isfinite(self.lights).all() and np.isfinite(self.weights).all()):
            yield "the lights or splines of the rbf image hold values that are not finite numbers"


def spline_terms(lights: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Thin-plate splines r^2 log r about `centres` [L, 3], and 1, x, y, z, at unit vectors [M, 3]:
    [M, L + 4] float64."""
    lights, centres = lights.astype(np.float64), centres.astype(np.float64)
    squared = np.square(lights[:, None] - centres).sum(axis=2)
    splines = squared * np.log(np.maximum(squared, 1e-300)) / 2
    return np.concatenate([splines, np.ones((len(lights), 1)), lights], axis=1)
