"""The outline of a sphere to a fraction of a pixel.

Shadows and reflections move with the lamp; the rim stays. So edges along rays from a point inside
are summed over all photographs, their peaks on each ray are the candidates, the circle on which
most rays have one is found by random samples (RANSAC, Fischler and Bolles 1981), and an ellipse is
fitted to those peaks. In perspective the outline is an ellipse whose long axis points to the
middle of the picture; its centre, its half axis across and its elongation are fitted.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.optimize import least_squares

RAYS = 240
DARK = 3.0  # levels; in the logarithm of darker ones noise would outweigh edges
GAMMA = 2.2  # about sRGB's: a blurred edge is where it is half as bright in linear light
INNERMOST, OUTERMOST = 0.5, 1.65  # of the proposed radius
PEAKS = 5  # on a ray
FAINT = 0.2  # of a ray's strongest edge
SAMPLES = 4000
TOLERANCE = 0.02  # of the radius
ALMOST = 0.85  # of the best circle's support; the widest with so much is the rim
SHORTEST_FOCAL = 0.55  # of the longer side: wider lenses draw no straight lines
TRIMMED = 0.15  # of the photographs
# Rays, over which edges are smoothed: those along the rim stay, those of a grainy table cancel.
ALONG, ALONG_RIM = 0.7, 2.0
ALL_AROUND = 0.8  # of the rays, that an ellipse must be seen on
LARGE = 60  # pixels of radius, from which an ellipse can be told from a circle
OVAL = 0.015  # of the radius, that spheres and lenses are out of round
CERTAIN = 8.0  # deviations of the elongation
BETTER = 0.9  # of the circle's spread
FOOT, FRESNEL, FALLING = 0.52, 8.4, 0.69  # see `_foot`
FEW_RAYS = 0.3  # with an edge at the rim, below which there is none
LEAST_WHOLE = 0.93  # of the rays, that the picture must hold


@dataclass(frozen=True, eq=False)
class Frame:
    """Where a view's photographs have their middle [2] and how long their longer side is, in its
    pixels."""

    middle: np.ndarray
    side: float


@dataclass(frozen=True)
class Outline:
    """An ellipse around (x, y), in pixels (column, row); `across` is its half axis across the
    direction to the middle of the picture, and `elongation` by how much the other is longer."""

    x: float
    y: float
    across: float
    elongation: float
    deviation: float  # of the centre, in pixels
    elongation_deviation: float
    support: float  # share of the rays that have an edge there
    whole: float  # share of it that lies in the picture
    mirrors: bool = False  # whether it was put right by what the sphere mirrors


def fit_rim(
    grey: np.ndarray, starts: np.ndarray, frame: Frame, spots: np.ndarray, reach: float
) -> Outline | None:
    """The outline in the view `grey` [L, h, w], near one of the circles `starts` [C, 3].

    `spots` [N, 2] are where lamps are mirrored, of which none lies farther out than `reach` of the
    radius. None where no circle has edges.
    """
    found: list[tuple[float, Outline]] = []
    for start in starts:
        polar = _Polar(grey, start)
        circle, support = _consensus(polar, start, spots, reach)
        outline = None if circle is None else _refined(grey, circle, frame)
        if outline is not None:
            found.append((support, outline))
    enough = ALMOST * max((support for support, _ in found), default=0.0)
    outlines = [outline for support, outline in found if support >= enough]
    return max(outlines, key=lambda o: o.support * o.across**0.5, default=None)


class _Polar:
    """Edges along rays from a circle's centre, and their peaks."""

    def __init__(
        self,
        grey: np.ndarray,
        circle: np.ndarray,
        inner: float = INNERMOST,
        outer: float = OUTERMOST,
        linear: bool = False,
    ) -> None:
        x, y, radius = circle
        angles = np.arange(RAYS) * 2 * np.pi / RAYS
        self.step = max(0.25, radius / 160)
        self.radii = np.arange(max(2.0, inner * radius), outer * radius, self.step)
        self.rays = np.stack([np.cos(angles), np.sin(angles)], axis=-1)  # [A, 2]
        self.centre = np.array([x, y])
        places = self.centre + self.rays[:, None] * self.radii[:, None]  # [A, R, 2]
        height, width = grey.shape[1:]
        self.inside = ((places >= 0) & (places <= [width - 1, height - 1])).all(axis=-1)
        columns, rows = np.ascontiguousarray(places.transpose(2, 0, 1), np.float32)
        sigma = max(0.7, 0.006 * radius) / self.step
        along = ALONG_RIM if linear else ALONG
        changes = np.empty((len(grey), *self.inside.shape), np.float32)
        for change, picture in zip(changes, grey, strict=True):
            ray = cv2.remap(
                picture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            )
            light = (ray / 255) ** GAMMA if linear else np.log(ray + DARK)
            smooth = cv2.GaussianBlur(light, (0, 0), sigmaX=sigma, sigmaY=along)
            change[:] = np.abs(np.gradient(smooth, axis=1))
        if linear:  # without what the brightest highlights leave
            most = max(1, round(TRIMMED * len(grey)))
            changes = np.partition(changes, len(grey) - most, axis=0)[: len(grey) - most]
        self.edges = np.where(self.inside, changes.mean(axis=0), 0)
        self.points, self.of_ray, self.weights = self._peaks()

    def _peaks(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places [P, 2] of the strongest edges on each ray, which ray, and how strong, 0..1."""
        edges = self.edges
        middle = edges[:, 1:-1]
        top = (middle > edges[:, :-2]) & (middle >= edges[:, 2:])
        strength = np.where(top, middle, 0)
        order = np.argsort(-strength, axis=1)[:, :PEAKS]
        ray = np.repeat(np.arange(RAYS), PEAKS)
        column = order.ravel() + 1
        height = strength[ray, column - 1]
        outside = np.maximum.accumulate(edges[:, ::-1], axis=1)[:, ::-1]
        floor = 0.25 * np.median(edges.max(axis=1))
        weight = height / np.maximum(np.maximum(outside[ray, column], floor), 1e-9)
        keep = weight > FAINT
        ray, column, weight = ray[keep], column[keep], weight[keep]
        before, here, after = (edges[ray, column + k] for k in (-1, 0, 1))
        bend = before - 2 * here + after
        offset = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, -1), 0)
        radius = self.radii[column] + self.step * offset.clip(-0.5, 0.5)
        return self.centre + radius[:, None] * self.rays[ray], ray, weight


def share_of_rays(grey: np.ndarray, centre: np.ndarray, circle: np.ndarray) -> float:
    """Over how many of the rays in the view `grey` [L, h, w] the edge of a circle is strong; the
    rays, and other edges on them, are those about a `centre` [3] near it."""
    return float(_support(_Polar(grey, centre), circle[None])[0])


def _consensus(
    polar: _Polar, start: np.ndarray, spots: np.ndarray, reach: float
) -> tuple[np.ndarray | None, float]:
    """The widest circle [3] that nearly as many rays support as any, and by how many of them."""
    points, count = polar.points, len(polar.points)
    if count < 12:
        return None, 0.0
    random = np.random.default_rng(0)
    chosen = points[random.integers(0, count, (SAMPLES, 3))]  # [S, 3, 2]
    circles = _through(chosen)
    near = np.hypot(*(circles[:, :2] - start[:2]).T) < 0.6 * start[2]
    sized = (circles[:, 2] > 0.6 * start[2]) & (circles[:, 2] < 1.6 * start[2])
    circles = circles[near & sized & np.isfinite(circles).all(axis=1)]
    if len(spots):
        offsets = circles[:, None, :2] - spots
        far = np.percentile(np.hypot(offsets[..., 0], offsets[..., 1]), 90, axis=1)
        circles = circles[far < reach * circles[:, 2]]
    if not len(circles):
        return None, 0.0
    support = np.concatenate([_support(polar, part) for part in np.array_split(circles, 16)])
    enough = support >= ALMOST * support.max()
    radii = np.where(enough, circles[:, 2], 0)
    widest = radii > 0.96 * radii.max()
    best = int(np.argmax(np.where(widest, support, 0)))
    return circles[best], float(support[best])


def _support(polar: _Polar, circles: np.ndarray) -> np.ndarray:
    """For each circle [C, 3], over how many of the rays in the picture its edge is strong."""
    if not len(circles):
        return np.zeros(0)
    distance = np.hypot(
        polar.points[:, 0] - circles[:, :1], polar.points[:, 1] - circles[:, 1:2]
    )  # [C, P]
    tolerance = np.maximum(1.0, TOLERANCE * circles[:, 2:])
    close = np.exp(-0.5 * ((distance - circles[:, 2:]) / tolerance) ** 2) * polar.weights
    best = np.zeros((len(circles), RAYS))
    for place, ray in enumerate(polar.of_ray):
        np.maximum(best[:, ray], close[:, place], out=best[:, ray])
    return best.sum(axis=1) / RAYS


def _through(triples: np.ndarray) -> np.ndarray:
    """The circles [S, 3] through three points each [S, 3, 2]."""
    a, b, c = triples[:, 0], triples[:, 1], triples[:, 2]
    ab, ac = b - a, c - a
    cross = 2 * (ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0])
    with np.errstate(divide="ignore", invalid="ignore"):
        ab2, ac2 = (ab**2).sum(axis=1), (ac**2).sum(axis=1)
        x = (ac[:, 1] * ab2 - ab[:, 1] * ac2) / cross
        y = (ab[:, 0] * ac2 - ac[:, 0] * ab2) / cross
    return np.column_stack([a[:, 0] + x, a[:, 1] + y, np.hypot(x, y)])


def _refined(grey: np.ndarray, circle: np.ndarray, frame: Frame) -> Outline | None:
    """The circle, or the ellipse, through the peaks near a circle."""
    fit: _Fit | None = _Fit(np.array([*circle, 0.0, 0.0]), np.zeros(5), 0.0, 0.0)
    for width in (0.12, 0.06):
        if fit is None:
            return None
        values = fit.values
        reach = max(width, 2.5 / values[2])
        polar = _Polar(grey, values[:3], 1 - reach, 1 + reach, linear=True)
        fit = _fit(polar, values, frame, reach, free=3)
    if fit is None:
        return None
    values = fit.values
    longer = _fit(polar, values, frame, reach, free=5)
    large = values[2] > LARGE
    if large and longer is not None and longer.support > ALL_AROUND:
        certain = np.hypot(*longer.values[3:]) > CERTAIN * np.hypot(*longer.deviations[3:])
        if certain and longer.spread < BETTER * fit.spread:
            fit = longer
    x, y, radius, *oval = map(float, fit.values)
    radius += _foot(polar, fit)
    # Of the ellipse, what perspective explains.
    turn = 2 * np.arctan2(y - frame.middle[1], x - frame.middle[0])
    outward = 2 * (oval[0] * np.cos(turn) + oval[1] * np.sin(turn))
    elongation = float(np.clip(outward, 0, _most_elongated(fit.values, frame)))
    seen = polar.inside[:, np.searchsorted(polar.radii, radius) - 1]
    return Outline(
        *(x, y, radius * (1 - elongation / 2), elongation),
        deviation=float(np.hypot(*fit.deviations[:2])),
        elongation_deviation=float(2 * np.hypot(*fit.deviations[3:])),
        support=fit.support,
        whole=float(np.mean(seen)),
    )


def _foot(polar: _Polar, fit: "_Fit") -> float:
    """How far outside the edge's peak the rim is, in pixels.

    At grazing incidence a mirror shows what is straight behind it, so a glossy sphere is as bright
    at its rim as what it stands before, and from there inward changes with the cosine of the
    incidence, as the square root of the distance from the rim. The derivative of that, blurred by
    a Gaussian, peaks FOOT times as far inside the rim as its outer flank is wide at half height.
    On small spheres less: there reflectance has fallen off within the blur, as (1 - cosine)^5
    (Schlick 1994). How much less, by the flank's width over the radius, was fitted to profiles of
    that form, of radii from 33 to 320 and widths from 0.9 to 3 pixels, to 0.03 pixels.
    """
    places = polar.centre + polar.rays[:, None] * polar.radii[:, None]  # [A, R, 2]
    offsets = _distances(fit.values, places.reshape(-1, 2))
    near = _distances(fit.values, polar.points)
    on_rim = np.unique(polar.of_ray[np.abs(near) < max(1.0, 2 * fit.spread)])
    edges = polar.edges / np.maximum(polar.edges.max(axis=1, keepdims=True), 1e-9)
    chosen = np.zeros(edges.shape, bool)
    chosen[on_rim] = True
    bins = np.arange(offsets.min(), offsets.max(), polar.step)
    which = np.digitize(offsets, bins)[chosen.ravel()]
    sums = np.bincount(which, edges[chosen], len(bins) + 1)
    profile = sums / np.maximum(np.bincount(which, minlength=len(bins) + 1), 1)
    close = np.abs(bins) < max(1.0, 2 * fit.spread)
    profile = profile[1:]
    peak = int(np.argmax(np.where(close, profile, 0)))
    flank = profile[peak:-1] - profile[peak:-1].min()
    below = np.flatnonzero(flank < flank[0] / 2)
    if not len(below):
        return 0.0
    last = below[0]
    part = (flank[last - 1] - flank[0] / 2) / max(flank[last - 1] - flank[last], 1e-12)
    width = (last - 1 + part) * polar.step
    width = float(np.sqrt(max(0.0, width**2 - fit.spread**2)))
    return FOOT * width / (1 + FRESNEL * (width / float(fit.values[2])) ** FALLING)


@dataclass(frozen=True, eq=False)
class _Fit:
    values: np.ndarray  # [5]: x, y, radius, and what of it goes with the cosine and the sine of 2 a
    deviations: np.ndarray  # [5]
    spread: float  # pixels, of the peaks about the outline
    support: float  # share of the rays


def _fit(polar: _Polar, values: np.ndarray, frame: Frame, width: float, free: int) -> _Fit | None:
    """Least squares over the peaks near an outline, in narrowing bands: a circle of 3 free values
    or an ellipse of 5."""
    points, weights = polar.points, polar.weights
    most = OVAL + _most_elongated(values, frame) / 2
    upper = np.array([np.inf, np.inf, np.inf, most, most])[:free]
    lower = np.array([-np.inf, -np.inf, 1.0, -most, -most])[:free]
    for part in (0.7, 0.4, 0.2):
        reach = max(0.8, part * width * values[2])
        near = np.abs(_distances(values, points)) < reach
        if len(np.unique(polar.of_ray[near])) < FEW_RAYS * RAYS:
            return None

        rest = values[free:]

        def residuals(
            some: np.ndarray, near: np.ndarray = near, rest: np.ndarray = rest
        ) -> np.ndarray:
            whole = np.append(some, rest)
            return np.sqrt(weights[near]) * _distances(whole, points[near])

        found = least_squares(
            residuals,
            values[:free],
            bounds=(lower, upper),
            loss="soft_l1",
            f_scale=0.25 * reach,
        )
        values = np.append(found.x, values[free:])
    off = _distances(values, points[near])
    spread = float(np.sqrt(np.mean(np.square(off))))
    covariance = np.linalg.pinv(found.jac.T @ found.jac) * spread**2
    deviations = np.append(np.sqrt(np.diag(covariance).clip(0)), np.zeros(5 - free))
    return _Fit(values, deviations, spread, len(np.unique(polar.of_ray[near])) / RAYS)


def _most_elongated(values: np.ndarray, frame: Frame) -> float:
    """What an outline there can be elongated by in perspective: as 1 / cos of its angle."""
    away = np.hypot(*(values[:2] - frame.middle)) / (SHORTEST_FOCAL * frame.side)
    return max(1e-6, float(np.hypot(1, away) - 1))


def _distances(values: np.ndarray, points: np.ndarray) -> np.ndarray:
    """How far outside the outline points [P, 2] are, about."""
    x, y, radius, cosine, sine = values
    offset = points - [x, y]
    twice = 2 * np.arctan2(offset[:, 1], offset[:, 0])
    outline = radius * (1 + cosine * np.cos(twice) + sine * np.sin(twice))
    return np.asarray(np.hypot(offset[:, 0], offset[:, 1]) - outline)
