"""Normals as 8-bit levels: `(n + 1) / 2` of 255, x right, y up, z to the viewer."""

import numpy as np

FLAT = (0.0, 0.0, 1.0)  # off the object


def normal_levels(normals: np.ndarray, white: int = 255) -> np.ndarray:
    """Unit vectors [..., 3] as levels, uint8, or uint16 where `white` is 65535."""
    levels = np.rint((np.clip(normals, -1, 1) + 1) / 2 * white)
    return levels.astype(np.uint8 if white == 255 else np.uint16)


def normals_of_levels(levels: np.ndarray) -> np.ndarray:
    """The unit vectors [..., 3] float32 of levels, uint8 or uint16."""
    vectors = levels.astype(np.float32) / np.iinfo(levels.dtype).max * 2 - 1
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6)
