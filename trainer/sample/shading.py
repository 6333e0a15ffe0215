"""A relief lit from one direction, as a photograph.

Shading is Cook-Torrance with GGX (Walter et al. 2007, Microfacet Models for Refraction through
Rough Surfaces) and Schlick's Fresnel term, under directional lights, with cast shadows and without
interreflections, for a viewer far away: on +z, but where another view is given.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.sample.relief import Relief
from trainer.sample.workpiece import Array

ABOVE = np.array([0, 0, 1], np.float32)
GRAZING = 0.02  # the least cosine at which a surface is seen
LIGHT_RADIUS = 0.016  # radians: a lamp of 3 cm a metre away
SKEWS = (-0.7, 0.0, 0.7)  # parts of the lamp that cast shadows, in light radii to the side
EXPOSURE = 1.05
SHOULDER = 0.6  # linear level from which highlights are compressed, as cameras do
BLOCK_PIXELS = 1 << 16  # shaded at a time: its temporaries stay in the processor's cache


def photograph(relief: Relief, normals: Array, light: Array) -> NDArray[np.uint8]:
    """The relief lit from `light` (unit vector, toward the light), as sRGB [H, W, 3] uint8."""
    visible = visibility(relief.height, light)
    picture = np.empty((*relief.height.shape, 3), np.uint8)
    rows = max(1, BLOCK_PIXELS // relief.height.shape[1])
    for top in range(0, len(picture), rows):
        block = slice(top, top + rows)
        radiance = reflect(
            normals[block], relief.albedo[block], relief.f0[block], relief.roughness[block], light
        )
        picture[block] = develop(EXPOSURE * visible[block, :, None] * radiance)
    return picture


def reflect(
    normals: Array,
    albedo: Array,
    f0: Array,
    roughness: Array,
    light: Array,
    view: Array = ABOVE,
) -> Array:
    """Radiance [..., 3] toward `view`, relative to a white diffuser facing the light.

    The light and the viewer are far away, so the half vector, and with it the Fresnel weight, is
    the same for all pixels.
    """
    half = light + view
    half /= np.linalg.norm(half)
    weight = np.float32((1 - half @ view) ** 5)
    n_v = np.maximum(normals @ view, GRAZING)
    return _cook_torrance(albedo, f0, roughness, normals @ light, normals @ half, n_v, weight)


def reflect_near(normals: Array, albedo: Array, f0: Array, roughness: Array, light: Array) -> Array:
    """As `reflect` from straight above, the light [..., 3] being another for each pixel."""
    half = light + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half, axis=-1, keepdims=True)
    n_l, n_h = np.sum(normals * light, axis=-1), np.sum(normals * half, axis=-1)
    weight = (1 - half[..., 2:]) ** 5
    return _cook_torrance(albedo, f0, roughness, n_l, n_h, normals[..., 2], weight)


def _cook_torrance(
    albedo: Array, f0: Array, roughness: Array, n_l: Array, n_h: Array, n_v: Array, weight: Any
) -> Array:
    """Radiance [..., 3]; `weight` is Schlick's, of the half vector against the viewer."""
    n_l = np.maximum(n_l, 0)
    alpha2 = np.square(np.square(roughness))
    ggx = alpha2 / (math.pi * np.square(n_h * n_h * (alpha2 - 1) + 1))
    smith_l = n_l + np.sqrt(alpha2 + (1 - alpha2) * n_l * n_l)
    smith_v = n_v + np.sqrt(alpha2 + (1 - alpha2) * n_v * n_v)
    specular = math.pi * ggx / (smith_l * smith_v)
    fresnel = f0 + (1 - f0) * weight
    colour = albedo * (1 - fresnel) + fresnel * specular[..., None]
    return np.asarray(colour * n_l[..., None], np.float32)


def develop(radiance: Array) -> NDArray[np.uint8]:
    """Linear radiance to 8-bit sRGB; highlights bend toward white instead of clipping."""
    over = np.maximum(radiance - SHOULDER, 0)
    room = 1 - SHOULDER
    level = np.minimum(radiance, SHOULDER) + room * (1 - np.exp(-over / room))
    srgb = np.where(level < 0.0031308, 12.92 * level, 1.055 * level ** (1 / 2.4) - 0.055)
    return np.round(255 * srgb).astype(np.uint8)


def visibility(height: Array, light: Array) -> Array:
    """The share of the lamp [H, W] that each point of a height field (in pixels) sees, 0..1."""
    azimuth, across = math.atan2(light[1], light[0]), math.hypot(light[0], light[1])
    if across < 1e-3:
        return np.ones_like(height)
    total = np.zeros_like(height)
    for skew in SKEWS:
        turned = azimuth + skew * LIGHT_RADIUS / across
        total += sweep(height, across * math.cos(turned), across * math.sin(turned), light[2])
    return total / len(SKEWS)


def sweep(height: Array, x: float, y: float, z: float) -> Array:
    """Visibility [H, W] of a lamp toward (x, y, z), in one pass over the rows away from it.

    In a frame sheared along the light, all that can shade a point stands in the point's column.
    Of what has been passed, `ridge` keeps the highest (measured against the slope of the ray) and
    `row` where it stands, from which the width of the penumbra follows. A light from the side is
    swept over columns.
    """
    if abs(x) > abs(y):
        return np.ascontiguousarray(sweep(np.ascontiguousarray(height.T), -y, -x, z).T)
    if y < 0:
        return np.ascontiguousarray(sweep(np.ascontiguousarray(height[::-1]), x, -y, z)[::-1])
    rows, columns = height.shape
    shear, climb = x / y, z / y  # of a ray, per row toward the light
    stride = math.hypot(1, shear)
    softness = LIGHT_RADIUS * stride * (1 + (climb / stride) ** 2)  # per row from the ridge
    start = max(0.0, -shear * (rows - 1))
    ridge = np.full(columns + math.ceil(abs(shear) * rows) + 2, -1e9, np.float32)
    ridge_row = np.zeros_like(ridge)
    visible = np.empty_like(height)
    for row in range(rows):
        shift = start + shear * row
        first = int(shift)
        part = np.float32(shift - first)
        here, nodes = slice(first, first + columns), slice(first, first + columns + 1)
        after = slice(first + 1, first + columns + 1)
        level = height[row] + np.float32(climb * row)
        above = ridge[here] + part * (ridge[after] - ridge[here]) - level
        distance = row - ridge_row[here] - part * (ridge_row[after] - ridge_row[here])
        penumbra = np.maximum(softness * distance, 0.35 * climb)
        visible[row] = 0.5 - 0.5 * above / penumbra
        deposit = np.empty(columns + 1, np.float32)
        deposit[0], deposit[-1] = level[0], level[-1]
        deposit[1:-1] = level[1:] - part * np.diff(level)
        higher = deposit > ridge[nodes]
        np.copyto(ridge[nodes], deposit, where=higher)
        np.copyto(ridge_row[nodes], np.float32(row), where=higher)
    return np.clip(visible, 0, 1, out=visible)
