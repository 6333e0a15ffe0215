"""Hemispherical harmonics (Gautron et al. 2004) up to order 1, 2 or 3."""

import numpy as np

from shaders.model import LinearModel, Size


def hsh_terms(lights: np.ndarray, order: int) -> np.ndarray:
    """The hemispherical harmonics of unit vectors [L, 3]: [L, (order + 1)^2]. Of x and y only the
    direction counts.

    They are orthonormal over the hemisphere. Within a band they go from cos(l phi) to sin(l phi),
    with the signs that Relight and RTIViewer give them.
    """
    x, y, z = lights.T
    phi = np.arctan2(y, x)
    c = np.clip(z, 0, 1)
    t = 2 * c - 1
    s = np.sqrt(c - c * c)
    terms = [
        np.full_like(c, np.sqrt(1 / 2)),
        np.sqrt(6) * np.cos(phi) * s,
        np.sqrt(3 / 2) * t,
        np.sqrt(6) * np.sin(phi) * s,
        -np.sqrt(30) * np.cos(2 * phi) * s**2,
        np.sqrt(30) * np.cos(phi) * t * s,
        np.sqrt(5 / 2) * (1 - 6 * c + 6 * c**2),
        np.sqrt(30) * np.sin(phi) * t * s,
        -np.sqrt(30) * np.sin(2 * phi) * s**2,
        np.sqrt(140) * np.cos(3 * phi) * s**3,
        -np.sqrt(210) * np.cos(2 * phi) * t * s**2,
        np.sqrt(84) * np.cos(phi) * (1 - 5 * c + 5 * c**2) * s,
        np.sqrt(7 / 2) * (-1 + 12 * c - 30 * c**2 + 20 * c**3),
        np.sqrt(84) * np.sin(phi) * (1 - 5 * c + 5 * c**2) * s,
        -np.sqrt(210) * np.sin(2 * phi) * t * s**2,
        np.sqrt(140) * np.sin(3 * phi) * s**3,
    ]
    return np.stack(terms[: (order + 1) ** 2], axis=1) / np.sqrt(np.pi)


HSH = LinearModel(
    name="hsh",
    sizes={3 * (order + 1) ** 2: Size(order, "rgb", f"HSH({order})") for order in (1, 2, 3)},
    terms=hsh_terms,
    lowest=np.sin(0.15),  # as in OpenLIME: it swings where no light was
)
