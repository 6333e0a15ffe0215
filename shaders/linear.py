"""Classical models: a pixel's colour is a sum of its coefficients, each weighted by the light.

PTM, HSH and PCA/RBF are one linear form, `rgb = basis[0] + sum_k latent[k] * basis[k + 1]`, whose
RGB weights depend on the light alone and are worked out once a frame. In an LRGB image that sum is
the luminance, by which the pixel's own colour is multiplied.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shaders.decoder import Decoder, Light, check, directions
from shaders.hsh import HSH
from shaders.model import LinearModel, Size
from shaders.ptm import PTM
from shaders.rbf import RBF, Splines

MODELS: dict[str, LinearModel] = {model.name: model for model in (PTM, HSH, RBF)}
LARGEST_TERM = 2.0  # no term of a model is larger
OWN = 3  # latents of an LRGB image that are the pixel's own colour


@dataclass(frozen=True, eq=False)
class LinearDecoder(Decoder):
    """The decoder of a classical relightable image.

    Models with terms have them for each channel: latent `3 j + c` is coefficient j of channel c,
    so that a plane is the RGB of one coefficient. But "ptm" with 9 latents is LRGB: latents 0 to 2
    are the pixel's colour, latent `3 + j` is coefficient j of the luminance, and a picture is their
    product. "rbf" has splines instead.

    Raises RakingError where the numbers do not describe such a decoder.
    """

    model: str
    latent_min: np.ndarray  # [K] float32
    latent_max: np.ndarray  # [K] float32
    lights: np.ndarray | None = None  # of "rbf": [L, 3] float32, unit vectors
    splines: np.ndarray | None = None  # of "rbf": [L + 4, 1 + K, 3] float32

    def __post_init__(self) -> None:
        check(self._problems())

    @property
    def kind(self) -> str:
        return self.model

    @property
    def size(self) -> Size:
        """Order, colour space and label."""
        return MODELS[self.model].sizes[self.latents]

    @property
    def order(self) -> int:
        """The highest band of HSH: 1 to 3; the degree of PTM, 2; 0 for RBF."""
        return self.size.order

    @property
    def colorspace(self) -> str:
        """Relight's name for what the latents make: rgb, lrgb or mrgb."""
        return self.size.colorspace

    @property
    def lrgb(self) -> bool:
        """Whether the light makes a luminance, by which the pixel's own colour is multiplied."""
        return self.colorspace == "lrgb"

    @property
    def units(self) -> int:
        return 0

    @property
    def parameters(self) -> int:
        return 0 if self.splines is None else self.splines.size

    @property
    def multiply_adds(self) -> int:
        return 3 * self.latents if not self.lrgb else 3 * (self.latents - OWN) + 3

    @property
    def bound(self) -> float:
        latents = self.largest_latents
        if splines := self._splines():
            return splines.bound(latents)
        if self.lrgb:
            return float(latents[OWN:].sum() * LARGEST_TERM * max(1, latents[:OWN].max()))
        return float(latents.sum() * LARGEST_TERM)

    def label(self, model: object = None) -> str:
        return self.size.label

    def basis(self, light: Light) -> np.ndarray:
        """The RGB weights of the latents under a light (x, y), [1 + K, 3] float64; row 0 is added.

        Of an LRGB decoder they make the luminance, and those of its colour are 0. A light lower
        than the model can show counts as if it stood higher, in its own direction; fits take the
        terms of the photographs' lights as they are.
        """
        (toward,) = directions(np.asarray(light, np.float64).reshape(1, 2))
        if splines := self._splines():
            return splines.basis(toward)
        toward[2] = max(toward[2], MODELS[self.model].lowest)
        terms = channel_terms(self.model, self.order, toward[None])[0]
        if self.lrgb:
            return np.concatenate([np.zeros((1 + OWN, 3)), np.repeat(terms[:, None], 3, axis=1)])
        return np.concatenate([np.zeros((1, 3)), np.kron(terms[:, None], np.eye(3))])

    def frame_values(self, light: Light) -> np.ndarray:
        """The RGB weights of the texels for one frame, [4 * (1 + K)] float32.

        First what is added, then a weight for each texel; the fourth of each four is zero. The
        coefficients' ranges are in them, so that the shader takes raw texels (0..1). An LRGB
        image's colour has no weights in the sum; offset and scale of its plane take their place.
        """
        basis = self.basis(light)
        low = self.latent_min.astype(np.float64)
        scale = self.latent_max.astype(np.float64) - low
        weights = np.zeros((1 + self.latents, 4), np.float32)
        weights[0, :3] = basis[0] + low @ basis[1:]
        weights[1:, :3] = basis[1:] * scale[:, None]
        if self.lrgb:
            weights[1:3, :3] = low[:OWN], scale[:OWN]
        return weights.ravel()

    def _splines(self) -> Splines | None:
        if self.lights is None or self.splines is None:
            return None
        return Splines(self.lights, self.splines)

    def _problems(self) -> Iterator[str]:
        """Sentences on what is wrong; each check may rely on those before it."""
        k = self.latents
        if self.model not in MODELS:
            yield f"the model {self.model!r} is unknown; {', '.join(MODELS)} are known"
        model = MODELS[self.model]
        if k not in model.sizes:
            needed = " or ".join(map(str, model.sizes))
            yield f"the {self.model} image has {k} coefficients, where {needed} are needed"
        splines = self._splines()
        if model.terms is None and splines is None:
            yield f"the {self.model} image has no lights or no splines"
        if splines:
            yield from splines.problems(k)
        yield from self.range_problems()


def channel_terms(model: str, order: int, lights: np.ndarray) -> np.ndarray:
    """A model's terms under unit vectors [L, 3]: [L, T] float64; 6 of PTM, 4, 9 or 16 of HSH."""
    terms = MODELS[model].terms
    assert terms is not None
    return terms(lights.astype(np.float64), order)
