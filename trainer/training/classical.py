"""Classical models fitted to a collection: PTM, HSH and PCA/RBF.

Each is linear twice over: a pixel's latents are a projection of its values under all training
lights, and its colour is a sum of these latents with weights that depend on the light alone
(`shaders/linear.py`). So a fit is one matrix, found from the lights (PTM, HSH) or from the
covariance of the pixels' values (PCA), and then applied to one chunk of pixels after the other.
"""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from renderer.image.relightable import RelightableImage
from shaders.errors import RakingError
from shaders.linear import MODELS, LinearDecoder, channel_terms
from shaders.rbf import spline_terms
from trainer.collection.mlic import Mlic
from trainer.collection.samples import Samples
from trainer.models.quantise import latent_ranges, quantise, quantise_together
from trainer.quality.evaluate import FAST, evaluate
from trainer.running.plan import Plan, Progress
from trainer.running.threads import all_cores
from trainer.training.provenance import origin
from trainer.training.rehearsal import Finish, for_the_whole, piece_of_collection
from trainer.training.settings import TrainingSettings

COMPONENTS = 9  # of PCA: three planes, as many as the neural images have

# Where the condition number of the terms under the lights is greater, the lights do not determine
# the fit: lights on few rings or on one side. A ridge then keeps the coefficients small.
DETERMINED = 1e3
RIDGE = 1e-4  # of the mean of a term's sum of squares
# Relative size below which the splines take directions that the lights span as not spanned.
FLAT = 1e-10

CHUNK_PIXELS = 1 << 16
SAMPLE_PIXELS = 1 << 18  # for the principal components and the ranges of the latents

Warn = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class FittedModel:
    """A model fitted to a collection, in floats: nothing of it is rounded to 8 bits."""

    samples: Samples
    matrix: np.ndarray  # [3 L, K] float64: latents = values @ matrix + offset
    offset: np.ndarray  # [K] float64
    decoder: LinearDecoder  # with latents as they are, not stored: ranges of 0 to 1
    factor: np.ndarray | None = None  # [T, T] R of PTM and HSH: R^T R are the normal equations

    def latents(self, pixels: Tensor) -> np.ndarray:
        """[B] object pixels -> [B, K] float32."""
        matrix = torch.from_numpy(self.matrix.astype(np.float32))
        offset = torch.from_numpy(self.offset.astype(np.float32))
        return (offset + self.samples.values(pixels).flatten(1) @ matrix).numpy()

    def levels(self, latents: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Latents [B, K] as 8-bit levels [B, K]: the terms of PTM and HSH together, which overlap
        under the lights."""
        if self.factor is None:
            return quantise(latents, low, high)
        wanted, lowest, highest = (
            each.reshape(*each.shape[:-1], -1, 3).swapaxes(-1, -2) for each in (latents, low, high)
        )  # [..., 3, T]
        levels = quantise_together(wanted, lowest, highest, self.factor)
        return levels.swapaxes(-1, -2).reshape(latents.shape)

    def pictures(self, lights: np.ndarray) -> Iterator[np.ndarray]:
        """The collection under each light of [M, 2] (x, y), from float latents: [H, W, 3] float32,
        unclamped, black off the object."""
        mlic = self.samples.mlic
        for light in lights[:, :2]:
            basis = self.decoder.basis(light)  # [1 + K, 3]
            weights = torch.from_numpy((self.matrix @ basis[1:]).astype(np.float32))
            added = torch.from_numpy((basis[0] + self.offset @ basis[1:]).astype(np.float32))
            picture = torch.zeros(mlic.height * mlic.width, 3)
            for pixels in torch.arange(len(self.samples)).split(CHUNK_PIXELS):
                values = self.samples.values(pixels).flatten(1)  # [B, 3 L]
                picture[self.samples.place[pixels]] = added + values @ weights
            yield picture.reshape(mlic.height, mlic.width, 3).numpy()


def fit_classical(
    mlic: Mlic, settings: TrainingSettings, plan: Plan, finish: Finish | None, warn: Warn
) -> RelightableImage:
    """A relightable image of the collection, with its held-out scores in the provenance.

    Held-out photographs are measured but never fitted. `plan`, `finish` and `warn` are as
    `trainer.training.train.train` takes them.

    Raises RakingError as `fit_floats` does.
    """
    started = plan.elapsed
    plan.begin("fitting")
    fitted = fit_floats(mlic, settings.model, settings.order, warn)
    if finish is not None:
        plan.begin("estimating")
        plan.expect(_rehearse(fitted, finish))
    image = _image(fitted, plan)
    image.provenance["seconds"] = round(plan.elapsed - started, 1)
    return image


def _rehearse(fitted: FittedModel, finish: Finish) -> dict[str, float]:
    """The seconds of each phase to come."""
    mlic = fitted.samples.mlic
    piece = piece_of_collection(mlic)
    plan = Plan()
    samples = Samples(piece, torch.device("cpu"))
    finish(_image(replace(fitted, samples=samples), plan), plan)
    plan.end()
    return for_the_whole(plan.took, piece, mlic)


def _image(fitted: FittedModel, plan: Plan) -> RelightableImage:
    """The model as it is stored, with its scores."""
    mlic = fitted.samples.mlic
    image = store(fitted, plan.begin("storing"))
    decoder = fitted.decoder
    image.provenance = {"model": decoder.model, "order": decoder.order, **origin(mlic)}
    if mlic.test.names:
        scores = evaluate(image, mlic, metrics=FAST, progress=plan.begin("scoring"))
        image.provenance["scores"] = {key: scores[key] for key in FAST}
    return image


def fit_floats(mlic: Mlic, model: str, order: int = 3, warn: Warn = warnings.warn) -> FittedModel:
    """The model fitted to the object pixels under the training lights.

    PTM and HSH are plain least squares. Where the lights do not determine them (few rings, one
    side) a small ridge does, and `warn` is told. RBF takes the components of most variance, and
    splines that pass through the photographs' lights.

    `model` is "ptm", "hsh" of `order` 2 or 3, or "rbf". Raises RakingError for fewer lights than
    terms.
    """
    samples = Samples(mlic, torch.device("cpu"))
    if MODELS[model].terms is None:
        return _fit_components(samples)
    return _fit_terms(samples, model, order, warn)


def basis(model: str, order: int, lights: np.ndarray) -> np.ndarray:
    """The terms of "ptm" or "hsh" under unit vectors [L, 3]: [L, T] float64."""
    return channel_terms(model, order, lights)


def store(fitted: FittedModel, progress: Progress | None = None) -> RelightableImage:
    """Rounds the latents of every object pixel to 8 bits; level 0 off the object."""
    samples, mlic = fitted.samples, fitted.samples.mlic
    low, high = latent_ranges(fitted.latents(_some_pixels(samples)))
    decoder = replace(fitted.decoder, latent_min=low, latent_max=high)
    planes = np.zeros((decoder.planes, mlic.height * mlic.width, 3), np.uint8)

    def store_some(pixels: Tensor) -> int:
        levels = fitted.levels(fitted.latents(pixels), low, high)  # [B, K]
        planes[:, samples.place[pixels].numpy()] = levels.reshape(len(levels), -1, 3).swapaxes(0, 1)
        return int(pixels[-1]) + 1

    with all_cores() as share_out:
        for done in share_out(store_some, torch.arange(len(samples)).split(CHUNK_PIXELS)):
            if progress:
                progress(done, len(samples))
    pictures = planes.reshape(-1, mlic.height, mlic.width, 3)
    return RelightableImage(decoder, pictures, mlic.mask, lights=mlic.train.lights)


def _fit_terms(samples: Samples, model: str, order: int, warn: Warn) -> FittedModel:
    """Least squares by the normal equations, in float64."""
    lights = samples.mlic.train.lights
    terms = basis(model, order, lights)  # [L, T]
    count, needed = terms.shape
    name = f"HSH of order {order}" if model == "hsh" else MODELS[model].sizes[3 * needed].label
    if count < needed:
        raise RakingError(
            f"{name} has {needed} terms a channel, but there are {count} photographs to fit them "
            "to: choose a model with fewer terms, or hold out fewer photographs"
        )
    ridge = 0.0
    if np.linalg.cond(terms) > DETERMINED:
        ridge = RIDGE * np.square(terms).sum() / needed
        warn(
            f"the lights of {samples.mlic.path} do not determine {name} (they lie on few rings or "
            f"on one side), so a ridge of {RIDGE:g} keeps its coefficients small"
        )
    normal = terms.T @ terms + ridge * np.eye(needed)
    solution = np.linalg.solve(normal, terms.T)  # [T, L]: of each channel
    matrix = np.kron(solution.T, np.eye(3))  # [3 L, 3 T]
    factor = np.linalg.cholesky(normal).T
    k = 3 * needed
    return FittedModel(samples, matrix, np.zeros(k), LinearDecoder(model, *_unit_ranges(k)), factor)


def _fit_components(samples: Samples) -> FittedModel:
    """The principal components of the pixels' values, and splines over the lights for each."""
    chunks = [
        samples.values(pixels).flatten(1).double()
        for pixels in _some_pixels(samples).split(CHUNK_PIXELS)
    ]
    number = sum(len(chunk) for chunk in chunks)
    mean = torch.stack([chunk.sum(dim=0) for chunk in chunks]).sum(dim=0) / number  # [3 L]
    spread = [(chunk - mean).T @ (chunk - mean) for chunk in chunks]
    _, vectors = np.linalg.eigh(torch.stack(spread).sum(dim=0).numpy())
    components = vectors[:, : -COMPONENTS - 1 : -1]  # [3 L, K], of most variance first
    centre = mean.numpy()
    lights = samples.mlic.train.lights
    at_lights = np.concatenate([centre[:, None], components], axis=1)  # [3 L, 1 + K]
    splines = _splines(lights, at_lights.reshape(len(lights), 3, -1).swapaxes(1, 2))
    decoder = LinearDecoder("rbf", *_unit_ranges(COMPONENTS), lights, splines)
    return FittedModel(samples, components, -centre @ components, decoder)


def _splines(lights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Thin-plate splines that take `values` [L, 1 + K, 3] at `lights` [L, 3]: [L + 4, 1 + K, 3].

    The least solution, so that lights in one plane, or twice the same, do no harm.
    """
    terms = spline_terms(lights, lights)  # [L, L + 4]
    count, extra = len(lights), terms.shape[1] - len(lights)
    system = np.zeros((count + extra, count + extra))
    system[:count] = terms
    system[count:, :count] = terms[:, count:].T
    known = np.zeros((count + extra, *values.shape[1:]))
    known[:count] = values
    solution = np.linalg.pinv(system, rcond=FLAT) @ known.reshape(len(known), -1)
    return solution.reshape(known.shape).astype(np.float32)


def _unit_ranges(latents: int) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(latents, np.float32), np.ones(latents, np.float32)


def _some_pixels(samples: Samples) -> Tensor:
    """Evenly spaced object pixels, SAMPLE_PIXELS at most."""
    return torch.arange(0, len(samples), -(-len(samples) // SAMPLE_PIXELS))
