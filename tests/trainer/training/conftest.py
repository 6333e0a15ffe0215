"""What two trainings made, compared."""

import numpy as np

from renderer.image.relightable import RelightableImage
from trainer.models.oracle import relight

UNSEEN = np.array([[0.1, 0.2], [-0.4, 0.3], [0.5, -0.5], [-0.2, -0.7]], np.float32)


def frames(image: RelightableImage, lights: np.ndarray = UNSEEN) -> np.ndarray:
    return np.stack(list(relight(image, lights)))


def same(a: RelightableImage, b: RelightableImage) -> bool:
    return bool(
        np.array_equal(a.planes, b.planes)
        and all(
            np.array_equal(x.weight, y.weight) and np.array_equal(x.bias, y.bias)
            for x, y in zip(a.decoder.layers, b.decoder.layers, strict=True)
        )
    )
