"""How a decoded picture is seen, in NumPy: the oracle that the shaders' looks are held against.

After RTIViewer's manual, with the colour's mean in place of a luminance; see `shaders/look.py`.
"""

import numpy as np

from renderer.image.normal_levels import normals_of_levels
from shaders.look import DISPLAY_GAMMA, Look

REC_709 = np.array([0.2126, 0.7152, 0.0722])


def seen(
    decoded: np.ndarray, levels: np.ndarray | None, look: Look, light: np.ndarray
) -> np.ndarray:
    """A picture [H, W, 3] with a look, under a light (x, y); `levels` are the normals' [H, W, 3].

    Returns float64, not clamped.
    """
    if look.changes_nothing:
        return decoded
    normals = None if levels is None else normals_of_levels(levels).astype(np.float64)
    if look.mode == "normals":
        assert normals is not None
        return (normals + 1) / 2
    colour = np.maximum(decoded.astype(np.float64), 0)
    if look.mode == "specular":
        assert normals is not None
        towards = np.array([*light, np.sqrt(max(0.0, 1 - float(np.square(light).sum())))])
        half = towards + np.array([0, 0, 1])
        half /= np.linalg.norm(half)
        gloss = np.maximum(normals @ half, 0) ** look.exponent
        colour = look.kd * colour + look.ks * (colour.mean(axis=-1) * gloss)[..., None]
    toned = (colour * 2 ** (look.exposure / DISPLAY_GAMMA)) ** (1 / look.gamma)
    grey = (toned @ REC_709)[..., None]
    return np.asarray(grey + (toned - grey) * look.saturation)
