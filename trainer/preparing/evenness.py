"""How unevenly photographs are lit: near lamps' fall-off over the field, and their brightness."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from trainer.training.guide import CANDIDATES

FEWEST = 10  # photographs, below which they say too little of each other's brightness
MIXED = 8  # interpolators that predict best
SPREAD = 0.25  # of lamps' brightness, on the log scale: a hand, or a flash
TOLD = 300  # pixels whose errors are no more than these many independent ones
LIMITS = 0.1, 10.0  # of a gain
LEAST = 1e-4  # of white: a grey card as dark as that tells nothing


@dataclass(frozen=True, eq=False)
class FallOff:
    """A near lamp over a table, in pixels of it."""

    lamp: np.ndarray  # [3], from the picture's middle: x right, y up, z from the table
    distance: float  # to which all lamps are brought
    middle: np.ndarray  # [2] (column, row) of the photograph

    def factors(self, size: tuple[int, int]) -> np.ndarray:
        """[H, W] float32: by what a photograph's linear values are multiplied, so that a card that
        lies flat is as bright everywhere as under a lamp in the same direction, far away and as
        bright as every other.

        Light falls with the square of the distance, and meets the table at a cosine that is the
        lamp's height over the distance. Slopes meet it otherwise, which is left.
        """
        columns = np.arange(size[1], dtype=np.float32) - self.middle[0]
        rows = self.middle[1] - np.arange(size[0], dtype=np.float32)[:, None]
        x, y, z = self.lamp
        squared = (columns - x) ** 2 + (rows - y) ** 2 + z**2
        own = float(np.linalg.norm(self.lamp))
        return np.asarray(squared**1.5 / (own * self.distance**2), np.float32)


def card_gains(card: np.ndarray, lights: np.ndarray) -> np.ndarray:
    """[L] factors that make the lamps equally bright: by what a grey card that lies flat shows
    [L], linear, under `lights` [L, 3]."""
    lit = card / lights[:, 2]
    gains = np.median(lit) / np.maximum(lit, LEAST)
    return np.asarray(gains.clip(*LIMITS))


def gains_by_others(products: np.ndarray, lights: np.ndarray) -> np.ndarray:
    """[L] factors that make the lamps equally bright, by what photographs say of each other.

    `products` [L, L] are mean products of linear values. Under brightnesses as they were,
    photographs follow each other less well than interpolation between them expects (see
    `trainer.training.guide`): the gains are the most likely ones, lamps being equal but for
    SPREAD. What goes smoothly with the light is taken for the surface's doing.
    """
    inverse = _best_inverse(products, lights)
    count = len(lights)

    def unlikely(logs: np.ndarray) -> tuple[float, np.ndarray]:
        """The negative logarithm of the likelihood, and its slope. The interpolators' own scale is
        free, and so is that of all gains together."""
        gains = np.exp(logs)
        power = inverse * products * np.outer(gains, gains)
        total = float(power.sum())
        value = TOLD * (count / 2 * np.log(total) - logs.sum()) + np.sum(logs**2) / 2 / SPREAD**2
        slope = TOLD * (count * power.sum(axis=1) / total - 1) + logs / SPREAD**2
        return float(value), slope

    logs = minimize(unlikely, np.zeros(count), jac=True, method="L-BFGS-B").x
    rough = logs - _smooth(logs, lights)
    return np.asarray(np.exp(rough - np.median(rough)).clip(*LIMITS))


def _smooth(values: np.ndarray, lights: np.ndarray) -> np.ndarray:
    """The part of `values` [L] that goes smoothly with the light."""
    x, y, z = lights.T
    terms = [np.ones(len(lights)), x, y, z]
    if len(lights) >= 2 * FEWEST:
        terms += [x * y, x**2, z**2]
    model = np.column_stack(terms)
    return np.asarray(model @ np.linalg.lstsq(model, values, rcond=None)[0])


def _best_inverse(products: np.ndarray, lights: np.ndarray) -> np.ndarray:
    """The inverse covariance of photographs, of interpolators that predict them best."""
    inverses, errors = [], []
    for candidate in CANDIDATES:
        inverse = candidate.inverse(lights)
        predictor = inverse / np.diag(inverse)[:, None]
        squared = np.sum(predictor @ products * predictor, axis=1)
        inverses.append(inverse)
        errors.append(float(np.log(np.maximum(squared, 1e-10)).mean()))
    best = np.argsort(errors)[:MIXED]
    # Of one scale, as they disagree about that.
    return np.asarray(sum(inverses[i] / np.trace(inverses[i]) for i in best))
