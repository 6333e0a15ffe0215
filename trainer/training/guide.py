"""Interpolation between the photographs: what a pixel may look like under an unphotographed light.

A network that sees nothing but the photographs is free to do anything between them. The guide
says what to expect there. It is Gaussian-process regression (kriging) over light directions: a
colour is a weighted sum of the pixel's photographed values, with weights that depend on the
lights alone. Many such interpolators are tried, of different smoothness, reach and trust in the
photographs; each is judged by how well it predicts every photograph from the others, which has a
closed form; and the best are mixed. What predicts a photograph near the horizon well is not what
does near the zenith, nor does going beyond the photographs ask for the same as filling gaps among
them: so there is a mixture for each elevation, and another for lights beyond the photographs.

How near two lights are is a question of where they are placed. In the disc and on the dome, the
horizon is a circle of many lights that have little to do with each other. But a surface fades to
darkness, whichever side the light sinks to. So in a third space, that of the hemispherical
harmonics (Gautron et al. 2004), the dome is drawn over a whole sphere, with equal areas, and all
the horizon meets in one point. There a trend of degree 3 is HSH of order 3. Near the horizon, such
interpolators predict photographs better than the others do by 2 dB and more.
"""

import copy
import itertools
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.optimize import nnls
from scipy.spatial import Delaunay, QhullError
from scipy.spatial.distance import cdist

from shaders.decoder import directions
from shaders.hyper import over_sphere

TREND_VARIANCE = 100.0  # of values 0..1: as good as free
MIXED = 60  # the best interpolators, among which the shares are worked out,
OF_KIND = 30  # with the best among the photographs, and the best beyond them
RINGS = np.radians(np.arange(0, 91, 10))  # elevations that have shares of their own
ALIKE = np.radians(10)  # how far off, by a standard deviation, photographs tell what to do there
ANYWHERE = 0.02  # what a photograph far off counts, beside one that is near
SAME = 1e-6  # lights so near to each other are one
LEAST_ERROR = 1e-10  # of a mean squared error, so that black photographs divide nothing by zero

Space = Literal["disc", "dome", "sphere"]


@dataclass(frozen=True)
class Interpolator:
    """The covariance of a pixel's values under two lights: a trend, and what is near is alike."""

    space: Space  # that distances are taken in: (x, y), finer at the zenith; along the dome; HSH's
    trend: int  # the degree of the polynomial in x, y, z (or in HSH's space) that all lights follow
    smoothness: int  # of the Matérn kernel, in halves: 1, 3 or 5
    reach: float  # the kernel's length scale, in the unit of the unit disc
    noise: float  # variance of one photograph alone (exposure, misplaced lights)

    def covariance(self, lights: np.ndarray, others: np.ndarray) -> np.ndarray:
        """[A, 3] and [B, 3] unit vectors -> [A, B], without the noise."""
        a, b = (over_sphere(v) if self.space == "sphere" else v for v in (lights, others))
        trend = TREND_VARIANCE * (1 + a @ b.T) ** self.trend
        if self.space == "disc":
            a, b = a[:, :2], b[:, :2]
        distance = cdist(a, b) / self.reach
        return _matern(distance, self.smoothness) + trend

    def inverse(self, lights: np.ndarray) -> np.ndarray:
        """[L, 3] -> [L, L], the inverse covariance of noisy photographs under these lights."""
        return np.linalg.inv(self.covariance(lights, lights) + self.noise * np.eye(len(lights)))


CANDIDATES = [
    Interpolator(*values)
    for values in itertools.product(
        get_args(Space),
        (0, 1, 2, 3),
        (1, 3, 5),
        (0.3, 0.6, 1.2, 2.4),
        (1e-4, 1e-3, 1e-2, 3e-2, 0.1, 0.3),
    )
]


class Guide:
    """A mixture of interpolators, chosen for one collection by leaving out its photographs.

    `lights` is [L, 3], unit vectors of the photographs; `products` [L, L] is the mean product of
    a value under one light with the same pixel's and channel's value under another (0..1): all
    that leave-one-out errors depend on. `interpolators` are the C that are mixed, and `shares`
    [2, E, C] the mixtures, for each elevation of RINGS, among the photographs and beyond them.
    `left_out` is [L, L]: row i times a pixel's values is the error of value i when it is predicted
    from the others. `loo_psnr` is the mixtures' PSNR in dB when each photograph is predicted from
    the others, mean over the photographs.
    """

    def __init__(self, lights: np.ndarray, products: np.ndarray) -> None:
        same, first = self._place(lights)
        products = self.merged @ products @ self.merged.T
        squared = np.stack([self._left_out_errors(candidate, products) for candidate in CANDIDATES])
        beyond = _outermost(self._reached, len(first))
        best = _best(squared, beyond)
        predictors = np.stack([self._left_out(CANDIDATES[i]) for i in best])
        shares = self._mixtures(_crossed(predictors, products, scale=squared[best[0]]), beyond)
        used = np.flatnonzero(shares.any(axis=(0, 1)))
        self.shares = shares[..., used]
        self.interpolators = [CANDIDATES[best[i]] for i in used]
        self._inverses = [each.inverse(self.lights) for each in self.interpolators]
        mixed = np.einsum("dc,cde->de", self._shares_at(self.lights, beyond), predictors[used])
        which = np.searchsorted(first, same.argmax(axis=1))
        self.left_out = (mixed @ self.merged)[which]
        self.loo_psnr = float(-10 * np.log10(_squared(mixed, products)).mean())

    def weights(self, lights: np.ndarray) -> np.ndarray:
        """[N, 2] directions (x, y) -> [N, L]: how much of each photograph a pixel's colour takes.

        A colour may leave 0..1: clamp it.
        """
        asked = directions(np.asarray(lights, np.float64))
        reached = self._reached
        beyond = (
            np.zeros(len(asked), bool)
            if reached is None
            else reached.find_simplex(asked[:, :2]) < 0
        )
        weights = np.zeros((len(asked), len(self.lights)))
        for share, interpolator, inverse in zip(
            self._shares_at(asked, beyond).T, self.interpolators, self._inverses, strict=True
        ):
            weights += share[:, None] * (interpolator.covariance(asked, self.lights) @ inverse)
        return weights @ self.merged

    def over(self, lights: np.ndarray) -> "Guide":
        """The same mixture of interpolators between other photographs, under `lights` [L, 3]: those
        of another camera, say. What it leaves out is of the first ones."""
        other = copy.copy(self)
        other._place(lights)
        other._inverses = [each.inverse(other.lights) for each in self.interpolators]
        return other

    def _place(self, lights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Takes the lights [L, 3]. Returns which are the same, [L, L], and the first of each, [D].

        Photographs under the same light count as one, their mean: left out, either of them would be
        predicted by the other.
        """
        same = cdist(lights, lights) < SAME
        first = np.flatnonzero(same.argmax(axis=1) == np.arange(len(lights)))
        self.merged = same[first] / same[first].sum(axis=1, keepdims=True)  # [D, L]
        self.lights = lights[first].astype(np.float64)
        self._reached = _reached(self.lights)
        return same, first

    def _mixtures(self, crossed: np.ndarray, beyond: np.ndarray) -> np.ndarray:
        """The shares [2, E, C], from the products [D, C, C] of errors: of lights of that elevation
        and kind, by the photographs that were most like them when they were left out."""
        alike = np.exp(-np.square((_elevations(self.lights) - RINGS[:, None]) / ALIKE) / 2)
        kinds = [beyond == kind if (beyond == kind).any() else ~beyond for kind in (False, True)]
        counted = ANYWHERE + alike * np.array(kinds)[:, None]  # [2, E, D]
        return np.array([[_shares(crossed, counts) for counts in kind] for kind in counted])

    def _shares_at(self, lights: np.ndarray, beyond: np.ndarray) -> np.ndarray:
        """[N, 3] -> [N, C], between those of the two nearest elevations."""
        place = _elevations(lights) / RINGS[1]
        lower = place.astype(int).clip(0, len(RINGS) - 2)
        kind = self.shares[beyond.astype(int)]  # [N, E, C]
        every, up = np.arange(len(lights)), (place - lower)[:, None]
        mixed: np.ndarray = (1 - up) * kind[every, lower] + up * kind[every, lower + 1]
        return mixed

    def _left_out(self, interpolator: Interpolator) -> np.ndarray:
        """[L, L]: row i times a pixel's values is the error of value i, predicted from the others.

        Rasmussen and Williams 2006, equation 5.12.
        """
        inverse = interpolator.inverse(self.lights)
        return inverse / np.diag(inverse)[:, None]

    def _left_out_errors(self, interpolator: Interpolator, products: np.ndarray) -> np.ndarray:
        return _squared(self._left_out(interpolator), products)


def _squared(predictors: np.ndarray, products: np.ndarray) -> np.ndarray:
    """The mean squared error [L] of left-out photographs."""
    return np.maximum(np.sum(predictors @ products * predictors, axis=1), LEAST_ERROR)


def _matern(distance: np.ndarray, smoothness: int) -> np.ndarray:
    """The Matérn kernel of smoothness 1/2, 3/2 or 5/2 (Rasmussen and Williams 2006, 4.2.1)."""
    r = distance * np.sqrt(smoothness)
    polynomial = {1: 1.0, 3: 1 + r, 5: 1 + r + r * r / 3}[smoothness]
    return polynomial * np.exp(-r)


def _elevations(lights: np.ndarray) -> np.ndarray:
    """Of unit vectors [N, 3], in radians."""
    return np.asarray(np.arcsin(lights[:, 2].clip(0, 1)))


def _reached(lights: np.ndarray) -> Delaunay | None:
    """What lies among lights [D, 3]: in the disc, the hull of their places. None where they
    enclose nothing."""
    try:
        return Delaunay(lights[:, :2])
    except (QhullError, ValueError):
        return None


def _outermost(reached: Delaunay | None, count: int) -> np.ndarray:
    """Which of the lights [D] would lie beyond the others, each left out."""
    outermost = np.zeros(count, bool)
    if reached is not None:
        outermost[reached.convex_hull] = True
    return outermost


def _best(squared: np.ndarray, beyond: np.ndarray) -> list[int]:
    """The candidates that predict best, from errors [C, D]: the best on the whole first, then those
    of either kind of photographs."""
    orders = [
        np.argsort(np.log(squared[:, kind]).mean(axis=1), kind="stable")[:count]
        for kind, count in ((slice(None), MIXED), (~beyond, OF_KIND), (beyond, OF_KIND))
        if squared[:, kind].size
    ]
    return list(dict.fromkeys(np.concatenate(orders).tolist()))


def _crossed(predictors: np.ndarray, products: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Products [D, C, C] of the errors of any two candidates at each photograph.

    `predictors` is [C, D, D]; `scale` [D] is what each photograph's error is measured by, so that
    a dark photograph counts as much as a bright one.
    """
    errors = predictors.swapaxes(0, 1) / np.sqrt(scale)[:, None, None]  # [D, C, D]
    return np.asarray(errors @ products @ errors.swapaxes(1, 2))


def _shares(crossed: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Non-negative shares that sum to 1, [C], with the least mean squared error over photographs
    that count so much, [D], from the products [D, C, C] of errors."""
    mean = np.tensordot(counts / counts.sum(), crossed, 1)
    values, vectors = np.linalg.eigh(mean)
    root = (vectors * np.sqrt(values.clip(0))).T
    heavy = 100.0 * np.sqrt(mean.max())  # holds the sum of the shares to 1
    system = np.vstack([root, np.full(len(mean), heavy)])
    target = np.append(np.zeros(len(root)), heavy)
    shares, _ = nnls(system, target)
    if not shares.any():  # black pictures, which every interpolator predicts
        shares[0] = 1
    return shares / shares.sum()
