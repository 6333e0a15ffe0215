"""Picture files, whole and broken."""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from shaders.errors import RakingError
from trainer.pictures import read_picture


def noise(depth: int = 8, size: tuple[int, int] = (90, 120)) -> np.ndarray:
    random = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    picture = cv2.GaussianBlur(random, (0, 0), 1.5)
    return picture if depth == 8 else picture.astype(np.uint16) * 257


KINDS = {
    "photo.jpg": {},
    "progressive.jpg": {"progressive": True},
    "photo.png": {},
    "photo.tif": {},
    "lzw.tif": {"compression": "tiff_lzw"},
    "deflate.tif": {"compression": "tiff_deflate"},
}


def written(path: Path, name: str) -> Path:
    file = path / name
    Image.fromarray(noise()).save(file, **KINDS[name])
    return file


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.95, -20, -2, -1])
def test_a_truncated_file_is_refused(
    tmp_path: Path, name: str, kept: float, capfd: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, name)
    whole = file.read_bytes()
    read_picture(file)
    file.write_bytes(whole[: int(kept) if kept < 0 else int(len(whole) * kept)])
    with pytest.raises(RakingError, match=f"{name} is damaged"):
        read_picture(file)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", ["photo.jpg", "photo.png", "lzw.tif"])
def test_a_file_that_ends_in_zeros_is_refused(tmp_path: Path, name: str) -> None:
    file = written(tmp_path, name)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2].ljust(len(whole), b"\0"))
    with pytest.raises(RakingError, match="damaged"):
        read_picture(file)


def test_a_thumbnail_does_not_make_up_for_the_end(tmp_path: Path) -> None:
    file = written(tmp_path, "photo.jpg")
    whole = file.read_bytes()
    application = b"\xff\xe1" + (len(whole) + 2).to_bytes(2, "big") + whole
    file.write_bytes(whole[:2] + application + whole[2:])
    np.testing.assert_allclose(read_picture(file).values, noise(), atol=60)
    file.write_bytes(file.read_bytes()[:-300])
    with pytest.raises(RakingError, match="damaged"):
        read_picture(file)


def test_bytes_behind_the_end_do_no_harm(tmp_path: Path) -> None:
    for name in ("photo.jpg", "photo.png"):
        file = written(tmp_path, name)
        file.write_bytes(file.read_bytes() + b"\0 a camera's own\xff\xd8")
        assert read_picture(file).values.shape == (90, 120, 3)


def test_a_flipped_bit_in_a_png_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, "photo.png")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 4
    file.write_bytes(data)
    with pytest.raises(RakingError, match="damaged"):
        read_picture(file)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "RGB16", "L16"])
def test_all_modes_come_as_rgb(tmp_path: Path, suffix: str, mode: str) -> None:
    file, colour = tmp_path / f"photo.{suffix}", noise()
    grey = colour[..., 1]
    alpha = np.full_like(grey, 40)
    if mode == "RGB16":
        cv2.imwrite(str(file), noise(16)[..., ::-1])
        expected = noise(16)
    elif mode == "L16":
        cv2.imwrite(str(file), noise(16)[..., 1])
        expected = np.repeat(noise(16)[..., 1:2], 3, axis=2)
    else:
        image = {
            "RGB": lambda: Image.fromarray(colour),
            "RGBA": lambda: Image.fromarray(np.dstack([colour, alpha])),
            "L": lambda: Image.fromarray(grey),
            "LA": lambda: Image.merge("LA", [Image.fromarray(grey), Image.fromarray(alpha)]),
            "P": lambda: Image.fromarray(colour).convert("P"),
            "1": lambda: Image.fromarray(grey).convert("1"),
        }[mode]()
        image.save(file)
        expected = np.asarray(image.convert("RGB"))
    picture = read_picture(file)
    np.testing.assert_array_equal(picture.values, expected)
    assert picture.values.dtype == expected.dtype
    assert picture.sha256 == hashlib.sha256(file.read_bytes()).digest()


def test_a_tiff_whose_colours_are_multiplied_by_alpha_is_refused(tmp_path: Path) -> None:
    alpha = np.full((90, 120, 1), 255, np.uint8)
    file = tmp_path / "photo.tif"
    tifffile.imwrite(file, np.dstack([noise(), alpha]), photometric="rgb", extrasamples=[1])
    np.testing.assert_array_equal(read_picture(file).values, noise())
    alpha[40, 40] = 254
    tifffile.imwrite(file, np.dstack([noise(), alpha]), photometric="rgb", extrasamples=[1])
    with pytest.raises(RakingError, match=r"photo\.tif is transparent in places"):
        read_picture(file)
