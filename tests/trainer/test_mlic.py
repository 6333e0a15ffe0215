"""Collections as users have them, good and bad."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from shaders.errors import RakingError
from trainer.mlic import held_out_by_rule, read_mlic

from .conftest import SIZE, bumps, ring_lights, write_collection, write_picture

Write = Callable[..., Path]


def test_photographs_and_lights_come_back_as_written(collection: Write) -> None:
    mlic = read_mlic(collection(test=["image03.png", "image11.png"]))
    written = bumps(ring_lights())
    assert mlic.test.names == ["image03.png", "image11.png"]
    np.testing.assert_array_equal(mlic.test.images, written[[3, 11]])
    np.testing.assert_array_equal(mlic.train.images, np.delete(written, [3, 11], axis=0))
    np.testing.assert_allclose(mlic.test.lights, ring_lights()[[3, 11]], atol=1e-6)
    np.testing.assert_allclose(mlic.train.image(0), written[0] / 255, atol=1e-6)
    assert (mlic.width, mlic.height, mlic.mask, mlic.warnings) == (SIZE, SIZE, None, [])


@pytest.mark.parametrize("suffix", [".png", ".tif", ".TIFF"])
def test_sixteen_bits_are_kept(collection: Write, suffix: str) -> None:
    pictures = bumps(ring_lights()).astype(np.uint16) * 257 - 1
    mlic = read_mlic(collection(pictures=pictures, suffix=suffix))
    assert mlic.train.pixels.dtype == np.uint16
    np.testing.assert_array_equal(mlic.select(["image07" + suffix]).images[0], pictures[7])


def test_jpeg_is_read(collection: Write) -> None:
    mlic = read_mlic(collection(suffix=".jpg"))
    written = bumps(ring_lights())
    assert np.abs(mlic.select(["image07.jpg"]).images[0].astype(int) - written[7]).mean() < 8


def test_grey_is_expanded_and_alpha_dropped(collection: Write) -> None:
    colour = bumps(ring_lights())
    grey = read_mlic(collection("grey", pictures=colour[..., 0]))
    np.testing.assert_array_equal(grey.select(["image02.png"]).images[0], colour[2][..., [0] * 3])
    alpha = np.concatenate([colour, np.full_like(colour[..., :1], 9)], axis=-1)
    mlic = read_mlic(collection("alpha", pictures=alpha))
    np.testing.assert_array_equal(mlic.select(["image02.png"]).images[0], colour[2])


@pytest.mark.parametrize("names", [("Dome", "Test"), ("dome", "TEST")])
def test_dome_and_test_folders_are_the_split(tmp_path: Path, names: tuple[str, str]) -> None:
    lights = ring_lights()
    write_collection(tmp_path / names[0], lights=lights)
    write_collection(tmp_path / names[1], lights=lights[:4])
    mlic = read_mlic(tmp_path)
    assert len(mlic.train.names) == 20
    assert mlic.test.names == [f"image0{i}.png" for i in range(4)]
    assert mlic.test_set == names[1]
    with pytest.raises(RakingError, match="already names the held-out lights"):
        read_mlic(tmp_path, tmp_path / "names.txt")


def test_a_given_list_of_test_lights_comes_before_test_txt(
    collection: Write, tmp_path: Path
) -> None:
    path = collection(test=["image03.png"])
    listed = tmp_path / "mine.txt"
    listed.write_text("\ufeffIMAGE05.PNG\r\n\r\n image06 \r\n", encoding="utf-8")
    assert read_mlic(path, listed).test.names == ["image05.png", "image06.png"]
    assert read_mlic(path).test.names == ["image03.png"]


def test_the_rule_spreads_over_elevations_and_azimuths_inside_the_rim() -> None:
    lights = ring_lights()
    chosen = lights[held_out_by_rule(lights)]
    assert len(chosen) == 5
    assert held_out_by_rule(lights) == held_out_by_rule(lights.copy())
    assert (chosen[:, 2] > np.sin(np.deg2rad(21))).all(), "the lowest ring is the rim"
    assert len(np.unique(chosen[:, 2].round(3))) >= 2
    off_centre = chosen[np.hypot(chosen[:, 0], chosen[:, 1]) > 0.1, :2]
    assert np.linalg.norm(off_centre.mean(axis=0)) < 0.5 * np.linalg.norm(off_centre, axis=1).max()


def test_the_rule_leaves_six_lights_to_train_on(collection: Write) -> None:
    assert len(held_out_by_rule(ring_lights()[-8:])) <= 2
    mlic = read_mlic(collection(lights=ring_lights()[-6:]))
    assert (len(mlic.train.names), len(mlic.test.names)) == (6, 0)


def test_the_hash_is_of_the_content_and_not_of_the_split(collection: Write) -> None:
    first = read_mlic(collection("a", test=["image03.png"])).sha256
    assert read_mlic(collection("b", test=["image08.png"])).sha256 == first
    pictures = bumps(ring_lights())
    pictures[5, 3, 3, 0] ^= 1
    assert read_mlic(collection("c", pictures=pictures)).sha256 != first


def test_select_finds_photographs_on_either_side(collection: Write) -> None:
    mlic = read_mlic(collection(test=["image03.png"]))
    chosen = mlic.select(["image04.png", "image03.png"])
    np.testing.assert_array_equal(chosen.images, bumps(ring_lights())[[4, 3]])
    np.testing.assert_allclose(chosen.lights, ring_lights()[[4, 3]], atol=1e-6)
    with pytest.raises(RakingError, match=r"no photograph 'absent\.png'"):
        mlic.select(["absent.png"])


def test_files_that_are_no_photographs_are_ignored(collection: Write) -> None:
    path = collection()
    for name in ("normals.png", "Height.tif", "._image00.png"):
        write_picture(path / name, np.zeros((5, 5, 3), np.uint8))
    (path / "LICENSE").write_text("free")
    assert len(read_mlic(path).names) == 20


def test_an_entry_without_a_photograph_is_skipped_with_a_warning(collection: Write) -> None:
    path = collection()
    (path / "image04.png").unlink()
    mlic = read_mlic(path)
    assert "image04.png" not in mlic.names
    assert len(mlic.names) == 19
    assert [w for w in mlic.warnings if "image04.png" in w and "skipped" in w]


@pytest.mark.parametrize("other", ["IMAGE{:02}.PNG", "image{:02}.jpg", "image{:02}"])
def test_names_match_but_for_letter_case_or_extension(collection: Write, other: str) -> None:
    path = collection()
    text = (path / "dirs.lp").read_text()
    for index in range(20):
        text = text.replace(f"image{index:02}.png", other.format(index))
    (path / "dirs.lp").write_text(text)
    assert sorted(read_mlic(path).names) == [f"image{i:02}.png" for i in range(20)]


def test_lights_without_names_pair_in_natural_order(collection: Write) -> None:
    path = collection(lights=ring_lights()[:12])
    for index in range(12):  # image1 .. image12: in natural order, not alphabetical
        (path / f"image{index:02}.png").rename(path / f"photo{index + 1}.png")
    lines = (path / "dirs.lp").read_text().splitlines()
    bare = [line.split(None, 1)[1] for line in lines[1:]]
    (path / "dirs.lp").write_text("\n".join(["12", *bare]))
    tenth = read_mlic(path).select(["photo10.png"])
    np.testing.assert_allclose(tenth.lights[0], ring_lights()[9], atol=1e-6)
    (path / "dirs.lp").write_text("\n".join(["11", *bare[:11]]))
    with pytest.raises(RakingError, match="11 lights for 12 images"):
        read_mlic(path)


@pytest.mark.parametrize("at", ["mask.png", "Mask.PNG"])
def test_a_mask_is_read(collection: Write, at: str) -> None:
    path = collection()
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[4:, 6:] = 255
    write_picture(path / at, mask)
    mlic = read_mlic(path)
    assert mlic.mask is not None
    np.testing.assert_array_equal(mlic.mask, mask > 0)


def spoil_truncate(path: Path) -> None:
    file = path / "image04.png"
    file.write_bytes(file.read_bytes()[:-400])


def spoil_text(path: Path) -> None:
    (path / "image04.png").write_text("no picture")


def spoil_empty(path: Path) -> None:
    (path / "image04.png").write_bytes(b"")


def spoil_float(path: Path) -> None:
    (path / "image04.png").unlink()
    cv2.imwrite(str(path / "image04.tif"), np.zeros((SIZE, SIZE, 3), np.float32))


def spoil_size(path: Path) -> None:
    write_picture(path / "image04.png", np.zeros((SIZE, SIZE + 1, 3), np.uint8))


def spoil_depth(path: Path) -> None:
    write_picture(path / "image04.png", np.zeros((SIZE, SIZE, 3), np.uint16))


def spoil_unlit(path: Path) -> None:
    write_picture(path / "extra.png", np.zeros((SIZE, SIZE, 3), np.uint8))


def spoil_twice(path: Path) -> None:
    with (path / "dirs.lp").open("a") as file:
        file.write("image04.png 0 0 1\n")


def spoil_no_lp(path: Path) -> None:
    (path / "dirs.lp").unlink()


def spoil_two_lp(path: Path) -> None:
    (path / "more.lp").write_text("0\n")


def spoil_few(path: Path) -> None:
    (path / "test.txt").write_text("\n".join(f"image{i:02}.png" for i in range(15)))


def spoil_test_txt(path: Path) -> None:
    (path / "test.txt").write_text("image99.png\n")


def spoil_empty_test_txt(path: Path) -> None:
    (path / "test.txt").write_text("\n")


def spoil_mask_size(path: Path) -> None:
    write_picture(path / "mask.png", np.full((SIZE, 5), 255, np.uint8))


def spoil_mask_empty(path: Path) -> None:
    write_picture(path / "mask.png", np.zeros((SIZE, SIZE), np.uint8))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (spoil_truncate, "image04.png is damaged"),
        (spoil_text, "image04.png is damaged"),
        (spoil_empty, "image04.png is damaged"),
        (spoil_float, "image04.tif has float32 values"),
        (spoil_size, "image04.png is 25 x 24 pixels but .*image00.png is 24 x 24"),
        (spoil_depth, "image04.png has 16 bits per channel"),
        (spoil_unlit, "extra.png has no light in dirs.lp"),
        (spoil_twice, "lists image04.png twice"),
        (spoil_no_lp, "holds no .lp file"),
        (spoil_two_lp, "several .lp files .dirs.lp, more.lp"),
        (spoil_few, "5 photographs to train on, where 6 are the fewest"),
        (spoil_test_txt, "test.txt holds out 'image99.png'"),
        (spoil_empty_test_txt, "test.txt names no image"),
        (spoil_mask_size, "mask.png is 5 x 24 pixels"),
        (spoil_mask_empty, "mask.png is black throughout"),
    ],
)
def test_bad_input_is_one_sentence_naming_the_file(
    collection: Write, spoil: Callable[[Path], None], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = collection()
    spoil(path)
    with pytest.raises(RakingError, match=words):
        read_mlic(path)
    assert capfd.readouterr().err == ""


def test_few_lights_are_refused(collection: Write) -> None:
    with pytest.raises(RakingError, match="5 photographs to train on"):
        read_mlic(collection(lights=ring_lights()[-5:]))


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent", Path(__file__)):
        with pytest.raises(RakingError, match="is not a folder"):
            read_mlic(path)


def test_a_published_collection_with_a_wrong_count(shared_data: Path) -> None:
    mlic = read_mlic(shared_data / "realrti" / "item12")
    assert len(mlic.names) == 47
    assert len(mlic.test.names) == 5
    assert any("declares 47 lights but lists 48" in warning for warning in mlic.warnings)


def test_a_published_collection_with_a_test_folder(shared_data: Path) -> None:
    mlic = read_mlic(shared_data / "synthrti/Multi/Object2/material5")
    assert mlic.train.images.shape == (49, 320, 320, 3)
    assert len(mlic.test.names) == 20
    np.testing.assert_allclose(np.linalg.norm(mlic.lights, axis=1), 1, atol=1e-6)
