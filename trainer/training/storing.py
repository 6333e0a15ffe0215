"""Trained networks as a relightable image: latents rounded to 8 bits, the decoder, and scores."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from renderer.image.relightable import RelightableImage
from shaders.heights import Relief
from trainer.collection.cameras import distinct
from trainer.collection.mlic import Mlic
from trainer.collection.samples import Samples
from trainer.models.networks import TEACHER_UNITS, Networks
from trainer.models.overlap import overlap
from trainer.models.quantise import LEVELS, dequantise, latent_ranges
from trainer.quality.evaluate import FAST, evaluate
from trainer.running.plan import Progress
from trainer.running.threads import ShareOut, all_cores
from trainer.training.preparation import Run
from trainer.training.provenance import origin, recorded
from trainer.training.unfolding import nearest_inside
from trainer.training.validation import mean_psnr

SCORED_PIXELS = 4096  # that tell what storing costs
ENCODE_CHUNK = 1 << 15  # pixels, and bytes of them, that are encoded at a time
ENCODE_BYTES = 1 << 26


def stored(phase: str, run: Run, networks: Networks, facts: dict[str, Any]) -> RelightableImage:
    """The networks' latents and decoder as a relightable image, with what is known about it."""
    settings, suffix = run.settings, ""
    if phase == "teacher":
        settings, suffix = replace(settings, model="neural", units=TEACHER_UNITS), " teacher"
    # What nothing was learnt of may lie far off, and would take the levels of what matters.
    judged = None if run.region is None else run.pixels.cpu().numpy()
    image, cost = _store(networks, run.samples, run.plan.begin(f"storing{suffix}"), judged)
    if run.relief is not None:
        image = _with_relief(image, run.relief)
    image.provenance = {
        **recorded(settings),
        "guided": run.guide is not None,
        "validation_lights": [run.mlic.train.names[i] for i in run.spared],
        **facts,
        "seconds": round(run.plan.elapsed, 1),
        **origin(run.mlic),
    }
    if run.mlic.test.names:
        progress = run.plan.begin(f"scoring{suffix}")
        scores = evaluate(image, run.mlic, metrics=FAST, progress=progress)
        image.provenance["scores"] = {key: scores[key] for key in FAST}
        image.provenance["scores"]["psnr_float"] = scores["psnr"] + cost
        if run.region is not None:
            image.provenance["region_scores"] = _region_scores(image, run.mlic, run.region)
    return image


def _with_relief(image: RelightableImage, relief: Relief) -> RelightableImage:
    """Off the object latents are those of its nearest pixel: its edge is seen between the two."""
    planes = image.planes
    if image.mask is not None:
        nearest = nearest_inside(image.mask)
        planes = planes.reshape(len(planes), -1, 3)[:, nearest]
    return replace(image, planes=planes, relief=relief)


def _region_scores(image: RelightableImage, mlic: Mlic, region: np.ndarray) -> dict[str, Any]:
    """The number of `pixels` in a region, and the scores `inside` and `outside` it."""
    found: dict[str, Any] = {"pixels": int(np.count_nonzero(region))}
    rest = ~region if mlic.mask is None else mlic.mask & ~region
    for side, part in (("inside", region), ("outside", rest)):
        if part.any():
            scores = evaluate(image, mlic, metrics=FAST, within=part)
            found[side] = {key: scores[key] for key in FAST}
    return found


def _store(
    networks: Networks, samples: Samples, progress: Progress, judged: np.ndarray | None = None
) -> tuple[RelightableImage, float]:
    """Encodes every object pixel and rounds the latents to 8 bits, so that their errors make up
    for each other; level 0 off the object.

    The ranges are those that suit the pixels `judged` [n], as often as they are named; or all.
    Also returns what that costs, in dB of the held-out PSNR on some pixels.
    """
    mlic = samples.mlic
    planes = np.zeros((networks.latents // 3, mlic.height * mlic.width, 3), np.uint8)
    place = samples.place.numpy()
    with all_cores() as share_out:
        latents = _encode(networks, samples, share_out, progress)
        known = latents if judged is None else latents[judged]
        low, high = latent_ranges(known)
        rounding = overlap(networks.decoder, known, (high - low) / LEVELS, samples.conditions)

        def store(chunk: slice) -> None:
            levels = rounding.levels(latents[chunk], low, high)
            planes[:, place[chunk]] = levels.reshape(len(levels), -1, 3).swapaxes(0, 1)

        list(share_out(store, _chunks(samples)))
    some = np.random.default_rng(0).integers(len(samples), size=SCORED_PIXELS)
    rounded = dequantise(rounding.levels(latents[some], low, high), low, high)
    cost = _psnr(networks, samples, some, latents[some]) - _psnr(networks, samples, some, rounded)
    stored = networks.decoder.to_decoder(low, high)
    pictures = planes.reshape(-1, mlic.height, mlic.width, 3)
    lights, views = mlic.train.lights, mlic.train.views
    if views is not None:
        lights, views = distinct(lights)[0], distinct(views)[0]
    return RelightableImage(stored, pictures, mlic.mask, lights=lights, views=views), cost


def _encode(
    networks: Networks, samples: Samples, share_out: ShareOut, progress: Progress
) -> np.ndarray:
    """The latents [P, K] of all object pixels."""
    latents = np.empty((len(samples), networks.latents), np.float32)

    @torch.no_grad()
    def encode(chunk: slice) -> int:
        values = samples.values(torch.arange(len(samples))[chunk])
        latents[chunk] = networks.encoder(values.flatten(1)).cpu().numpy()
        return min(chunk.stop, len(samples))

    for done in share_out(encode, _chunks(samples)):
        progress(done, len(samples))
    return latents


def _chunks(samples: Samples) -> Iterator[slice]:
    chunk = max(1, min(ENCODE_CHUNK, ENCODE_BYTES // samples.row_bytes))
    for first in range(0, len(samples), chunk):
        yield slice(first, first + chunk)


@torch.no_grad()
def _psnr(networks: Networks, samples: Samples, pixels: np.ndarray, latents: np.ndarray) -> float:
    """Mean held-out PSNR of some pixels with these latents; 0 where nothing is held out."""
    if not len(samples.test_conditions):
        return 0.0
    known = torch.from_numpy(latents).to(samples.device)
    colours = networks.decoder(known, samples.test_conditions)
    return mean_psnr(colours, samples.test_values(torch.from_numpy(pixels)))
