"""Each photograph predicted from the others under the lights found: which of them do not fit.

Interpolation between photographs is Gaussian-process regression over light directions, as in
`trainer.training.guide`: a pixel under a light is a weighted sum of its values in the photographs.
So what a photograph looks like under any direction is known from the others alone, and its light
is where that comes closest to it. All that this takes is the mean products of photographs.

Lights that are wrong spoil the predictions of their neighbours. The photograph that fits worst is
therefore taken out of those that predict, and all are looked at again, until the rest agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.calibration.views import View
from trainer.training.guide import CANDIDATES, Interpolator

FEWEST = 10  # photographs, below which the rest say too little of one
PIXELS = 6000
DARK = 10.0  # levels: what is never brighter tells nothing
BRIGHT = 250.0  # saturated
REACHES = (30.0, 6.0, 1.5)  # degrees, within which directions are tried, one after the other
STEPS = 13  # directions across
LEAST_ANGLE = 5.0  # degrees, from which a light may be wrong
ABOVE_TYPICAL = 3.0  # of the median angle of all photographs
ABOVE_DEVIATION = 2.0  # of the light's own uncertainty
BETTER = 0.85  # of the squared error that is left where the light is moved
MOST_OUT = 0.35  # of the photographs may be wrong
GAIN = 0.3  # how firmly lamps are taken to be equally bright: 0 not at all
MIXED = 8  # interpolators


@dataclass(frozen=True, eq=False)
class Prediction:
    """How well the others predict one photograph."""

    error: float  # root of the mean squared error in levels of 255, under its light
    best: np.ndarray  # [3], the direction under which they predict it best
    angle: float  # degrees from its light to that
    left: float  # of the squared error, there
    flagged: bool


def object_products(
    overview: View, spheres: Sequence[tuple[float, float, float]]
) -> np.ndarray | None:
    """The mean products [L, L] of photographs over pixels off the spheres (column, row, radius in
    the photographs), of values 0..1; None where too few pixels show anything."""
    grey = overview.grey
    rows, columns = np.mgrid[: grey.shape[1], : grey.shape[2]]
    places = overview.outward(np.stack([columns, rows], axis=-1).astype(float))
    keep = (np.median(grey, axis=0) < BRIGHT) & (np.percentile(grey, 80, axis=0) > DARK)
    for x, y, radius in spheres:
        keep &= np.hypot(places[..., 0] - x, places[..., 1] - y) > 1.25 * radius
    chosen = np.flatnonzero(keep)
    if len(chosen) < 200:
        return None
    chosen = chosen[:: max(1, len(chosen) // PIXELS)]
    values = grey.reshape(len(grey), -1)[:, chosen].astype(np.float64) / 255
    return np.asarray(values @ values.T / values.shape[1])


def predict_each(
    lights: np.ndarray, products: np.ndarray, deviations: np.ndarray
) -> list[Prediction]:
    """Each photograph under `lights` [L, 3], unit vectors known to `deviations` [L] degrees, held
    against what the others predict."""
    count = len(lights)
    out: list[int] = []
    mixture = _Mixture(lights, products, np.arange(count))
    while True:
        trusted = np.array([i for i in range(count) if i not in out])
        mixture = _Mixture(lights, products, trusted)
        tried = [mixture.best_direction(i) for i in range(count)]
        angles = np.array([_angle(lights[i], best) for i, (best, _, _) in enumerate(tried)])
        typical = float(np.median(angles[trusted]))
        limits = np.maximum(max(LEAST_ANGLE, ABOVE_TYPICAL * typical), ABOVE_DEVIATION * deviations)
        left = np.array([after / max(before, 1e-12) for _, before, after in tried])
        wrong = [i for i in trusted if angles[i] > limits[i] and left[i] < BETTER]
        if not wrong or len(out) >= MOST_OUT * count:
            break
        out.append(max(wrong, key=lambda i: angles[i] * (1 - left[i])))
    return [
        Prediction(
            float(255 * np.sqrt(before)),
            best,
            float(angles[i]),
            float(left[i]),
            bool(i in out and angles[i] > limits[i] and left[i] < BETTER),
        )
        for i, (best, before, _) in enumerate(tried)
    ]


def refined_lights(direction: np.ndarray, deviation: float, prediction: Prediction) -> np.ndarray:
    """Where a light is moved to: a flagged one to where the others predict its photograph best,
    another that way, but by no more than its deviation in degrees, and only where that helps."""
    if prediction.flagged:
        return prediction.best
    if prediction.left > BETTER or prediction.angle < 1e-6:
        return direction
    part = min(1.0, deviation / prediction.angle)
    moved = (1 - part) * direction + part * prediction.best
    return np.asarray(moved / np.linalg.norm(moved))


class _Mixture:
    """Interpolators that predict the trusted photographs best from each other, in equal shares."""

    def __init__(self, lights: np.ndarray, products: np.ndarray, trusted: np.ndarray) -> None:
        self.lights, self.products, self.trusted = lights, products, trusted
        part = products[np.ix_(trusted, trusted)]
        own = lights[trusted]
        errors = []
        for candidate in CANDIDATES:
            inverse = candidate.inverse(own)
            predictor = inverse / np.diag(inverse)[:, None]
            squared = np.sum(predictor @ part * predictor, axis=1)
            errors.append(float(np.log(np.maximum(squared, 1e-9)).mean()))
        best = np.argsort(errors)[:MIXED]
        self.interpolators: list[Interpolator] = [CANDIDATES[i] for i in best]

    def best_direction(self, photograph: int) -> tuple[np.ndarray, float, float]:
        """Under which direction the trusted others predict a photograph best, and the mean squared
        error under its own light and there."""
        others = self.trusted[self.trusted != photograph]
        inverses = [each.inverse(self.lights[others]) for each in self.interpolators]
        start = self.lights[photograph]
        before = float(self._squared(start[None], photograph, others, inverses)[0])
        best, least = start, before
        for reach in REACHES:
            around = _around(best, reach)
            errors = self._squared(around, photograph, others, inverses)
            if errors.min() < least:
                best, least = around[errors.argmin()], float(errors.min())
        return best, before, least

    def _squared(
        self,
        directions: np.ndarray,
        photograph: int,
        others: np.ndarray,
        inverses: Sequence[np.ndarray],
    ) -> np.ndarray:
        """The mean squared error [D] of the prediction under each direction [D, 3], the lamp's
        brightness being free within bounds."""
        weights = sum(
            each.covariance(directions, self.lights[others]) @ inverse
            for each, inverse in zip(self.interpolators, inverses, strict=True)
        ) / len(inverses)
        own = self.products[photograph, photograph]
        crossed = weights @ self.products[others, photograph]
        power = np.sum(weights @ self.products[np.ix_(others, others)] * weights, axis=1)
        held = GAIN * own
        gain = (crossed + held) / np.maximum(power + held, 1e-12)
        error = own - 2 * gain * crossed + gain**2 * power + held * (gain - 1) ** 2
        return np.asarray(error).clip(1e-12)


def _around(direction: np.ndarray, reach: float) -> np.ndarray:
    """Directions [D, 3] above the horizon within `reach` degrees of one."""
    side = np.linspace(-1, 1, STEPS)
    u, v = (values.ravel() for values in np.meshgrid(side, side))
    inside = np.hypot(u, v) <= 1.01
    across = np.linalg.svd(direction[None])[2][1:]
    tangent = np.radians(reach) * np.column_stack([u[inside], v[inside]]) @ across
    length = np.linalg.norm(tangent, axis=1, keepdims=True)
    turned = np.cos(length) * direction + np.sinc(length / np.pi) * tangent
    return turned[turned[:, 2] > 0.01]


def _angle(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(one @ other, -1, 1))))
