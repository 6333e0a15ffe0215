"""The modes that look about a pixel, as shaders/sharpen.glsl.jinja has them for the page.

A Gaussian of `radius` pixels smooths the picture, or the surface's normals, over the pixels of the
object alone; what a pixel has more than that is its detail. "unsharp" adds the detail of the
luminance (Rec. 709's, of display-referred colours), and "unsharp-picture" that of each colour,
`amount` times. "unsharp-normals" (normal unsharp masking, Palma et al. 2010) adds that of the
normals n, and lights the surface anew as Lambert's law has it, with some light from everywhere:

    colour (AMBIENT + max(m.l, 0)) / (AMBIENT + max(n.l, 0)),    m = n + amount detail(n), unit.

"curvature" is grey, and lighter the more the smoothed normals s spread, as they do on ridges, and
darker where they converge, as in grooves:

    1/2 + amount radius (ds_x/dx + ds_y/dy).
"""

import numpy as np
from scipy.ndimage import gaussian_filter

from renderer.image.normal_levels import normals_of_levels
from renderer.image.relightable import RelightableImage
from shaders.decoder import directions
from shaders.look import REC_709, Look

DEVIATIONS = 3  # that the Gaussian reaches
AMBIENT = 0.2  # of the light from above


def sharpened(
    frame: np.ndarray, image: RelightableImage, look: Look, light: np.ndarray
) -> np.ndarray:
    """A frame [H, W, 3], uint8 or float32, of an image under a light (x, y), with the mode of a
    look, one of OF_NEIGHBOURS; the same type, levels rounded."""
    white = 255 if frame.dtype == np.uint8 else 1
    picture = frame.astype(np.float64) / white
    on = np.ones(frame.shape[:2]) if image.mask is None else image.mask.astype(np.float64)
    if look.mode == "unsharp":
        luminance = picture @ np.array(REC_709)
        made = picture + look.amount * detail(luminance[..., None], on, look)
    elif look.mode == "unsharp-picture":
        made = picture + look.amount * detail(picture, on, look)
    elif look.mode == "unsharp-normals":
        made = picture * relit(levels_of(image), on, look, light)[..., None]
    else:
        made = np.where(
            on[..., None] > 0, curvature(levels_of(image), on, look)[..., None], picture
        )
    if white == 255:
        return np.asarray(np.floor(made.clip(0, 1) * 255 + 0.5).astype(np.uint8))
    return np.asarray(made.astype(frame.dtype))


def levels_of(image: RelightableImage) -> np.ndarray:
    assert image.normals is not None  # Relighter refuses looks without what they need
    return image.normals


def relit(levels: np.ndarray, on: np.ndarray, look: Look, light: np.ndarray) -> np.ndarray:
    """By how much sharpened normals are lit more than those of `levels`, [H, W]."""
    (towards,) = directions(np.asarray(light, np.float64)[None])
    sharp = levels / 127.5 - 1 + look.amount * detail(levels / 127.5, on, look)
    sharp /= np.maximum(np.linalg.norm(sharp, axis=-1, keepdims=True), 1e-6)
    before, after = (np.maximum(n @ towards, 0) for n in (normals_of_levels(levels), sharp))
    return np.asarray((AMBIENT + after) / (AMBIENT + before))


def curvature(levels: np.ndarray, on: np.ndarray, look: Look) -> np.ndarray:
    """Grey, 0.5 where the surface is flat, [H, W]."""
    around = [(1, 1), (1, 1)]
    slopes = np.pad(levels[..., :2] / 127.5 - 1, [*around, (0, 0)])
    s = smoothed(slopes, np.pad(on, around), look.radius)
    across = s[1:-1, 2:, 0] - s[1:-1, :-2, 0]
    up = s[:-2, 1:-1, 1] - s[2:, 1:-1, 1]
    return np.asarray(0.5 + look.amount * look.radius / 2 * (across + up))


def detail(values: np.ndarray, on: np.ndarray, look: Look) -> np.ndarray:
    """What pixels have more than those about them: [H, W, C], nothing off the object."""
    return np.asarray(on[..., None] * (values - smoothed(values, on, look.radius)))


def smoothed(values: np.ndarray, on: np.ndarray, radius: float) -> np.ndarray:
    """The Gaussian means of values [H, W, C] over the pixels of the object; 0 far from it."""

    def blur(plane: np.ndarray) -> np.ndarray:
        reach = int(np.ceil(DEVIATIONS * radius))
        return np.asarray(gaussian_filter(plane, radius, mode="constant", radius=reach))

    weight = np.maximum(blur(on), 1e-12)
    return np.stack([blur(channel * on) / weight for channel in np.moveaxis(values, -1, 0)], -1)
