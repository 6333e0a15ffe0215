"""The relief that normals belong to: heights by weighted least squares.

The slopes between neighbouring pixels are given by the normals; heights are those whose
differences come closest. On a whole rectangle this is a Poisson equation, solved at once by the
cosine transform (Simchony, Chellappa and Shao 1990). As steep slopes count for less, and pixels off
the object for nothing, conjugate gradients go on from there, with that solution as preconditioner
(Ghiglia and Romero 1994).
"""

import numpy as np
from scipy import fft
from scipy.sparse.linalg import LinearOperator, cg

STEEPEST = 0.1  # n.z below which slopes, of some 84 degrees, are no longer told apart
ITERATIONS = 100
TOLERANCE = 1e-4  # of the residual, relative


def heights(normals: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """Heights [H, W] float32 in pixels, higher towards the viewer, their mean 0 over the object;
    0 off it. `normals` [H, W, 3] are unit vectors, x right, y up, z to the viewer."""
    steep = np.maximum(normals[..., 2], STEEPEST)
    right, down = -normals[..., 0] / steep, normals[..., 1] / steep  # row 0 is the top
    weight = steep if mask is None else np.where(mask, steep, 0)
    slopes = (_between(right, 1), _between(down, 0))
    weights = (_least(weight, 1), _least(weight, 0))
    wanted = _divergence(*(w * s for w, s in zip(weights, slopes, strict=True)))

    def weighted(flat: np.ndarray) -> np.ndarray:
        z = flat.reshape(wanted.shape)
        across, along = (w * np.diff(z, axis=a) for w, a in zip(weights, (1, 0), strict=True))
        return _divergence(across, along).ravel()

    size, kind = (wanted.size, wanted.size), np.float64
    operator = LinearOperator(size, weighted, dtype=kind)
    preconditioner = LinearOperator(size, lambda r: _poisson(r.reshape(wanted.shape)).ravel(), kind)
    start = _poisson(wanted).ravel()
    found, _ = cg(
        operator, wanted.ravel(), start, rtol=TOLERANCE, maxiter=ITERATIONS, M=preconditioner
    )
    relief = found.reshape(wanted.shape)
    relief -= relief.mean() if mask is None else relief[mask].mean()
    return np.where(weight > 0, relief, 0).astype(np.float32)


def _between(values: np.ndarray, axis: int) -> np.ndarray:
    """The means of neighbours along an axis."""
    first, second = _neighbours(values, axis)
    return (np.float64(first) + second) / 2


def _least(values: np.ndarray, axis: int) -> np.ndarray:
    """The least of neighbours along an axis."""
    first, second = _neighbours(values, axis)
    return np.minimum(np.float64(first), second)


def _neighbours(values: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    if axis:
        return values[:, :-1], values[:, 1:]
    return values[:-1], values[1:]


def _divergence(across: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Of flows [H, W - 1] and [H - 1, W] between pixels, inflow positive; nothing passes the
    edges."""
    return -(
        np.diff(across, axis=1, prepend=0, append=0) + np.diff(along, axis=0, prepend=0, append=0)
    )


def _poisson(source: np.ndarray) -> np.ndarray:
    """The heights whose differences, unweighted, have `source` as their divergence."""
    rows, columns = (2 - 2 * np.cos(np.pi * np.arange(n) / n) for n in source.shape)
    eigenvalues = rows[:, None] + columns
    eigenvalues[0, 0] = 1
    spectrum = fft.dctn(source, norm="ortho") / eigenvalues
    spectrum[0, 0] = 0
    return np.asarray(fft.idctn(spectrum, norm="ortho"))
