"""How far photographs have moved against each other: a tripod that was touched.

A photograph cannot be held against another one: with the light, all that a relief shows changes.
It is held against what all of them say of its own light. Every pixel is a linear function of the
light (Woodham 1980), which the photographs themselves determine, and their shifts are what makes
them follow it best. Both are solved for at once, by Gauss and Newton, with each pixel's function
eliminated (variable projection, Golub and Pereyra 1973); what does not follow it, shadows and
gloss, counts little. Where that begins phase correlation finds of the pictures' gradients.

Edges of shadows go with the light, and drag all photographs toward it or away alike: a shift of
that very form is taken for their doing, as far as shifts in other directions are small.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from skimage.registration import phase_cross_correlation

from trainer.running.plan import Progress

FEWEST = 10  # photographs, below which they say too little of each other
PIXELS = 20_000  # those with the steepest gradients are looked at
BORDER = 12  # pixels, where nothing is looked at
ROUNDS = 7
FARTHEST = 1.5  # pixels a round
DARK, BRIGHT = 6.0, 247.0  # levels beyond which a value tells nothing
OUTLIER = 2.5  # typical residuals
GRAIN, FORM = 1.0, 6.0  # deviations of the band that is compared, in pixels
SHADOWS = 0.25  # pixels a unit of the light's x and y, by which shadows drag photographs
COARSE = 4  # parts of a pixel that phase correlation tells


@dataclass(frozen=True, eq=False)
class Shifts:
    """By how much each photograph lies off, [L, 2] pixels right and down of most of them."""

    pixels: np.ndarray
    unsure: float  # pixels, of one; infinite where nothing tells of them


def coarse_shifts(grey: np.ndarray) -> np.ndarray:
    """[L, 2] to about a pixel, of whole photographs [L, h, w] that are small."""
    features = [_edges(picture) for picture in grey]
    window = np.outer(*(np.hanning(side) for side in grey.shape[1:])).astype(np.float32)
    common = np.median(features, axis=0) * window
    return _against_most(np.array([_phase(common, feature * window) for feature in features]))


def fine_shifts(
    parts: Sequence[np.ndarray],
    lights: np.ndarray,
    start: np.ndarray,
    progress: Progress | None = None,
) -> Shifts:
    """From a `start` [L, 2], the shifts of photographs under `lights` [L, 3], by `parts` of them
    [L, h, w] in full detail, levels of 255."""
    model = np.column_stack([np.ones(len(lights)), lights])
    shifts, moved = start, start
    chosen: list[np.ndarray | None] = [None] * len(parts)
    for number in range(ROUNDS):
        grain = GRAIN * (2 if number == 0 else 1)
        normal = np.zeros((2 * len(lights), 2 * len(lights)))
        wanted = np.zeros(2 * len(lights))
        for index, part in enumerate(parts):
            sample = _Sample(part, shifts, grain, chosen[index], PIXELS // len(parts))
            chosen[index] = sample.chosen
            more, toward = sample.equations(model)
            normal, wanted = normal + more, wanted + toward
        if not normal.any():
            return Shifts(np.zeros_like(start), np.inf)
        moved = _solved(normal, wanted)
        shifts = _against_most(shifts + moved.clip(-FARTHEST, FARTHEST))
        if progress:
            progress(number + 1, ROUNDS)
    shifts, drag = _without_shadows(shifts, lights)
    return Shifts(_against_most(shifts), float(np.hypot(np.abs(moved).max(), drag)))


def moved_back(picture: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """A picture [h, w] or [h, w, 3] of floats, laid over the others; borders are mirrored."""
    matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], float)
    return cv2.warpAffine(
        picture,
        matrix,
        picture.shape[1::-1],
        flags=cv2.INTER_LANCZOS4 | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT,
    )


class _Sample:
    """The pixels of a part that tell most, of all photographs as they are laid over each other."""

    def __init__(
        self,
        part: np.ndarray,
        shifts: np.ndarray,
        grain: float,
        chosen: np.ndarray | None,
        count: int,
    ) -> None:
        laid = np.stack([moved_back(p, s) for p, s in zip(part, shifts, strict=True)])
        band = np.stack([_blurred(p, grain) - _blurred(p, FORM * grain) for p in laid])
        across, down = (np.stack([_slope(p, axis) for p in band]) for axis in (0, 1))
        self.chosen = _steepest(across, down, count) if chosen is None else chosen
        flat = (len(part), -1)
        raw = laid.reshape(flat)[:, self.chosen]
        self.values = band.reshape(flat)[:, self.chosen]  # [L, P]
        self.slopes = [s.reshape(flat)[:, self.chosen] for s in (across, down)]
        self.trusted = ((raw > DARK) & (raw < BRIGHT)).astype(np.float32)

    def equations(self, model: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The normal equations [2 L, 2 L] and [2 L] of a step, the pixels' own functions of the
        light, coefficients of `model` [L, 4], being eliminated."""
        weights = self.trusted
        if not weights.any():
            return np.zeros((2 * len(model),) * 2), np.zeros(2 * len(model))
        for _ in range(3):
            inverse, left = self._fitted(model, weights)
            spread = np.sqrt(
                np.sum(self.trusted * left**2, axis=0) / self.trusted.sum(axis=0).clip(1)
            )
            typical = 1.4826 * np.median(np.abs(left[self.trusted > 0])) + 1e-6
            whole = 1 / (1 + (spread / max(float(np.median(spread)), 1e-6)) ** 2) ** 2
            weights = self.trusted / (1 + (left / (OUTLIER * typical)) ** 2) * whole
        inverse, left = self._fitted(model, weights)
        count = len(model)
        normal = np.zeros((2 * count, 2 * count))
        for a, one in enumerate(self.slopes):
            for b, other in enumerate(self.slopes):
                block = np.s_[a * count : (a + 1) * count, b * count : (b + 1) * count]
                normal[block] = np.diag(np.sum(weights * one * other, axis=1))
        weighted = np.concatenate([weights * slope for slope in self.slopes])
        roots = np.linalg.cholesky(inverse)
        for each in range(model.shape[1]):
            shared = (model @ roots[:, :, each].T).astype(np.float32)
            part = weighted * np.concatenate([shared, shared])
            normal -= part @ part.T
        return normal, -np.sum(weighted * np.concatenate([left, left]), axis=1)

    def _fitted(self, model: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Inverses [P, 4, 4] of each pixel's own normal equations, and what its function of the
        light leaves [L, P]."""
        matrix = np.einsum("lp,li,lj->pij", weights, model, model, optimize=True)
        inverse = np.linalg.inv(matrix + 1e-3 * np.eye(model.shape[1]))
        projected = (weights * self.values).T @ model
        coefficients = np.einsum("pij,pj->pi", inverse, projected)
        return inverse, (self.values - model @ coefficients.T).astype(np.float32)


def _solved(normal: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """[L, 2]. That all move alike is seen by nothing, and held at rest."""
    held = normal + 1e-6 * np.trace(normal) / len(normal) * np.eye(len(normal))
    return _against_most(np.linalg.solve(held, wanted).reshape(2, -1).T)


def _without_shadows(shifts: np.ndarray, lights: np.ndarray) -> tuple[np.ndarray, float]:
    """The shifts without what shadows do to them, and by how many pixels that is unsure.

    Of what goes with the light, the part that is more likely theirs than chance among shifts as
    large as these is taken off.
    """
    toward = lights[:, :2] * [1, -1]
    power = max(float(np.sum(toward**2)), 1e-9)
    drag = float(np.sum(shifts * toward)) / power
    spread = 1.4826 * float(np.median(np.abs(shifts - drag * toward)))
    chance = spread**2 / power
    share = SHADOWS**2 / (SHADOWS**2 + chance)
    return shifts - share * drag * toward, float(np.sqrt(share * chance))


def _against_most(shifts: np.ndarray) -> np.ndarray:
    return np.asarray(shifts - np.median(shifts, axis=0))


def _phase(common: np.ndarray, feature: np.ndarray) -> np.ndarray:
    """[2], by phase correlation; at rest where either picture is the same all over."""
    if not (common.any() and feature.any()):
        return np.zeros(2)
    found = phase_cross_correlation(common, feature, upsample_factor=COARSE, normalization=None)
    return np.asarray(-found[0][::-1])


def _edges(picture: np.ndarray) -> np.ndarray:
    """How steep a picture is on the log scale, whichever way; without what is the same all over."""
    smooth = _blurred(np.log(np.maximum(picture, 0) + 4).astype(np.float32), 1.0)
    steep = np.hypot(_slope(smooth, 0), _slope(smooth, 1))
    return np.asarray(steep - _blurred(steep, 12.0))


def _blurred(picture: np.ndarray, deviation: float) -> np.ndarray:
    return cv2.GaussianBlur(np.asarray(picture, np.float32), (0, 0), deviation)


def _slope(picture: np.ndarray, axis: int) -> np.ndarray:
    return cv2.Sobel(picture, cv2.CV_32F, 1 - axis, axis, scale=1 / 8)


def _steepest(across: np.ndarray, down: np.ndarray, count: int) -> np.ndarray:
    """Places [P] in a flattened picture where most photographs are steep."""
    steep = np.median(np.hypot(across, down), axis=0)
    inside = np.zeros_like(steep)
    inside[BORDER:-BORDER, BORDER:-BORDER] = steep[BORDER:-BORDER, BORDER:-BORDER]
    return np.argsort(inside, axis=None)[-count:]
