"""Picture files, whole and broken."""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from shaders.errors import RakingError
from trainer.photographs.pictures import read_header, read_picture

from ..raws import write_dng


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
    "photo.webp": {},
    "lossless.webp": {"lossless": True},
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


@pytest.mark.parametrize("name", ["photo.jpg", "photo.png", "lzw.tif", "deflate.tif"])
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


def test_garbage_amid_a_jpeg_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "photo.jpg")
    whole = file.read_bytes()
    middle = len(whole) // 2
    file.write_bytes(whole[:middle] + b"\xff\xc7garbage" + whole[middle:])
    with pytest.raises(RakingError, match="damaged"):
        read_picture(file)
    assert capfd.readouterr().err == ""


def test_a_jpeg_that_goes_on_after_its_picture_is_refused(tmp_path: Path) -> None:
    """As where bytes are there twice: the decoder stops once it has all blocks."""
    file = written(tmp_path, "photo.jpg")
    whole = file.read_bytes()
    scan = whole.index(b"\xff\xda")
    file.write_bytes(whole[:-2] + whole[scan:])
    with pytest.raises(RakingError, match="damaged"):
        read_picture(file)


def test_the_first_picture_of_several_in_a_jpeg_is_read(tmp_path: Path) -> None:
    others = [Image.fromarray(noise()[::-1].copy()), Image.fromarray(noise()[::4, ::4].copy())]
    file = tmp_path / "photo.mpo"
    Image.fromarray(noise()).save(file, format="MPO", save_all=True, append_images=others)
    with Image.open(file) as known:
        expected = np.asarray(known.convert("RGB")).astype(int)
    assert np.abs(read_picture(file).values - expected).max() <= 1


def test_a_transparent_colour_of_a_png_is_a_colour(tmp_path: Path) -> None:
    image = Image.fromarray(noise())
    image.save(tmp_path / "keyed.png", transparency=tuple(map(int, noise()[5, 5])))
    np.testing.assert_array_equal(read_picture(tmp_path / "keyed.png").values, noise())


def test_text_named_as_a_picture_is_refused(tmp_path: Path) -> None:
    for name in ("photo.svg.png", "photo.jpg", "photo.webp"):
        (tmp_path / name).write_text("<svg xmlns='http://www.w3.org/2000/svg' width='9'/>")
        with pytest.raises(RakingError, match="is damaged or no JPEG, PNG, TIFF or WebP picture"):
            read_picture(tmp_path / name)


@pytest.mark.parametrize("name", [*KINDS, "photo.dng"])
def test_mutated_files_are_read_or_refused_in_one_sentence(
    tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    random = np.random.default_rng(3)
    if name == "photo.dng":
        pytest.importorskip("rawpy", reason="the extra `raw` is not installed")
        file = tmp_path / name
        write_dng(file, np.full((40, 50, 3), 0.2))
    else:
        file = written(tmp_path, name)
    whole = file.read_bytes()
    for _ in range(60):
        mutated = bytearray(whole)
        for at in random.integers(0, min(len(whole), 500), 3):
            mutated[at] = random.integers(256)
        file.write_bytes(mutated)
        try:
            assert read_header(file).size == read_picture(file).values.shape[:2]
        except RakingError as error:
            assert len(str(error)) < 300
            assert name in str(error)
    assert capfd.readouterr().err == ""


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
