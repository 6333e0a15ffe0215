"""The smaller levels of a pyramid: they show what shrinking the picture would, and say how well."""

from collections.abc import Callable

import numpy as np
import pytest

import trainer.training.levels
from renderer.image.pyramid import halvings
from renderer.image.relightable import RelightableImage
from shaders.network import Layer
from shaders.neural import NeuralDecoder
from trainer.running.plan import Plan, Standing
from trainer.training.levels import level_errors, smaller_levels

MakeImage = Callable[..., RelightableImage]
Relight = Callable[..., np.ndarray]


def shrunk(picture: np.ndarray, times: int, mask: np.ndarray | None = None) -> np.ndarray:
    """Means over squares of 2^times pixels, all at once: exact where all squares are whole."""
    side = 2**times
    height, width = picture.shape[0] // side, picture.shape[1] // side
    squares = picture.reshape(height, side, width, side, 3)
    if mask is None:
        return squares.mean(axis=(1, 3))
    share = mask.reshape(height, side, width, side, 1)
    return (squares * share).sum(axis=(1, 3)) / share.sum(axis=(1, 3))


def psnr_by_hand(
    image: RelightableImage, planes: np.ndarray, times: int, by_hand: Relight
) -> float:
    level = RelightableImage(image.decoder, planes)
    errors = [
        (by_hand(level, light).clip(0, 1) - shrunk(by_hand(image, light).clip(0, 1), times)) ** 2
        for light in trainer.training.levels.MEASURED.tolist()
    ]
    return float(-10 * np.log10(np.mean(errors)))


def test_errors_are_those_of_the_definition(make_image: MakeImage, by_hand: Relight) -> None:
    image = make_image()
    levels = [np.stack(planes) for planes in zip(*map(halvings, image.planes), strict=True)][1:]
    found = level_errors(image, levels)
    assert [(row["width"], row["height"]) for row in found] == [(32, 24), (16, 12)]
    for times, row in enumerate(found, start=1):
        expected = psnr_by_hand(image, levels[times - 1], times, by_hand)
        assert row["psnr"] == pytest.approx(expected, abs=0.01)


def test_fitted_levels_are_better_than_means(make_image: MakeImage, by_hand: Relight) -> None:
    image = make_image()
    means = [np.stack(planes) for planes in zip(*map(halvings, image.planes), strict=True)][1:]
    smaller = smaller_levels(image)
    assert [planes.shape for planes in smaller.planes] == [planes.shape for planes in means]
    for times in (1, 2):
        fitted = psnr_by_hand(image, smaller.planes[times - 1], times, by_hand)
        assert fitted > psnr_by_hand(image, means[times - 1], times, by_hand) + 1.5
        assert smaller.errors[times - 1]["psnr"] == pytest.approx(fitted, abs=0.01)


def test_what_means_show_well_is_not_touched(make_image: MakeImage) -> None:
    image = make_image()
    image.planes[:] = image.planes[:, :1, :1]
    smaller = smaller_levels(image)
    for planes in smaller.planes:
        np.testing.assert_array_equal(
            planes, np.broadcast_to(image.planes[:, :1, :1], planes.shape)
        )
    assert smaller.errors[0]["psnr"] == 100


def test_pixels_off_the_object_do_not_count(make_image: MakeImage) -> None:
    image = make_image()
    image.mask = np.random.default_rng(1).random((48, 64)) < 0.7
    image.planes[:, image.mask] = 90
    smaller = smaller_levels(image)
    assert (smaller.planes[1][:, halvings(image.mask.astype(np.uint8) * 255)[2] > 0] == 90).all()
    assert smaller.errors[0]["psnr"] == 100


def test_blocks_fit_together(make_image: MakeImage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same levels, whether the image is fitted in blocks or at once."""
    image = make_image(width=150, height=77)
    image.mask = np.random.default_rng(1).random((77, 150)) < 0.7
    whole = smaller_levels(image)
    monkeypatch.setattr(trainer.training.levels, "BLOCK", 32)
    monkeypatch.setattr(trainer.training.levels, "BLOCK_LEVELS", 5)
    told: list[Standing] = []
    blocks = smaller_levels(image, Plan(told.append))
    assert list(dict.fromkeys(standing.phase for standing in told)) == ["levels", "measuring"]
    fitted = [standing for standing in told if standing.phase == "levels"][1:]
    assert (fitted[-1].done, fitted[-1].total) == (150 * 77, 150 * 77)
    assert len(fitted) == 15
    for one, other in zip(whole.planes[:5], blocks.planes[:5], strict=True):
        # Sums that are taken in another order may round otherwise, and that goes on.
        assert (np.abs(one.astype(int) - other) > 1).mean() < 1e-3
    assert [planes.shape[1:3] for planes in blocks.planes[5:]] == [(2, 3), (1, 2), (1, 1)]
    for one, other in zip(whole.errors[:4], blocks.errors, strict=False):
        assert one["psnr"] == pytest.approx(other["psnr"], abs=0.05)


def test_linear_images_keep_their_means(make_linear_image: MakeImage) -> None:
    image = make_linear_image("ptm", 18)
    smaller = smaller_levels(image)
    for i, plane in enumerate(image.planes):
        for found, expected in zip(smaller.planes, halvings(plane)[1:], strict=True):
            np.testing.assert_array_equal(found[i], expected)


def test_a_saturated_decoder_stays_finite(make_image: MakeImage) -> None:
    """Colours far beyond white, where nothing that the latents do is seen."""
    image = make_image()
    first, second, third = image.decoder.layers
    image.decoder = NeuralDecoder(
        (first, second, Layer(third.weight * 50, third.bias + 20)),
        image.decoder.latent_min,
        image.decoder.latent_max,
    )
    assert all(np.isfinite(row["psnr"]) for row in smaller_levels(image).errors)
