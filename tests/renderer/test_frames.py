"""Relit frames as files."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renderer import frames
from shaders.errors import RakingError


def test_orbit_is_a_circle_at_its_elevation() -> None:
    lights = frames.orbit(8, elevation=60)
    np.testing.assert_allclose(np.hypot(*lights.T), 0.5, atol=1e-12)
    np.testing.assert_allclose(lights[2], (0, 0.5), atol=1e-12)


def test_a_crop_is_a_part_of_the_whole(make_image, by_hand) -> None:
    image = make_image()
    whole = by_hand(image, (0.2, 0.3))
    part = by_hand(frames.crop_image(image, (10, 5, 20, 12)), (0.2, 0.3))
    np.testing.assert_array_equal(part, whole[5:17, 10:30])


def test_a_crop_of_a_linear_image(make_linear_image, by_hand) -> None:
    image = make_linear_image("rbf", 9)
    part = next(
        frames.relight_frames(frames.crop_image(image, (10, 5, 20, 12)), np.array([[0.2, 0.3]]))
    )
    expected = np.rint(by_hand(image, (0.2, 0.3)).clip(0, 1) * 255)[5:17, 10:30]
    assert np.abs(np.asarray(part) - expected).max() <= 1


@pytest.mark.parametrize("crop", [(0, 0, 65, 10), (-1, 0, 5, 5), (0, 0, 0, 5)])
def test_a_crop_outside_is_refused(make_image, crop: tuple[int, int, int, int]) -> None:
    with pytest.raises(RakingError, match="does not lie within"):
        frames.crop_image(make_image(), crop)


def test_sequence_and_animation(make_image, by_hand, tmp_path: Path) -> None:
    image = make_image()
    lights = frames.orbit(3)
    names = ["a", "b", "c"]
    frames.write_sequence(frames.relight_frames(image, lights), names, tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "a.png",
        "animation.webp",
        "b.png",
        "c.png",
    ]
    with Image.open(tmp_path / "out" / "b.png") as frame:
        levels = np.asarray(frame)
    expected = np.rint(by_hand(image, tuple(lights[1])).clip(0, 1) * 255)
    assert np.abs(levels - expected).max() <= 1
    with Image.open(tmp_path / "out" / "animation.webp") as animation:
        assert animation.n_frames == 3


@pytest.mark.parametrize("kind", ["neural", "hsh"])
def test_a_mask_makes_transparent_frames(make_image, make_linear_image, kind: str) -> None:
    image = make_image() if kind == "neural" else make_linear_image()
    image.mask = np.zeros((48, 64), bool)
    image.mask[:, :30] = True
    frame = next(frames.relight_frames(image, frames.orbit(1)))
    alpha = np.asarray(frame)[..., 3]
    assert (alpha[:, :30] == 255).all()
    assert (alpha[:, 30:] == 0).all()


def test_size(make_image) -> None:
    assert next(frames.relight_frames(make_image(), frames.orbit(1), (32, 24))).size == (32, 24)


def test_an_interrupt_leaves_nothing(make_image, tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    relit = frames.relight_frames(make_image(), frames.orbit(4))
    with pytest.raises(KeyboardInterrupt):
        frames.write_sequence(relit, list("abcd"), tmp_path / "out", interrupt)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_refused(make_image, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(RakingError, match="not empty"):
        frames.write_sequence(frames.relight_frames(make_image(), frames.orbit(1)), ["a"], tmp_path)
