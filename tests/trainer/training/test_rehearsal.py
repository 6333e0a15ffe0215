"""Pieces of collections and images, and what their times say of the whole."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import trainer.training.rehearsal
from renderer.image.relightable import RelightableImage
from trainer.collection.mlic import Mlic, read_mlic
from trainer.training.rehearsal import for_the_whole, piece_of_collection, piece_of_image

from ..conftest import ring_lights, write_collection, write_picture


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of collections as small as these, a piece would be the whole."""
    monkeypatch.setattr(trainer.training.rehearsal, "FEWEST_PIXELS", 64)
    monkeypatch.setattr(trainer.training.rehearsal, "FEWEST_ROWS", 2)


@pytest.fixture(params=[False, True], ids=["whole", "masked"])
def noise(request: pytest.FixtureRequest, tmp_path: Path) -> Mlic:
    """Pixels that are all of their own, and an object that has its own middle row."""
    pictures = np.random.default_rng(0).integers(0, 256, (20, 40, 30, 3), np.uint8)
    path = write_collection(tmp_path / "noise", lights=ring_lights(), pictures=pictures)
    if request.param:
        y, x = np.mgrid[:40, :30]
        ring = np.abs(np.hypot(y - 25, x - 14) - 9) < 2
        write_picture(path / "mask.png", ring.astype(np.uint8) * 255)
    return read_mlic(path)


def test_a_piece_holds_the_middle_rows_of_every_photograph(noise: Mlic) -> None:
    piece = piece_of_collection(noise)
    assert piece.names == noise.names
    assert piece.width == noise.width
    assert 2 <= piece.height < noise.height / 2
    whole, found = noise.train.images, piece.train.images
    height = piece.height
    (top,) = (y for y in range(40 - height + 1) if np.array_equal(whole[:, y : y + height], found))
    middle = 20 if noise.mask is None else 25
    assert top <= middle <= top + height
    np.testing.assert_array_equal(piece.test.image(0), noise.test.image(0)[top : top + height])
    if noise.mask is not None:
        assert piece.mask is not None
        np.testing.assert_array_equal(piece.mask, noise.mask[top : top + height])
        assert piece.mask.any()


def test_a_small_collection_is_its_own_piece(noise: Mlic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer.training.rehearsal, "FEWEST_PIXELS", 1 << 20)
    piece = piece_of_collection(noise)
    if noise.mask is None:
        np.testing.assert_array_equal(piece.train.images, noise.train.images)
    else:
        assert np.count_nonzero(piece.mask) == np.count_nonzero(noise.mask)


def test_times_grow_with_the_pixels(make_image: Callable[..., RelightableImage]) -> None:
    image = make_image(width=64, height=256)
    image.mask = np.zeros((256, 64), bool)
    image.mask[120:136] = True
    piece = piece_of_image(image)
    assert piece.mask is not None
    seconds = for_the_whole({"storing": 1, "tiles": 1}, piece, image)
    assert seconds["tiles"] == pytest.approx(256 / piece.height)
    assert seconds["storing"] == pytest.approx(16 * 64 / np.count_nonzero(piece.mask))
    np.testing.assert_array_equal(
        piece.planes, image.planes[:, 128 - piece.height // 2 :][:, : piece.height]
    )


def test_measuring_levels_stops_growing(
    make_image: Callable[..., RelightableImage], monkeypatch: pytest.MonkeyPatch
) -> None:
    image = make_image(width=64, height=256)
    piece = piece_of_image(image)
    monkeypatch.setattr(trainer.training.rehearsal, "MEASURED_PIXELS", 3 * 64 * piece.height)
    assert for_the_whole({"measuring": 2}, piece, image)["measuring"] == pytest.approx(6)
