"""Whether the evidence of an image predicts its error, on photographs that were held out."""

import numpy as np
from scipy.stats import spearmanr

from renderer.image.relightable import RelightableImage
from trainer.collection.mlic import Photographs
from trainer.models.oracle import relight
from trainer.models.seen import expected_error

COMPARED = 500_000  # pixels, of all pictures together


def evidence_correlation(
    image: RelightableImage, test: Photographs, mask: np.ndarray | None
) -> float | None:
    """Spearman's rank correlation of the expected and the true error of pixels under test lights,
    over all of these together; None where either is the same everywhere.

    An error is the root mean square of the three channels'. `mask` [H, W] restricts the pixels.
    """
    inside = np.flatnonzero(np.ones(test.size, bool) if mask is None else mask)
    each = min(len(inside), max(1, COMPARED // len(test.names)))
    random = np.random.default_rng(0)
    true, expected = [], []
    for i, light in enumerate(test.conditions):
        some = random.choice(inside, each, replace=False)
        (shown,) = relight(image, light)
        squared = np.square(np.rint(shown.clip(0, 1) * 255) / 255 - test.image(i)).mean(axis=-1)
        true.append(np.sqrt(squared).ravel()[some])
        expected.append(expected_error(image, light).ravel()[some])
    found = float(spearmanr(np.concatenate(true), np.concatenate(expected))[0])
    return found if np.isfinite(found) else None
