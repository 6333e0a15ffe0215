"""Classical models: a pixel's colour is a sum of its coefficients, each weighted by the light.

PTM, HSH and PCA/RBF are one linear form, `rgb = basis[0] + sum_k latent[k] * basis[k + 1]`, whose
RGB weights depend on the light alone and are worked out once a frame. In an LRGB image that sum is
the luminance, by which the pixel's own colour is multiplied.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shaders.decoder import MAX_LATENTS, Decoder, largest_latents
from shaders.errors import RakingError

# The order of the terms, by the number of latents; 9 latents are LRGB.
ORDERS = {"ptm": {9: 2, 18: 2}, "hsh": {12: 1, 27: 2, 48: 3}}
MODELS = (*ORDERS, "rbf")
SPLINE_TERMS = 4  # 1, x, y, z, beside one spline per light
LARGEST_TERM = 2.0  # no term of PTM or HSH is larger
LOWEST_HSH = 0.15  # radians above the horizon, as in OpenLIME: HSH swings where no light was


@dataclass(frozen=True, eq=False)
class LinearDecoder:
    """The decoder of a classical relightable image.

    "ptm": polynomial texture maps (Malzbender et al. 2001), a quadratic in the light's x and y.
    "hsh": hemispherical harmonics (Gautron et al. 2004) up to order 1, 2 or 3. Both have their
    terms for each channel: latent `3 j + c` is coefficient j of channel c, so that a plane is the
    RGB of one coefficient. But "ptm" with 9 latents is LRGB: latents 0 to 2 are the pixel's
    colour, latent `3 + j` is coefficient j of the luminance, and a picture is their product.
    "rbf": principal components (Ponchio et al. 2018), each one latent with an RGB basis that
    thin-plate splines interpolate between the lights of the photographs.

    A latent is stored as an 8-bit level: `latent = level / 255 * (max - min) + min`.

    Raises RakingError where the numbers do not describe such a decoder.
    """

    model: str
    latent_min: np.ndarray  # [K] float32
    latent_max: np.ndarray  # [K] float32
    lights: np.ndarray | None = None  # of "rbf": [L, 3] float32, unit vectors
    splines: np.ndarray | None = None  # of "rbf": [L + 4, 1 + K, 3] float32

    def __post_init__(self) -> None:
        problem = next(self._problems(), None)
        if problem:
            raise RakingError(problem)

    @property
    def latents(self) -> int:
        """K, the latent values per pixel: 9 or 18 (PTM), 12, 27 or 48 (HSH), 9 (RBF)."""
        return len(self.latent_min)

    @property
    def planes(self) -> int:
        """RGB pictures that hold the latents of an image, three latents each."""
        return self.latents // 3

    @property
    def order(self) -> int:
        """The highest band of HSH: 1 to 3; the degree of PTM, 2; 0 for RBF."""
        return ORDERS[self.model][self.latents] if self.model in ORDERS else 0

    @property
    def lrgb(self) -> bool:
        """Whether the light makes a luminance, by which the pixel's own colour is multiplied."""
        return self.model == "ptm" and self.latents == 9

    @property
    def colorspace(self) -> str:
        """Relight's name for what the latents make: rgb, lrgb or mrgb."""
        return "mrgb" if self.model == "rbf" else "lrgb" if self.lrgb else "rgb"

    @property
    def conditions(self) -> int:
        """The light's x and y."""
        return 2

    @property
    def units(self) -> int:
        """There are no hidden units."""
        return 0

    @property
    def parameters(self) -> int:
        """What was fitted besides the latents: nothing, but for the splines of RBF."""
        return 0 if self.splines is None else self.splines.size

    @property
    def label(self) -> str:
        """How the papers name the model: PTM, PTM(LRGB), HSH(3), PCA/RBF."""
        ptm = "PTM(LRGB)" if self.lrgb else "PTM"
        return {"ptm": ptm, "hsh": f"HSH({self.order})", "rbf": "PCA/RBF"}[self.model]

    @property
    def bound(self) -> float:
        """What no value on the way from latents to colours exceeds, whatever the levels and the
        light, and in whatever order sums are made."""
        latents = largest_latents(self.latent_min, self.latent_max)
        if self.lights is not None and self.splines is not None:
            reach = 1 + np.linalg.norm(self.lights.astype(np.float64), axis=1)
            terms = np.concatenate([reach**2 * np.log(1 + reach), np.ones(SPLINE_TERMS)])
            splines = np.abs(self.splines.astype(np.float64)).max(axis=2)  # [L + 4, 1 + K]
            weighted = terms @ splines * np.append(1.0, latents)
            return float(max(weighted.sum(), latents.max()))
        if self.lrgb:
            return float(latents[3:].sum() * LARGEST_TERM * max(1, latents[:3].max()))
        return float(latents.sum() * LARGEST_TERM)

    def _problems(self) -> Iterator[str]:
        """Sentences on what is wrong; each check may rely on those before it."""
        k = self.latents
        if self.model not in MODELS:
            yield f"the model {self.model!r} is unknown; {', '.join(MODELS)} are known"
        if self.model in ORDERS and k not in ORDERS[self.model]:
            needed = " or ".join(map(str, ORDERS[self.model]))
            yield f"the {self.model} image has {k} coefficients, where {needed} are needed"
        if self.model == "rbf":
            yield from self._spline_problems()
        if self.latent_max.shape != self.latent_min.shape:
            yield "the coefficients' ranges (scale and bias) differ in length"
        if not (np.isfinite(self.latent_min).all() and np.isfinite(self.latent_max).all()):
            yield "the coefficients' ranges hold values that are not finite numbers"
        if not (self.latent_max > self.latent_min).all():
            yield "a coefficient's range is empty or reversed (its scale must be above 0)"

    def _spline_problems(self) -> Iterator[str]:
        k = self.latents
        if k % 3 or not 3 <= k <= MAX_LATENTS:
            yield f"the rbf image has {k} coefficients; a multiple of 3 to {MAX_LATENTS} is needed"
        if self.lights is None or self.splines is None:
            yield "the rbf image has no lights or no splines"
            return
        if self.lights.ndim != 2 or self.lights.shape[1] != 3:
            yield "the lights of the rbf image are not three numbers each"
        shape = (len(self.lights) + SPLINE_TERMS, 1 + k, 3)
        if self.splines.shape != shape:
            yield f"the splines of the rbf image are {self.splines.shape}, where {shape} are needed"
        if not (np.isfinite(self.lights).all() and np.isfinite(self.splines).all()):
            yield "the lights or splines of the rbf image hold values that are not finite numbers"


AnyDecoder = Decoder | LinearDecoder


def light_basis(decoder: LinearDecoder, light: np.ndarray) -> np.ndarray:
    """The RGB weights of the latents under a light (x, y), [1 + K, 3] float64; row 0 is added.

    Of an LRGB decoder they make the luminance, and those of its colour are 0. A light lower than
    0.15 radians shows an HSH image as if it stood at that height, in its own direction; fits take
    the terms of the photographs' lights as they are.
    """
    toward = directions(np.asarray(light, np.float64).reshape(1, 2))
    if decoder.model == "hsh":
        toward[:, 2] = np.maximum(toward[:, 2], np.sin(LOWEST_HSH))
    if decoder.model == "rbf":
        assert decoder.lights is not None and decoder.splines is not None
        splines = decoder.splines.astype(np.float64).reshape(len(decoder.splines), -1)
        return (spline_terms(toward, decoder.lights) @ splines).reshape(-1, 3)
    terms = channel_terms(decoder.model, decoder.order, toward)[0]
    if decoder.lrgb:
        return np.concatenate([np.zeros((4, 3)), np.repeat(terms[:, None], 3, axis=1)])
    return np.concatenate([np.zeros((1, 3)), np.kron(terms[:, None], np.eye(3))])


def directions(lights: np.ndarray) -> np.ndarray:
    """Lights (x, y) [L, 2] as unit vectors [L, 3] towards the viewer's side."""
    z = np.sqrt(np.clip(1 - np.square(lights).sum(axis=1, keepdims=True), 0, 1))
    return np.concatenate([lights, z], axis=1)


def channel_terms(model: str, order: int, lights: np.ndarray) -> np.ndarray:
    """The terms of PTM (6) or HSH (4, 9 or 16) under unit vectors [L, 3]: [L, terms] float64."""
    lights = lights.astype(np.float64)
    return ptm_terms(lights) if model == "ptm" else hsh_terms(lights, order)


def ptm_terms(lights: np.ndarray) -> np.ndarray:
    """1, x, y, x^2, xy, y^2 of unit vectors [L, 3]: [L, 6], in the order that Relight has."""
    x, y, _ = lights.T
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)


def hsh_terms(lights: np.ndarray, order: int) -> np.ndarray:
    """The hemispherical harmonics of unit vectors [L, 3]: [L, (order + 1)^2]. Of x and y only the
    direction counts.

    They are orthonormal over the hemisphere. Within a band they go from cos(l phi) to sin(l phi),
    with the signs that Relight and RTIViewer give them.
    """
    x, y, z = lights.T
    phi = np.arctan2(y, x)
    c = np.clip(z, 0, 1)
    t = 2 * c - 1
    s = np.sqrt(c - c * c)
    terms = [
        np.full_like(c, np.sqrt(1 / 2)),
        np.sqrt(6) * np.cos(phi) * s,
        np.sqrt(3 / 2) * t,
        np.sqrt(6) * np.sin(phi) * s,
        -np.sqrt(30) * np.cos(2 * phi) * s**2,
        np.sqrt(30) * np.cos(phi) * t * s,
        np.sqrt(5 / 2) * (1 - 6 * c + 6 * c**2),
        np.sqrt(30) * np.sin(phi) * t * s,
        -np.sqrt(30) * np.sin(2 * phi) * s**2,
        np.sqrt(140) * np.cos(3 * phi) * s**3,
        -np.sqrt(210) * np.cos(2 * phi) * t * s**2,
        np.sqrt(84) * np.cos(phi) * (1 - 5 * c + 5 * c**2) * s,
        np.sqrt(7 / 2) * (-1 + 12 * c - 30 * c**2 + 20 * c**3),
        np.sqrt(84) * np.sin(phi) * (1 - 5 * c + 5 * c**2) * s,
        -np.sqrt(210) * np.sin(2 * phi) * t * s**2,
        np.sqrt(140) * np.sin(3 * phi) * s**3,
    ]
    return np.stack(terms[: (order + 1) ** 2], axis=1) / np.sqrt(np.pi)


def spline_terms(lights: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Thin-plate splines r^2 log r about `centres` [L, 3], and 1, x, y, z, at unit vectors [M, 3]:
    [M, L + 4] float64."""
    lights, centres = lights.astype(np.float64), centres.astype(np.float64)
    squared = np.square(lights[:, None] - centres).sum(axis=2)
    splines = squared * np.log(np.maximum(squared, 1e-300)) / 2
    return np.concatenate([splines, np.ones((len(lights), 1)), lights], axis=1)
