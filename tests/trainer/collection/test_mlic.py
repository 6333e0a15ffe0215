"""Collections as users have them: what is read of them, and what is warned about."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shaders.errors import RakingError
from trainer.collection.mlic import read_mlic

from ..conftest import SIZE, bumps, ring_lights, write_collection, write_picture

Write = Callable[..., Path]
ROOT = Path(__file__).parents[3]


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
    assert np.shares_memory(chosen.stored, mlic.train.stored)
    with pytest.raises(RakingError, match=r"no photograph 'absent\.png'"):
        mlic.select(["absent.png"])


def test_progress_is_told_of_every_photograph(collection: Write) -> None:
    told: list[tuple[int, int]] = []
    read_mlic(collection(), progress=lambda done, all_: told.append((done, all_)))
    assert told == [(done, 20) for done in range(1, 21)]


def test_a_small_collection_is_read_without_held_out_photographs(collection: Write) -> None:
    mlic = read_mlic(collection(lights=ring_lights()[-6:]))
    assert (len(mlic.train.names), len(mlic.test.names)) == (6, 0)


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
    written = bumps(ring_lights()) * (mask > 0)[:, :, None]
    index = mlic.train.names.index("image02.png")
    np.testing.assert_allclose(mlic.train.image(index), written[2] / 255, atol=1e-6)
    np.testing.assert_array_equal(mlic.train.images[index], written[2])
    np.testing.assert_array_equal(mlic.select(["image02.png"]).images[0], written[2])


def test_pixels_off_the_object_take_no_memory(collection: Write) -> None:
    path = collection()
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[4:7, 6:16] = 255
    write_picture(path / "mask.png", mask)
    mlic = read_mlic(path)
    assert mlic.train.stored.nbytes == 30 * 20 * 3
    assert mlic.test.stored is mlic.train.stored


def warnings_of(path: Path) -> str:
    """All warnings of a collection, which is read all the same."""
    mlic = read_mlic(path)
    assert len(mlic.names) == 20
    return "\n".join(mlic.warnings)


def test_photographs_that_show_nothing_are_named(collection: Write) -> None:
    pictures = bumps(ring_lights())
    pictures[3] = 2
    pictures[5] = 140
    pictures[8][: SIZE * 2 // 3] = 255
    pictures[11] = 255
    warnings = warnings_of(collection(pictures=pictures))
    assert "black all over the object: image03.png" in warnings
    assert "image05.png and image11.png" in warnings
    assert "saturated over more than half of the object: image08.png" in warnings
    assert len(warnings.splitlines()) == 3


def test_what_lies_off_the_object_is_not_warned_about(collection: Write) -> None:
    pictures = bumps(ring_lights())
    pictures[:, : SIZE * 2 // 3] = 255
    path = collection(pictures=pictures)
    assert "saturated" in warnings_of(path)
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[SIZE * 2 // 3 :] = 255
    write_picture(path / "mask.png", mask)
    assert warnings_of(path) == ""


def test_lights_that_repeat_are_named(collection: Write) -> None:
    lights = ring_lights()
    settings = {"lights": lights, "pictures": bumps(lights)}
    lights[[12, 17]] = lights[2]
    assert warnings_of(collection("a", **settings)) == (
        "lights repeat: image02.png = image12.png = image17.png"
    )
    apart = warnings_of(collection("b", test=["image12.png"], **settings))
    assert "some are both trained on and held out, so the held-out score is too good" in apart


def test_one_photograph_under_two_names_is_named(collection: Write) -> None:
    path = collection()
    (path / "image09.png").write_bytes((path / "image04.png").read_bytes())
    assert "photographs repeat: image04.png = image09.png" in warnings_of(path)


def test_lights_on_one_side_are_warned_about(collection: Write) -> None:
    lights = ring_lights()
    lights[:, 0] = np.abs(lights[:, 0]) + 0.1
    lights /= np.linalg.norm(lights, axis=1, keepdims=True)
    assert "on one side" in warnings_of(collection(lights=lights))


def test_a_mask_of_greys_is_warned_about(collection: Write) -> None:
    path = collection()
    write_picture(path / "mask.png", np.tile(np.linspace(0, 255, SIZE, dtype=np.uint8), (SIZE, 1)))
    assert "mask.png is not black and white" in warnings_of(path)
    mask = read_mlic(path).mask
    assert mask is not None
    assert mask[:, SIZE // 2 :].all()
    assert not mask[:, : SIZE // 2].any()


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to read peaks from")
def test_each_photograph_is_held_once(collection: Write) -> None:
    lights = np.concatenate([ring_lights()] * 3)
    pictures = bumps(lights, 100).repeat(10, axis=1).repeat(10, axis=2)
    path = collection(lights=lights, pictures=pictures, suffix=".jpg")
    script = """if True:
        import sys
        from pathlib import Path
        from trainer.collection.mlic import read_mlic

        def peak():
            status = Path("/proc/self/status").read_text()
            return int(status.split("VmHWM:")[1].split()[0]) * 1024

        before = peak()
        read_mlic(Path(sys.argv[1]))
        print(peak() - before)
    """
    told = subprocess.run(
        [sys.executable, "-c", script, path], stdout=subprocess.PIPE, check=True, cwd=ROOT
    )
    assert int(told.stdout) < 1.5 * pictures.nbytes


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
