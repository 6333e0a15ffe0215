"""Points of many dimensions laid out in two."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from shaders.errors import RakingError

Method = Literal["axes", "tsne"]

AXES = 9  # of what pixels show, that t-SNE looks at: as many as a pixel has latents
PERPLEXITY = 30.0
EXAGGERATED, PLAIN = 250, 500  # iterations
TOLD_EVERY = 10


def principal_axes(points: np.ndarray, number: int) -> np.ndarray:
    """[N, D] -> [N, number], the coordinates along the axes of greatest variance, largest first.

    An axis points to where most of its squared weight is positive, so that signs are not chance.
    """
    centred = points.astype(np.float64) - points.mean(axis=0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors[:, ::-1][:, :number]
    axes *= np.where((axes * np.abs(axes)).sum(axis=0) < 0, -1, 1)
    return centred @ axes


def laid_out(
    responses: np.ndarray,
    method: Method,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """[N, M, 3] what pixels show -> [N, 2].

    "axes" are the two principal axes. "tsne" begins with them and keeps neighbours together (van
    der Maaten and Hinton 2008, by openTSNE). Distances are those of what is shown, so that a
    latent that changes no picture counts for nothing. `progress` is told iterations, and of how
    many.

    Raises RakingError where openTSNE is needed and absent.
    """
    flat = responses.reshape(len(responses), -1)
    if method == "axes":
        return principal_axes(flat, 2)
    opentsne = _opentsne()
    done = 0

    def tell(iteration: int, _error: float, _embedding: np.ndarray) -> None:
        nonlocal done
        done += TOLD_EVERY
        if progress:
            progress(min(done, EXAGGERATED + PLAIN), EXAGGERATED + PLAIN)

    axes = principal_axes(flat, min(AXES, flat.shape[1]))
    start = axes[:, :2] * (1e-4 / max(float(axes[:, 0].std()), 1e-12))
    found = opentsne.TSNE(
        perplexity=min(PERPLEXITY, (len(axes) - 1) / 3),
        early_exaggeration_iter=EXAGGERATED,
        n_iter=PLAIN,
        initialization=start,
        random_state=seed,
        callbacks=tell,
        callbacks_every_iters=TOLD_EVERY,
        n_jobs=1,  # the same map again, and no threads that spin where cores are shared
    ).fit(axes)
    return np.asarray(found, np.float64)


def _opentsne() -> Any:
    try:
        import openTSNE
    except ImportError:
        raise RakingError(
            "t-SNE is not installed: pip install openTSNE, or choose --method axes"
        ) from None
    return openTSNE
