"""Colour profiles, and what files hint at without one, against the formulas of the standards."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips
import tifffile
from PIL import Image, ImageCms
from skimage.color import deltaE_ciede2000, rgb2lab

from trainer.photographs.pictures import read_header, read_picture

from ..profiles import (
    ADOBE_GAMMA,
    ADOBE_RGB,
    SRGB,
    gamma_curve,
    grey_profile,
    linear_to_srgb,
    parametric_srgb_curve,
    rgb_profile,
    sampled_srgb_curve,
)

RANDOM = np.random.default_rng(0)
BYTES = RANDOM.integers(0, 256, (60, 80, 3), np.uint8)
WIDE = RANDOM.integers(0, 65536, (60, 80, 3)).astype(np.uint16)
ADOBE = rgb_profile("Adobe RGB (1998)", ADOBE_RGB, gamma_curve(ADOBE_GAMMA))


def from_adobe(values: np.ndarray) -> np.ndarray:
    """Adobe RGB 0..1 -> sRGB 0..1."""
    return linear_to_srgb(values**ADOBE_GAMMA @ ADOBE_RGB.T @ np.linalg.inv(SRGB).T)


def difference(picture: np.ndarray, expected: np.ndarray) -> float:
    return float(deltaE_ciede2000(rgb2lab(picture), rgb2lab(expected)).max())


def saved(path: Path, values: np.ndarray, **options: Any) -> Path:
    lossless = {"lossless": True, "exact": True} if path.suffix == ".webp" else {}
    Image.fromarray(values).save(path, **lossless, **options)
    return path


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
def test_a_profile_is_converted_to_srgb(tmp_path: Path, suffix: str) -> None:
    file = saved(tmp_path / f"photo{suffix}", BYTES, icc_profile=ADOBE)
    picture = read_picture(file)
    assert picture.values.dtype == np.uint8
    assert difference(picture.values / 255, from_adobe(BYTES / 255)) < 0.8
    assert picture.header.colour == "Adobe RGB (1998) converted to sRGB"
    assert picture.header.converted


def test_sixteen_bits_are_converted_in_sixteen(tmp_path: Path) -> None:
    file = tmp_path / "photo.tif"
    tifffile.imwrite(file, WIDE, photometric="rgb", iccprofile=ADOBE)
    picture = read_picture(file)
    assert picture.values.dtype == np.uint16
    assert difference(picture.values / 65535, from_adobe(WIDE / 65535)) < 0.5
    ramp = np.repeat(np.linspace(0, 65535, 4000).astype(np.uint16)[None, :, None], 3, axis=2)
    tifffile.imwrite(file, np.repeat(ramp, 20, axis=0), photometric="rgb", iccprofile=ADOBE)
    shown = read_picture(file).values[0].astype(float)
    expected = linear_to_srgb((ramp[0] / 65535) ** ADOBE_GAMMA) * 65535
    assert np.abs(shown - expected).max() < 257
    assert len(np.unique(shown[:, 1])) > 3000


def test_a_jpegs_profile_is_converted(tmp_path: Path) -> None:
    flat = np.full((32, 32, 3), (200, 90, 40), np.uint8)
    file = saved(tmp_path / "photo.jpg", flat, icc_profile=ADOBE, quality=100, subsampling=0)
    expected = from_adobe(flat / 255)
    assert difference(read_picture(file).values / 255, expected) < 1


SRGB_PROFILES = {
    "LittleCMS": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    "libvips": bytes(pyvips.Image.profile_load("srgb")),
    "1024 points": rgb_profile("sRGB IEC61966-2.1", SRGB, sampled_srgb_curve(1024)),
    "few points": rgb_profile("c2", SRGB, sampled_srgb_curve(48)),
    "parameters": rgb_profile("sRGB", SRGB, parametric_srgb_curve()),
}


@pytest.mark.parametrize("edition", SRGB_PROFILES)
def test_srgb_profiles_leave_every_integer(tmp_path: Path, edition: str) -> None:
    profile = SRGB_PROFILES[edition]
    for suffix in (".png", ".tif", ".webp"):
        file = saved(tmp_path / f"photo{suffix}", BYTES, icc_profile=profile)
        np.testing.assert_array_equal(read_picture(file).values, BYTES)
        assert (read_header(file).colour, read_header(file).remarks) == ("sRGB", ())
    tifffile.imwrite(tmp_path / "wide.tif", WIDE, photometric="rgb", iccprofile=profile)
    np.testing.assert_array_equal(read_picture(tmp_path / "wide.tif").values, WIDE)


def test_what_only_resembles_srgb_is_converted(tmp_path: Path) -> None:
    profile = rgb_profile("gamma 2.2", SRGB, gamma_curve(2.2))
    file = saved(tmp_path / "photo.png", BYTES, icc_profile=profile)
    expected = linear_to_srgb((BYTES / 255) ** 2.19921875) * 255
    assert np.abs(read_picture(file).values - expected).max() < 1.1


def test_linear_floats_with_a_profile_are_known(tmp_path: Path) -> None:
    file = tmp_path / "photo.tif"
    linear = RANDOM.random((40, 50, 3)).astype(np.float32)
    profile = rgb_profile("linear", SRGB, gamma_curve(1))
    tifffile.imwrite(file, linear, photometric="rgb", iccprofile=profile)
    shown = read_picture(file).values / 65535
    assert difference(shown, linear_to_srgb(linear)) < 0.5


def test_grey_profiles_are_converted_or_srgbs_own(tmp_path: Path) -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (20, 1))
    file = saved(tmp_path / "a.png", ramp, icc_profile=grey_profile("2.2", gamma_curve(2.2)))
    expected = linear_to_srgb((ramp / 255) ** 2.19921875) * 255
    assert np.abs(read_picture(file).values - expected[..., None]).max() < 1.1
    same = grey_profile("sGrey", sampled_srgb_curve(1024))
    file = saved(tmp_path / "b.png", ramp, icc_profile=same)
    np.testing.assert_array_equal(read_picture(file).values, np.repeat(ramp[..., None], 3, axis=2))


def test_cmyk_is_converted_with_its_profile(tmp_path: Path) -> None:
    profile = bytes(pyvips.Image.profile_load("cmyk"))
    inks = RANDOM.integers(0, 256, (60, 80, 4), np.uint8)
    tifffile.imwrite(tmp_path / "photo.tif", inks, photometric="separated", iccprofile=profile)
    transform = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        "CMYK",
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    known = ImageCms.applyTransform(Image.fromarray(inks, "CMYK"), transform)
    picture = read_picture(tmp_path / "photo.tif")
    assert np.abs(picture.values - np.asarray(known).astype(int)).max() <= 2
    assert picture.header.remarks == ()


def test_cmyk_without_a_profile_is_mixed_and_remarked(tmp_path: Path) -> None:
    inks = Image.fromarray(np.dstack([255 - BYTES, np.zeros((60, 80, 1), np.uint8)]), "CMYK")
    inks.save(tmp_path / "photo.jpg", quality=100, subsampling=0)
    with Image.open(tmp_path / "photo.jpg") as known:
        expected = np.asarray(known.convert("RGB")).astype(int)
    picture = read_picture(tmp_path / "photo.jpg")
    assert np.abs(picture.values - expected).max() <= 2
    assert "CMYK without a usable profile" in picture.header.remarks[0]


@pytest.mark.parametrize("kind", ["cut", "zeros", "of grey", "no profile"])
def test_a_damaged_profile_is_remarked_and_srgb_assumed(
    tmp_path: Path, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    profile = {
        "cut": ADOBE[:200],
        "zeros": ADOBE[:128] + bytes(len(ADOBE) - 128),
        "of grey": grey_profile("grey", gamma_curve(2.2)),
        "no profile": b"something else altogether",
    }[kind]
    file = tmp_path / "photo.tif"
    tifffile.imwrite(file, BYTES, photometric="rgb", iccprofile=profile)
    picture = read_picture(file)
    np.testing.assert_array_equal(picture.values, BYTES)
    assert picture.header.remarks == (
        "a colour profile that is damaged or of another kind; sRGB is assumed",
    )
    assert picture.header.colour == "sRGB assumed"
    assert capfd.readouterr().err == ""


def with_chunk(file: Path, kind: bytes, payload: bytes) -> None:
    data = file.read_bytes()
    check = struct.pack(">I", zlib.crc32(kind + payload))
    chunk = struct.pack(">I", len(payload)) + kind + payload + check
    file.write_bytes(data[:33] + chunk + data[33:])


def chromaticities(green_x: int, green_y: int) -> bytes:
    return struct.pack(">8I", 31270, 32900, 64000, 33000, green_x, green_y, 15000, 6000)


@pytest.mark.parametrize(
    ("kind", "payload", "words"),
    [
        (b"gAMA", struct.pack(">I", 45455), None),
        (b"gAMA", struct.pack(">I", 100000), "a gamma of 1 (gAMA)"),
        (b"cHRM", chromaticities(30000, 60000), None),
        (
            b"cHRM",
            chromaticities(21000, 71000),
            "cHRM",
        ),
        (b"cICP", bytes([1, 13, 0, 1]), None),
        (b"cICP", bytes([9, 16, 0, 1]), "cICP"),
    ],
)
def test_what_a_png_hints_at_is_remarked(
    tmp_path: Path, kind: bytes, payload: bytes, words: str | None
) -> None:
    file = saved(tmp_path / "photo.png", BYTES)
    with_chunk(file, kind, payload)
    picture = read_picture(file)
    np.testing.assert_array_equal(picture.values, BYTES)
    if words is None:
        assert picture.header.remarks == ()
    else:
        (remark,) = picture.header.remarks
        assert words in remark
        assert remark.endswith("but no colour profile; sRGB is assumed")


def test_adobe_rgb_in_exif_alone_is_remarked(tmp_path: Path) -> None:
    for suffix in (".jpg", ".webp", ".png"):
        exif = Image.Exif()
        exif[0x112] = 1
        exif.get_ifd(0x8769).update({0xA001: 65535, 0xA005: {1: "R03"}})
        file = saved(tmp_path / f"photo{suffix}", BYTES, exif=exif)
        assert read_header(file).remarks == (
            "EXIF's mark of Adobe RGB but no colour profile; sRGB is assumed",
        )
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA001] = 1
    assert read_header(saved(tmp_path / "plain.jpg", BYTES, exif=exif)).remarks == ()
