"""A relief as a camera from the side sees it, rectified to its plane: parallax and occlusion."""

from dataclasses import dataclass

import numpy as np

from trainer.collection.rectified import first_hits, remapped
from trainer.sample.relief import Relief
from trainer.sample.workpiece import Array


@dataclass(frozen=True)
class Seen:
    """What lies at each place of the plane for one camera.

    normals, albedo and f0 are [H, W, 3], roughness is [H, W]; columns and rows [H, W] are where
    in the relief it stands.
    """

    view: Array  # [3], the unit vector toward the camera
    columns: Array
    rows: Array
    normals: Array
    albedo: Array
    f0: Array
    roughness: Array

    def taken(self, values: Array) -> Array:
        """What is seen of values [H, W] or [H, W, 3] of the relief."""
        return remapped(values, self.columns, self.rows)


def seen_from(relief: Relief, normals: Array, view: Array) -> Seen:
    """The relief seen by a far camera toward `view` (unit vector, z > 0)."""
    columns, rows = first_hits(relief.height, view)
    place = Seen(view, columns, rows, normals, relief.albedo, relief.f0, relief.roughness)
    turned = place.taken(normals)
    turned /= np.linalg.norm(turned, axis=-1, keepdims=True)
    parts = map(place.taken, (relief.albedo, relief.f0, relief.roughness))
    return Seen(view, columns, rows, turned, *parts)
