"""Each photograph predicted from the others under the lights found: which of them do not fit.

What photographs show is boiled down to a few factors (see `factors`). Each is taken for a Gaussian
process over the directions of light, as in `trainer.training.guide`: from the other photographs it
follows what a photograph shows under any direction, and how surely. So every direction has a
likelihood, and a photograph's light is where that is largest.

Lights that are wrong spoil the predictions of their neighbours. So those photographs that disagree
most are left out of what predicts, and all are looked at again: concentration, as for least trimmed
squares (Rousseeuw and Van Driessen 1999). At last only those that are surely wrong are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.calibration.factors import SMOOTH, components, factors, left_out
from trainer.calibration.views import View
from trainer.lights.directions import angles_between
from trainer.training.guide import Interpolator

FEWEST = 10  # photographs, below which the rest say too little of one
PIXELS = 6000
DARK = 10.0  # levels: what is never brighter tells nothing
BRIGHT = 250.0  # saturated
REACHES = (30.0, 8.0, 2.0)  # degrees, within which directions are tried, one after the other
STEPS = 13  # directions across
LEAST_ANGLE = 4.0  # degrees, from which a light may be wrong
ABOVE_DEVIATION = 2.0  # of the light's own uncertainty
ROUNDS = 5
TRUSTED = 0.85  # of the photographs predict in the first rounds
DOUBTED, SURELY = 6.0, 14.0  # nats of likelihood: no longer trusted, and flagged
SLIGHTLY = 3.0  # nats, from which a light is moved within its uncertainty
TAILS = 4.0  # degrees of freedom of a factor's errors (Student's t)
TYPICAL = 0.455  # the median of a squared error of deviation 1
LEAST_VARIANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the others say of one photograph."""

    best: np.ndarray  # [3], the direction under which it is likeliest
    angle: float  # degrees from its light to that
    likelier: float  # nats, by which that is likelier than its light
    flagged: bool


def object_values(
    overview: View, spheres: Sequence[tuple[float, float, float]]
) -> np.ndarray | None:
    """What photographs show off the spheres (column, row, radius in the photographs): values
    [L, P], 0..1, of pixels all over; None where too few show anything."""
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
    return np.asarray(grey.reshape(len(grey), -1)[:, chosen].astype(np.float64) / 255)


def object_products(
    overview: View, spheres: Sequence[tuple[float, float, float]]
) -> np.ndarray | None:
    """The mean products [L, L] of photographs over the pixels of `object_values`."""
    values = object_values(overview, spheres)
    return None if values is None else np.asarray(values @ values.T / values.shape[1])


def predict_each(
    lights: np.ndarray, values: np.ndarray, deviations: np.ndarray
) -> list[Prediction]:
    """Photographs of `values` [L, P] under `lights` [L, 3], unit vectors known to `deviations` [L]
    degrees, each held against what the others predict."""
    count = len(lights)
    shown = components(values)
    trusted = np.arange(count)
    limits = np.maximum(LEAST_ANGLE, ABOVE_DEVIATION * deviations)
    for number in range(ROUNDS):
        others = _Others(lights, factors(lights, shown, trusted), trusted)
        tried = [others.likeliest(photograph) for photograph in range(count)]
        angles = np.degrees([angles_between(lights[i], best) for i, (best, _) in enumerate(tried)])
        doubts = np.where(angles > limits, [likelier for _, likelier in tried], 0)
        if number < ROUNDS - 2:
            trusted = np.sort(np.argsort(doubts, kind="stable")[: round(TRUSTED * count)])
        elif number < ROUNDS - 1:
            trusted = np.flatnonzero(doubts < DOUBTED)
    return [
        Prediction(best, float(angle), likelier, bool(doubt > SURELY))
        for (best, likelier), angle, doubt in zip(tried, angles, doubts, strict=True)
    ]


def refined_light(direction: np.ndarray, deviation: float, prediction: Prediction) -> np.ndarray:
    """Where a light is moved to: a flagged one to where its photograph is likeliest, another that
    way, but by no more than its deviation in degrees, and only where that helps."""
    if prediction.flagged:
        return prediction.best
    if prediction.likelier < SLIGHTLY or prediction.angle < 1e-6:
        return direction
    part = min(1.0, deviation / prediction.angle)
    moved = (1 - part) * direction + part * prediction.best
    return np.asarray(moved / np.linalg.norm(moved))


@dataclass(frozen=True, eq=False)
class _Process:
    """Factors [C] that follow the light alike, and how much they vary."""

    interpolator: Interpolator
    columns: list[int]
    variances: np.ndarray  # [C]
    inverse: np.ndarray  # [T, T], of the trusted photographs' covariance


class _Others:
    """What the `trusted` photographs [T] of `shown` [L, M] factors predict under any direction."""

    def __init__(self, lights: np.ndarray, shown: np.ndarray, trusted: np.ndarray) -> None:
        self.lights, self.shown, self.trusted = lights, shown, trusted
        self.processes = [
            _Process(SMOOTH[which], columns, variances, SMOOTH[which].inverse(lights[trusted]))
            for which, columns, variances in self._chosen()
        ]

    def _chosen(self) -> list[tuple[int, list[int], np.ndarray]]:
        """The interpolators under which factors, each left out, are likeliest."""
        costs, scales = [], []
        for variances, left in left_out(self.lights, self.shown, self.trusted, SMOOTH):
            squared = left**2 / variances[:, None]
            scale = np.maximum(np.median(squared, axis=0) / TYPICAL, 1e-9)
            unlikely = np.mean((TAILS + 1) * np.log1p(squared / scale / TAILS), axis=0)
            costs.append(np.log(variances).mean() + np.log(scale) + unlikely)
            scales.append(scale)
        best = np.argmin(costs, axis=0)
        return [
            (int(which), columns := np.flatnonzero(best == which).tolist(), scales[which][columns])
            for which in np.unique(best)
        ]

    def likeliest(self, photograph: int) -> tuple[np.ndarray, float]:
        """The direction under which the others make a photograph likeliest, and by how many nats
        that is likelier than its light."""
        kept = self.trusted != photograph
        inverses = [_without(process.inverse, ~kept) for process in self.processes]
        best = self.lights[photograph]
        given = least = float(self._unlikely(best[None], photograph, kept, inverses)[0])
        for reach in REACHES:
            around = _around(best, reach)
            costs = self._unlikely(around, photograph, kept, inverses)
            if costs.min() < least:
                best, least = around[costs.argmin()], float(costs.min())
        return best, given - least

    def _unlikely(
        self,
        directions: np.ndarray,
        photograph: int,
        kept: np.ndarray,
        inverses: Sequence[np.ndarray],
    ) -> np.ndarray:
        """The negative logarithm [D] of the likelihood under each direction [D, 3]."""
        others = self.trusted[kept]
        total = np.zeros(len(directions))
        for process, inverse in zip(self.processes, inverses, strict=True):
            of = process.interpolator
            near = of.covariance(directions, self.lights[others])
            weights = near @ inverse
            own = of.covariance(directions[:1], directions[:1])[0, 0] + of.noise
            variance = (own - np.sum(weights * near, axis=1)).clip(LEAST_VARIANCE)
            predicted = weights @ self.shown[np.ix_(others, process.columns)]
            squared = (self.shown[photograph, process.columns] - predicted) ** 2
            squared = squared / process.variances / variance[:, None]
            total += (TAILS + 1) / 2 * np.log1p(squared / TAILS).sum(axis=1)
            total += len(process.columns) / 2 * np.log(variance)
        return total


def _without(inverse: np.ndarray, out: np.ndarray) -> np.ndarray:
    """The inverse of a matrix without the rows and columns that are `out`, one at most, from that
    of the whole."""
    if not out.any():
        return inverse
    kept = ~out
    across = inverse[kept][:, out]
    return np.asarray(inverse[np.ix_(kept, kept)] - across @ across.T / inverse[out][:, out])


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
