"""The normals of a whole picture: from photographs, or from pictures that an image decodes to.

Photographs are in sRGB (docs/photographs.md), and so are decoded pictures: both are taken to linear
light before normals are looked for.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from renderer.image.normal_levels import FLAT
from renderer.image.relightable import RelightableImage
from trainer.collection.mlic import Photographs
from trainer.lights.directions import FEWEST_LIGHTS
from trainer.models.oracle import relight
from trainer.running.plan import Progress
from trainer.running.threads import all_cores
from trainer.surface.photometric import fit_normals

CLIPPED = 0.98  # of white, from which a channel says nothing
CHUNK = 1 << 11  # pixels fitted at a time, so that what is worked out stays near the processor
STRIP_PIXELS = 1 << 19  # of an image, decoded at a time
MOST_LIGHTS = 64  # that an image is decoded under
CHEAP = 1_000_000  # pixels whose normals take a minute of a processor's core
LOWEST = 15.0  # degrees above the surface, of lights that are chosen: shadows are long below


def costs_little(photographs: Photographs) -> bool:
    """Whether normals are found in so short a time that nobody need ask for them."""
    return len(photographs.stored) <= CHEAP


def photograph_normals(photographs: Photographs, progress: Progress | None = None) -> np.ndarray:
    """The normals that photographs show: [H, W, 3] float32 unit vectors, x right, y up, z to the
    viewer; (0, 0, 1) off the object. Of several cameras the one that looks most straight down is
    followed. `progress` is told the pixels done, and of how many."""
    photographs = photographs.from_above
    values, white = photographs.values, float(photographs.white)
    lights = torch.from_numpy(np.asarray(photographs.lights, np.float32))

    def colours(chunk: slice) -> Tensor:
        return torch.from_numpy(values[chunk].astype(np.float32)) / white

    found = _fitted(colours, len(values), lights, progress)
    if photographs.mask is None:
        return found.reshape(*photographs.size, 3)
    normals = np.tile(np.array(FLAT, np.float32), (*photographs.size, 1))
    normals[photographs.mask] = found
    return normals


def image_normals(image: RelightableImage, progress: Progress | None = None) -> np.ndarray:
    """The normals that an image shows when it is decoded under the lights of its photographs or,
    where these are not known, under lights spread over the sky. As `photograph_normals`."""
    lights = decoding_lights(image.lights)
    directions = torch.from_numpy(lights)
    normals = np.empty((image.height, image.width, 3), np.float32)
    rows = max(1, STRIP_PIXELS // image.width)
    for first in range(0, image.height, rows):
        end = min(first + rows, image.height)
        strip = np.stack(list(relight(image, lights[:, :2], rows=(first, end))), axis=2)
        colours = torch.from_numpy(strip).flatten(0, 1).clamp(0, 1)  # [P, L, 3]
        found = _fitted(colours.__getitem__, len(colours), directions, None)
        normals[first:end] = found.reshape(end - first, image.width, 3)
        if progress:
            progress(end * image.width, image.height * image.width)
    if image.mask is not None:
        normals[~image.mask] = FLAT
    return normals


def decoding_lights(lights: np.ndarray | None) -> np.ndarray:
    """Unit vectors [L, 3] float32: those of the photographs, MOST_LIGHTS at most, or else as many
    spread evenly over the sky above the lowest elevation."""
    if lights is not None and len(lights) >= FEWEST_LIGHTS:
        chosen = np.linspace(0, len(lights) - 1, min(len(lights), MOST_LIGHTS)).astype(int)
        return np.asarray(lights, np.float32)[chosen]
    lowest = np.sin(np.radians(LOWEST))
    z = 1 - (1 - lowest) * (np.arange(MOST_LIGHTS) + 0.5) / MOST_LIGHTS
    turns = np.arange(MOST_LIGHTS) * np.pi * (3 - np.sqrt(5))
    radius = np.sqrt(1 - z * z)
    return np.stack([radius * np.cos(turns), radius * np.sin(turns), z], axis=1).astype(np.float32)


def _fitted(
    colours: Callable[[slice], Tensor], pixels: int, lights: Tensor, progress: Progress | None
) -> np.ndarray:
    """The normals [P, 3] of pixels whose `colours` [n, L, 3], 0..1 in sRGB, are asked for in
    chunks."""
    normals = np.empty((pixels, 3), np.float32)

    def fit(first: int) -> int:
        chunk = slice(first, min(first + CHUNK, pixels))
        seen = colours(chunk)
        valid = (seen < CLIPPED).all(-1)
        normals[chunk] = fit_normals(linear(seen).mean(-1), valid, lights).numpy()
        return chunk.stop

    with all_cores() as share_out:
        for done in share_out(fit, range(0, pixels, CHUNK)):
            if progress:
                progress(done, pixels)
    return normals


def linear(colours: Tensor) -> Tensor:
    """From sRGB (IEC 61966-2-1) to linear light, 0..1 both."""
    return torch.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
