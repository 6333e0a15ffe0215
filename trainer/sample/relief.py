"""The object of `raking sample`: a worn stone tablet with a glazed and gilded medallion."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.sample.ageing import break_outline, crack, stain, tool_and_wear
from trainer.sample.frame import carve_corners, carve_frame
from trainer.sample.inscription import carve_inscription
from trainer.sample.medallion import carve_medallion
from trainer.sample.workpiece import Array, Mask, Workpiece


@dataclass(frozen=True)
class Relief:
    """A height field and its materials, row 0 at the top.

    height [H, W] in pixels; albedo and f0 [H, W, 3] linear RGB 0..1; roughness [H, W] 0..1;
    mask [H, W] True on the object; material [H, W] which of `materials` each pixel is of.
    """

    height: Array
    albedo: Array
    f0: Array
    roughness: Array
    mask: Mask
    material: NDArray[np.uint8]
    materials: list[str]

    def normals(self) -> Array:
        """Unit normals [H, W, 3]: x right, y up, z to the viewer, by central differences."""
        down, right = np.gradient(self.height)
        normals = np.stack([-right, down, np.ones_like(right)], axis=-1)
        normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
        return normals


def carve_relief(width: int, height: int, seed: int = 0) -> Relief:
    """The tablet of this seed, width x height pixels: ornament first, then what time did to it."""
    work = Workpiece(width, height, seed)
    carve_frame(work)
    carve_corners(work)
    carve_inscription(work)
    carve_medallion(work)
    tool_and_wear(work)
    stain(work)
    crack(work)
    mask = break_outline(work)
    return Relief(
        work.height / work.pixel,
        work.albedo,
        work.f0,
        work.roughness,
        mask,
        work.material,
        [material.name for material in work.materials],
    )
