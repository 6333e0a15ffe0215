"""What a whole collection's photographs are read as, and what is said about it."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
import torch
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab

from shaders.errors import RakingError
from trainer.collection.mlic import Mlic, read_mlic
from trainer.collection.samples import Samples
from trainer.training.provenance import origin

from ..conftest import SIZE, bumps, ring_lights
from ..profiles import ADOBE_RGB, gamma_curve, rgb_profile
from ..raws import write_dng

Write = Callable[..., Path]
CASES = Path(__file__).parents[4] / "shared" / "cases" / "collections"
ADOBE = rgb_profile("Adobe RGB (1998)", ADOBE_RGB, gamma_curve(563 / 256))


def pictures() -> np.ndarray:
    return bumps(ring_lights())


def photographs(path: Path) -> list[Path]:
    return sorted(path.glob("image*"))


def rewrite(path: Path, **options: object) -> None:
    """Writes a PNG anew, with the same pixels."""
    with Image.open(path) as image:
        image.load()
    image.save(path, **options)  # type: ignore[arg-type]


def turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x112] = orientation
    return exif


def only_warning(mlic: Mlic) -> str:
    (warning,) = mlic.warnings
    return warning


@pytest.mark.parametrize("suffix", [".png", ".webp", ".jpg", ".tif"])
def test_orientation_flags_are_not_followed(collection: Write, suffix: str) -> None:
    path = collection()
    written = pictures()
    for index, photograph in enumerate(photographs(path)):
        lossless = {"lossless": True} if suffix == ".webp" else {}
        exif = turned((1, 3, 6)[index % 3])
        Image.fromarray(written[index]).save(photograph.with_suffix(suffix), exif=exif, **lossless)
        if suffix != ".png":
            photograph.unlink()
    mlic = read_mlic(path)
    for index, name in enumerate(sorted(mlic.names)):
        difference = mlic.select([name]).images[0].astype(int) - written[index]
        assert np.abs(difference).mean() < (8 if suffix == ".jpg" else 1e-9)
    assert only_warning(mlic).startswith("orientation flags are not followed")
    assert f"image01{suffix}" in only_warning(mlic)
    assert f"image00{suffix}" not in only_warning(mlic)
    assert origin(mlic)["photographs"]["orientation_flags"] == "not followed"


def test_flags_that_turn_nothing_are_not_worth_a_word(collection: Write) -> None:
    path = collection()
    for photograph in photographs(path):
        rewrite(photograph, exif=turned(1))
    assert read_mlic(path).warnings == []


def test_what_was_done_with_colours_is_remembered(collection: Write) -> None:
    plain = read_mlic(collection("plain"))
    assert origin(plain)["photographs"] == {"colour": "sRGB", "bits": 8}
    path = collection("adobe")
    for photograph in photographs(path):
        rewrite(photograph, icc_profile=ADOBE)
    mlic = read_mlic(path)
    assert mlic.warnings == []
    assert mlic.reading == {"colour": "Adobe RGB (1998) converted to sRGB", "bits": 8}
    assert not np.array_equal(mlic.train.stored, plain.train.stored)


def test_different_profiles_in_one_collection_are_warned_about(collection: Write) -> None:
    path = collection()
    rewrite(photographs(path)[3], icc_profile=ADOBE)
    warning = only_warning(read_mlic(path))
    assert warning == (
        "photographs differ in their colours: sRGB (19) and Adobe RGB (1998) converted to sRGB (1)"
    )


def test_a_damaged_profile_is_named(collection: Write) -> None:
    path = collection()
    for photograph in photographs(path):
        rewrite(photograph, icc_profile=ADOBE[:300])
    warning = only_warning(read_mlic(path))
    assert warning.startswith("photographs with a colour profile that is damaged")
    assert "image00.png" in warning
    assert "16 more" in warning


@pytest.mark.parametrize(("white", "bits"), [(1023, 10), (4095, 12)])
def test_fewer_bits_in_sixteen_have_a_white_of_their_own(
    collection: Write, white: int, bits: int
) -> None:
    narrow = np.rint(pictures() / pictures().max() * white).astype(np.uint16)
    mlic = read_mlic(collection(pictures=narrow, suffix=".tif"))
    assert mlic.train.white == white
    assert f"no value of the 16-bit photographs is above {white}" in only_warning(mlic)
    assert mlic.reading["bits"] == bits
    chosen = mlic.select(["image07.tif"])
    np.testing.assert_array_equal(chosen.images[0], narrow[7])
    np.testing.assert_allclose(chosen.image(0), narrow[7] / white, atol=1e-6)
    trained = Samples(mlic, torch.device("cpu")).values(torch.arange(SIZE * SIZE))
    expected = mlic.train.images.reshape(len(mlic.train.names), -1, 3).transpose(1, 0, 2) / white
    np.testing.assert_allclose(trained.numpy(), expected, atol=1e-6)


def test_one_brighter_photograph_makes_sixteen_bits(collection: Write) -> None:
    wide = np.rint(pictures() / pictures().max() * 4095).astype(np.uint16)
    wide[5] *= 2
    mlic = read_mlic(collection(pictures=wide, suffix=".png"))
    assert (mlic.train.white, mlic.warnings) == (65535, [])


def test_tags_tell_white_too(collection: Write) -> None:
    path = collection()
    for photograph, picture in zip(photographs(path), pictures(), strict=True):
        tag = (281, 3, 3, (16383,) * 3, True)
        values = picture.astype(np.uint16) * 60
        options = {"photometric": "rgb", "extratags": [tag]}
        tifffile.imwrite(photograph.with_suffix(".tif"), values, **options)
        photograph.unlink()
    mlic = read_mlic(path)
    assert mlic.train.white == 16383
    assert "14 bits in 16" in only_warning(mlic)


def test_fewer_bits_with_a_colour_profile_are_refused(collection: Write) -> None:
    path = collection()
    for photograph, picture in zip(photographs(path), pictures(), strict=True):
        values = picture.astype(np.uint16) * 16
        options = {"photometric": "rgb", "iccprofile": ADOBE}
        tifffile.imwrite(photograph.with_suffix(".tif"), values, **options)
        photograph.unlink()
    with pytest.raises(RakingError, match="12 bits in 16 and a colour profile"):
        read_mlic(path)


def test_dark_floats_stay_dark(collection: Write) -> None:
    path = collection()
    for photograph, picture in zip(photographs(path), pictures(), strict=True):
        values = picture.astype(np.float32) / 255 / 20
        tifffile.imwrite(photograph.with_suffix(".tif"), values, photometric="rgb")
        photograph.unlink()
    mlic = read_mlic(path)
    assert mlic.train.white == 65535
    assert only_warning(mlic).startswith("photographs with floats")


def test_raw_photographs_share_one_white_balance(collection: Write) -> None:
    pytest.importorskip("rawpy", reason="the extra `raw` is not installed")
    path = collection()
    for index, photograph in enumerate(photographs(path)):
        as_shot = (0.5, 1.0, 0.6) if index == 0 else (0.3 + 0.03 * index, 1.0, 0.4)
        scene = np.full((32, 32, 3), 0.1 + 0.03 * index)
        write_dng(photograph.with_suffix(".dng"), scene, as_shot=as_shot)
        photograph.unlink()
    mlic = read_mlic(path)
    assert np.ptp(mlic.train.stored.astype(int), axis=2).max() < 80
    assert mlic.reading == {"colour": "camera raw developed to sRGB", "bits": 16}
    again = mlic.photograph("image09.dng")
    np.testing.assert_array_equal(again, mlic.select(["image09.dng"]).images[0])


def mask_of(path: Path, name: str, picture: Image.Image, **options: object) -> np.ndarray | None:
    picture.save(path / name, **options)  # type: ignore[arg-type]
    return read_mlic(path).mask


@pytest.mark.parametrize("name", ["mask.jpg", "mask.tif", "mask.webp", "Mask.JPEG", "mask.png"])
def test_a_mask_of_any_format_is_read(collection: Write, name: str) -> None:
    expected = np.zeros((SIZE, SIZE), bool)
    expected[4:, 6:] = True
    mask = mask_of(collection(), name, Image.fromarray(expected.astype(np.uint8) * 255))
    np.testing.assert_array_equal(mask, expected)


def test_a_mask_of_sixteen_bits_is_read(collection: Write) -> None:
    path = collection()
    wide = np.zeros((SIZE, SIZE), np.uint16)
    wide[:9] = 65535
    assert cv2.imwrite(str(path / "mask.png"), wide)
    np.testing.assert_array_equal(read_mlic(path).mask, wide > 0)


def test_transparency_is_off_the_object(collection: Write) -> None:
    alpha = np.zeros((SIZE, SIZE), np.uint8)
    alpha[:, 5:15] = 255
    white = np.full((SIZE, SIZE, 3), 255, np.uint8)
    mask = mask_of(collection("cut"), "mask.png", Image.fromarray(np.dstack([white, alpha])))
    np.testing.assert_array_equal(mask, alpha > 0)
    drawn = np.where(alpha[..., None] > 0, white, 0)
    even = Image.fromarray(np.dstack([drawn, np.full_like(alpha, 9)]))
    np.testing.assert_array_equal(mask_of(collection("even"), "mask.png", even), alpha > 0)


def test_a_mask_that_is_not_read_is_told(collection: Write) -> None:
    path = collection()
    Image.new("L", (SIZE, SIZE), 255).save(path / "mask.bmp")
    mlic = read_mlic(path)
    assert mlic.mask is None
    assert only_warning(mlic).endswith("mask.bmp is not read as the mask: save it as PNG")
    Image.new("L", (SIZE, SIZE), 255).save(path / "mask.tif")
    Image.new("L", (SIZE, SIZE), 0).save(path / "mask.jpg")
    mlic = read_mlic(path)
    assert mlic.mask is not None
    assert len(mlic.warnings) == 2
    assert all("is not read as the mask; " in warning for warning in mlic.warnings)
    assert all(warning.endswith("mask.tif is") for warning in mlic.warnings)


def test_a_huge_mask_is_refused_unseen(collection: Write, huge_picture: Path) -> None:
    path = collection()
    (path / "mask.png").write_bytes(huge_picture.read_bytes())
    with pytest.raises(RakingError, match=r"mask\.png is 30000 x 30000 pixels but"):
        read_mlic(path)


def case(name: str) -> Mlic:
    if not (CASES / name).is_dir():
        pytest.skip(f"no {CASES / name}")
    return read_mlic(CASES / name)


def values(mlic: Mlic) -> dict[str, np.ndarray]:
    """The photographs by stem, in levels of 255."""
    return {
        Path(name).stem: mlic.select([name]).images[0] / mlic.train.white * 255
        for name in mlic.names
    }


@pytest.mark.parametrize("name", ["c08_exif_mixed3", "c08_tif16_mixed6", "c08_tif8_mixed3"])
def test_cases_with_orientation_flags(name: str) -> None:
    found, jpeg = values(case(name)), name == "c08_exif_mixed3"
    truth = values(case("c00_base" if jpeg else "c11_tif_planar16"))
    assert max(np.abs(found[stem] - truth[stem]).mean() for stem in truth) < 0.3
    assert only_warning(case(name)).startswith("orientation flags are not followed")


def test_cases_with_colour_profiles() -> None:
    found, truth = case("c10_icc_adobe"), values(case("c10_icc_srgb"))
    for stem, picture in values(found).items():
        shown = rgb2lab(cv2.GaussianBlur(picture / 255, (0, 0), 3))  # JPEG's own noise apart
        assert (
            deltaE_ciede2000(shown, rgb2lab(cv2.GaussianBlur(truth[stem] / 255, (0, 0), 3))).mean()
            < 1
        )
    assert found.reading["colour"].endswith("converted to sRGB")


def test_cases_of_tiff() -> None:
    planar = case("c11_tif_planar16")
    assert planar.select(["img_20.tif"]).images[0][20, 30].tolist() == [39594, 30238, 20819]
    found, truth = values(case("c11_tif_thumbfirst")), values(planar)
    assert max(np.abs(found[stem] - truth[stem]).max() for stem in truth) < 1


@pytest.mark.parametrize("name", ["c13_mask_jpg", "c13_mask_tif"])
def test_cases_with_masks(name: str) -> None:
    mask = case(name).mask
    assert mask is not None
    assert 0.5 < mask.mean() < 0.9


def test_the_case_of_a_huge_photograph() -> None:
    path = CASES.parent / "damaged" / "photograph-32000-square" / "coll"
    if not path.is_dir():
        pytest.skip(f"no {path}")
    with pytest.raises(RakingError, match="32000 x 32000 pixels"):
        read_mlic(path)
