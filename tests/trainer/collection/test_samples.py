"""Object pixels as training takes them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from trainer.collection.mlic import read_mlic
from trainer.collection.samples import Samples

from ..conftest import SIZE, bumps, ring_lights, write_picture

Write = Callable[..., Path]
HELD_OUT = [3, 11]


@pytest.fixture
def masked(collection: Write, depth: int) -> tuple[Samples, np.ndarray]:
    """Samples of a masked collection, and what was written of its object: [P, 20, 3], 0..1."""
    pictures = bumps(ring_lights()).astype(np.uint8 if depth == 8 else np.uint16)
    pictures = pictures if depth == 8 else pictures * 257
    path = collection(pictures=pictures, test=[f"image{i:02}.png" for i in HELD_OUT])
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[3:9, 5:20] = 255
    write_picture(path / "mask.png", mask)
    samples = Samples(read_mlic(path), torch.device("cpu"))
    return samples, pictures[:, mask > 0].transpose(1, 0, 2) / (255 if depth == 8 else 65535)


@pytest.mark.parametrize("depth", [8, 16])
def test_values_are_those_of_the_photographs(masked: tuple[Samples, np.ndarray]) -> None:
    samples, written = masked
    pixels = torch.tensor([0, 17, 89, 17])
    trained, lit = (np.delete(a, HELD_OUT, b) for a, b in ((written, 1), (ring_lights(), 0)))
    assert len(samples) == 90
    np.testing.assert_allclose(samples.values(pixels), trained[pixels], atol=1e-6)
    tested = samples.test_values(pixels)
    np.testing.assert_allclose(tested, written[pixels][:, HELD_OUT], atol=1e-6)
    np.testing.assert_allclose(samples.lights, lit[:, :2], atol=1e-6)
    assert samples.values(pixels[:0]).shape == (0, 18, 3)
    rows, columns = samples.place.numpy() // SIZE, samples.place.numpy() % SIZE
    assert {(rows.min(), columns.min()), (rows.max(), columns.max())} == {(3, 5), (8, 19)}


@pytest.mark.parametrize("depth", [8])
def test_without_some_lights_the_others_stay_where_they_are(
    masked: tuple[Samples, np.ndarray],
) -> None:
    samples, _ = masked
    pixels = torch.arange(90)
    fewer = samples.without([0, 16])
    kept = [i for i in range(18) if i not in (0, 16)]
    torch.testing.assert_close(fewer.values(pixels), samples.values(pixels)[:, kept])
    torch.testing.assert_close(fewer.lights, samples.lights[kept])
    torch.testing.assert_close(fewer.without([0]).lights, samples.lights[kept[1:]])
    torch.testing.assert_close(fewer.test_values(pixels), samples.test_values(pixels))
    assert len(samples.lights) == 18, "the whole stays whole"
