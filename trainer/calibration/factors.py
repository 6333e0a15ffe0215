"""What of photographs goes with the light: few numbers of each, those that tell its light best.

Pixels by themselves are poor witnesses. Between photographs, whose lights are some 15 degrees
apart, gloss and edges of shadows cannot be interpolated, and they outweigh the shading that can.
So photographs are described by principal components, and these by minimum/maximum autocorrelation
factors (Switzer and Green 1984): the combinations that vary most over all photographs, as measured
by what interpolation over the light leaves of them. Bright pixels count no more than dark ones.

Which combinations are best is judged by few photographs, and so by chance, too. Two parts of the
picture, each with factors of its own, err by chance in different ways, and together by less.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from trainer.training.guide import CANDIDATES, Interpolator

COMPONENTS, FACTORS = 16, 6
PARTS = 2
FAINT = 0.03  # of values 0..1: what varies by less is mostly noise
EACH = 3, 5  # photographs to a component, and to a factor, at least
GRAIN = 0.1  # of the mean variance of what is left, added to all of it
SMOOTH = [
    candidate
    for candidate in CANDIDATES
    if candidate.space != "disc"
    and candidate.trend < 3
    and candidate.smoothness > 1
    and candidate.reach > 0.3
    and candidate.noise != 3e-2
]


def components(values: np.ndarray) -> np.ndarray:
    """[B, L, K], the principal components of photographs by their values [L, P], of each part of
    the pixels by itself."""
    alike = values / np.maximum(values.std(axis=0), FAINT)
    return np.array([_components(part) for part in np.array_split(alike, PARTS, axis=1)])


def factors(lights: np.ndarray, shown: np.ndarray, trusted: np.ndarray) -> np.ndarray:
    """[L, M], combinations of the components `shown` [B, L, K] of each part that follow the
    `lights` [L, 3] best, the photographs `trusted` [T] being judged by; of variance 1 among these,
    the best of a part first."""
    return np.concatenate([_factors(lights, part, trusted) for part in shown], axis=1)


def _components(values: np.ndarray) -> np.ndarray:
    """[L, K]"""
    centred = values - values.mean(axis=0)
    powers, vectors = np.linalg.eigh(centred @ centred.T / values.shape[1])
    largest = np.argsort(-powers)[: min(COMPONENTS, len(values) // EACH[0])]
    return np.asarray(vectors[:, largest] * np.sqrt(powers[largest].clip(0)))


def _factors(lights: np.ndarray, shown: np.ndarray, trusted: np.ndarray) -> np.ndarray:
    """[L, M], of one part's components [L, K]."""
    left = min((left for _, left in left_out(lights, shown, trusted, SMOOTH)), key=_size)
    size = np.sqrt(np.sum(left**2, axis=1))
    # One photograph that nothing predicts is not to decide.
    left /= np.maximum(size, max(float(np.median(size)), 1e-9))[:, None]
    covariance = left.T @ left
    covariance += GRAIN * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    powers, vectors = np.linalg.eigh(covariance)
    white = shown @ (vectors / np.sqrt(powers))
    own = white[trusted] - white[trusted].mean(axis=0)
    powers, vectors = np.linalg.eigh(own.T @ own)
    best = np.argsort(-powers)[: max(1, min(FACTORS, len(trusted) // EACH[1]))]
    found = white @ vectors[:, best]
    return np.asarray(found / np.maximum(found[trusted].std(axis=0), 1e-12))


def left_out(
    lights: np.ndarray, values: np.ndarray, trusted: np.ndarray, tried: Sequence[Interpolator]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each interpolator the variances [T] of the trusted photographs, each predicted from the
    others, and the errors [T, M] of their values (Rasmussen and Williams 2006, equation 5.12)."""
    for interpolator in tried:
        inverse = interpolator.inverse(lights[trusted])
        own = np.diag(inverse)
        yield 1 / own, inverse @ values[trusted] / own[:, None]


def _size(left: np.ndarray) -> float:
    return float(np.log(np.sum(left**2, axis=1) + 1e-12).mean())
