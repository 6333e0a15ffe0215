"""Folders as people have them: names that differ, helper pictures, odd files."""

import os
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shaders.errors import RakingError
from trainer.collection.mlic import read_mlic

from ..conftest import (
    SIZE,
    as_written,
    bumps,
    relist,
    ring_lights,
    write_collection,
    write_picture,
)

Write = Callable[..., Path]
LIGHTS = ring_lights()


def rename(path: Path, name: Callable[[int], str]) -> None:
    """Gives the photographs other names than the light file has."""
    for index in range(20):
        (path / f"image{index:02}.png").rename(path / name(index))


@pytest.mark.parametrize(
    "ending", [".NEF", ".CR2", ".cr3", ".ARW", ".DNG", ".RAF", ".ORF", ".RW2", ".3FR", ".heic", ""]
)
def test_names_of_raw_files_find_their_exports(collection: Write, ending: str) -> None:
    path = collection()
    relist(path, lambda index: f"C:\\RTI\\raw files\\IMAGE{index:02}{ending}")
    mlic = read_mlic(path)
    as_written(mlic)
    assert mlic.warnings == []


def test_a_column_of_numbers_before_the_names_is_passed_over(collection: Write) -> None:
    for number, separator in enumerate((" ", ";", "\t")):
        path = collection(f"numbered{number}")
        lines = (path / "dirs.lp").read_text().splitlines()
        rows = [separator.join([str(i), *line.split()]) for i, line in enumerate(lines[1:])]
        (path / "dirs.lp").write_text("\n".join(rows))
        as_written(read_mlic(path))


@pytest.mark.parametrize("seed", range(60))
def test_any_mixture_of_habits_gives_the_same_lights(collection: Write, seed: int) -> None:
    """A light file as somebody might write it, of one's own habits in everything."""
    random = np.random.default_rng(seed)

    def one_of(*choices: str) -> str:
        return str(random.choice(choices))

    separator = one_of(" ", "\t", ";", "; ", ",", ", ", "   ")
    decimal = "." if "," in separator else one_of(".", ",")
    word = one_of("image", "Prägung ", "Щит_", "my photo 3 ", "石碑", "a-1.2_")
    ending = one_of(".png", ".PNG", ".NEF", ".jpg", "")
    folder = one_of("", "", "C:\\Users\\anna\\", "/home/anna/my photos/", "../", "D:/x y/")
    quote = one_of("", '"')
    encoding = one_of("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
    if word == "Щит_":
        encoding = one_of(encoding, "cp1251", "koi8_r")
    form = "NFC" if encoding in ("cp1251", "koi8_r") else one_of("NFC", "NFD")
    more = one_of("", "", f"{separator}1{decimal}0{separator}0{decimal}5")
    start = one_of("", "20", " 20 ", "19", "# dome 3", "file;x;y;z" if separator == ";" else "20")
    path = collection()
    rename(path, lambda index: f"{word}{index:02}.png")
    lines = [start]
    for index, light in enumerate(LIGHTS):
        numbers = [f"{value:.7f}".replace(".", decimal) for value in light]
        name = unicodedata.normalize(form, f"{quote}{folder}{word}{index:02}{ending}{quote}")
        lines.append(separator.join([name, *numbers]) + more + one_of("", " ", separator.strip()))
    text = one_of("\n", "\r\n", "\r").join(lines)
    (path / "dirs.lp").write_bytes(text.encode(encoding))
    mlic = read_mlic(path)
    as_written(mlic)
    assert not [warning for warning in mlic.warnings if "natural order" in warning]
    assert bool(more) == any("what follows" in warning for warning in mlic.warnings)


def test_names_are_compared_in_one_unicode_form(collection: Write) -> None:
    path = collection()
    rename(path, lambda index: unicodedata.normalize("NFD", f"Prägung é{index:02}.png"))
    relist(path, lambda index: unicodedata.normalize("NFC", f"Prägung é{index:02}.png"))
    as_written(read_mlic(path))


def test_endings_that_look_like_numbers_are_part_of_the_name(collection: Write) -> None:
    path = collection()
    rename(path, lambda index: f"coin.{index:02}.png")
    relist(path, lambda index: f"coin.{index:02}.nef")
    as_written(read_mlic(path))


def test_names_that_do_not_match_are_paired_in_natural_order(collection: Write) -> None:
    path = collection()
    rename(path, lambda index: f"DSC_{index + 95}.png")  # to 114: not alphabetical
    relist(path, lambda index: f"photo{index + 1}.jpg")
    write_picture(path / "sphere.png", np.zeros((9, 9, 3), np.uint8))
    lines = (path / "dirs.lp").read_text().splitlines()
    (path / "dirs.lp").write_text("\n".join([lines[0], *sorted(lines[1:])]))
    mlic = read_mlic(path)
    as_written(mlic)
    (warning,) = [w for w in mlic.warnings if "natural order" in w]
    assert "photo1.jpg with DSC_95.png to photo20.jpg with DSC_114.png" in warning
    assert any("sphere.png" in w and "left out" in w for w in mlic.warnings)
    (path / "DSC_96.png").unlink()
    with pytest.raises(RakingError, match=r"dirs\.lp names no photograph that is there .* 20 lig"):
        read_mlic(path)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1251", "cp932"])
@pytest.mark.parametrize("listed", ["as the files", "in UTF-8"])
def test_file_names_that_are_no_utf_8(collection: Write, encoding: str, listed: str) -> None:
    word = {"latin-1": "Prägung", "cp1251": "Щит", "cp932": "石碑"}[encoding]
    path = collection()
    rename(path, lambda index: os.fsdecode(f"{word}{index:02}.png".encode(encoding)))
    text = (path / "dirs.lp").read_text().replace("image", word)
    (path / "dirs.lp").write_bytes(text.encode("utf-8" if listed == "in UTF-8" else encoding))
    mlic = read_mlic(path)
    as_written(mlic)
    assert not [w for w in mlic.warnings if "natural order" in w]
    assert len(mlic.test.names) == 5
    for text in (*mlic.names, *mlic.warnings):
        text.encode()  # can be printed and stored
    held_out = f"{word}03.png\n".encode(encoding)
    (path / "test.txt").write_bytes(held_out)
    assert mlic.sha256 == read_mlic(path).sha256
    assert len(read_mlic(path).test.names) == 1


def test_an_unlit_picture_is_left_out_with_a_warning(collection: Write) -> None:
    path = collection()
    write_picture(path / "extra.png", np.zeros((SIZE, SIZE, 3), np.uint8))
    write_picture(path / "sphere_1.png", np.zeros((9, 7, 3), np.uint8))
    write_picture(path / "contact sheet.jpg", np.zeros((90, 70, 3), np.uint8))
    (path / "empty.jpg").write_bytes(b"")
    (path / "text.tif").write_text("no picture")
    mlic = read_mlic(path)
    as_written(mlic)
    sized, plain = mlic.warnings
    assert "of another size" in sized
    assert "contact sheet.jpg and sphere_1.png" in sized
    assert "no light in dirs.lp: empty.jpg, extra.png and text.tif" in plain


def test_twins_in_another_format_are_left_out(collection: Write) -> None:
    path = collection()
    for index in range(20):
        write_picture(path / f"Image{index:02}.tif", np.zeros((SIZE, SIZE, 3), np.uint16))
    mlic = read_mlic(path)
    as_written(mlic)
    assert len(mlic.warnings) == 1
    assert "in another format" in mlic.warnings[0]
    assert "Image00.tif" in mlic.warnings[0]


@pytest.mark.parametrize("listed", ["image{:02}.NEF", "image{:02}"])
def test_of_twins_the_lossless_ones_are_read(collection: Write, listed: str) -> None:
    path = collection()
    for index in range(20):
        write_picture(path / f"image{index:02}.jpg", np.zeros((SIZE, SIZE, 3), np.uint8))
    relist(path, lambda index: listed.format(index))
    as_written(read_mlic(path))
    for index in range(20, 30):  # more of the other format do not change it
        write_picture(path / f"more{index:02}.jpg", np.zeros((SIZE, SIZE, 3), np.uint8))
    relisted = (path / "dirs.lp").read_text().splitlines()
    bare = [line.split()[-3:] for line in relisted[1:]]
    (path / "dirs.lp").write_text("\n".join(" ".join(numbers) for numbers in bare))
    for index in range(20, 30):
        (path / f"more{index:02}.jpg").unlink()
    as_written(read_mlic(path))


@pytest.mark.parametrize("listed", ["image{:02}.png", "image{:02}.NEF", "photo{:02}.jpg"])
def test_raw_files_beside_their_exports_are_left_out(
    collection: Write, monkeypatch: pytest.MonkeyPatch, listed: str
) -> None:
    monkeypatch.setattr("trainer.collection.files.SUFFIXES", (".png", ".nef"))
    path = collection()
    relist(path, listed.format)
    for index in range(20):
        (path / f"image{index:02}.NEF").write_bytes(b"raw")
    mlic = read_mlic(path)
    as_written(mlic)
    assert any("image00.NEF" in warning for warning in mlic.warnings)


def test_two_lines_for_one_photograph_are_refused(collection: Write) -> None:
    path = collection()
    with (path / "dirs.lp").open("a") as file:
        file.write("image04.NEF 0 0 1\n")
    with pytest.raises(RakingError, match=r"lists image04\.png and image04\.NEF, one photograph"):
        read_mlic(path)


def test_odd_files_are_passed_over(collection: Write) -> None:
    path = collection()
    (path / "folder.jpg").mkdir()
    (path / "loop.jpg").symlink_to(path / "loop.jpg")
    (path / "circle").symlink_to(path)
    (path / "broken.png").symlink_to(path / "absent.png")
    (path / "._image00.png").write_bytes(b"\0\5\x16\7")
    (path / "Thumbs.db").write_bytes(b"\xd0\xcf")
    os.mkfifo(path / "pipe.jpg")
    os.mkfifo(path / "mask.png")
    os.mkfifo(path / "test.txt")
    os.mkfifo(path / "other.lp")
    mlic = read_mlic(path)
    as_written(mlic)
    assert mlic.warnings == []
    for option in ("lights", "test_lights"):
        with pytest.raises(RakingError, match=r"pipe\.jpg is no file"):
            read_mlic(path, **{option: path / "pipe.jpg"})


def test_photographs_may_be_links(collection: Write, tmp_path: Path) -> None:
    path = collection()
    linked = tmp_path / "linked"
    linked.mkdir()
    for file in path.iterdir():
        (linked / file.name).symlink_to(file)
    as_written(read_mlic(linked))


def test_a_light_file_may_be_named_or_lie_elsewhere(
    collection: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = collection()
    turned = (path / "dirs.lp").read_text().replace(" 0.", " -0.")
    (path / "sphere 1.lp").write_text(turned)
    with pytest.raises(RakingError, match="--lights"):
        read_mlic(path)
    as_written(read_mlic(path, lights=Path("dirs.lp")))
    as_written(read_mlic(path, lights=path / "dirs.lp"))
    shutil.move(path / "dirs.lp", tmp_path / "elsewhere.csv")
    monkeypatch.chdir(tmp_path)
    as_written(read_mlic(path, lights=Path("elsewhere.csv")))
    with pytest.raises(RakingError, match=r"no light file absent\.lp"):
        read_mlic(path, lights=Path("absent.lp"))


def test_a_collection_one_level_below_is_read(collection: Write, tmp_path: Path) -> None:
    collection("outer/inner")
    mlic = read_mlic(tmp_path / "outer")
    as_written(mlic)
    assert mlic.sha256 == read_mlic(tmp_path / "outer" / "inner").sha256
    assert "inner" in mlic.warnings[0]


def test_no_photograph_is_held_out_on_demand(collection: Write, tmp_path: Path) -> None:
    path = collection(test=["image03.png"])
    mlic = read_mlic(path, all_photographs=True)
    as_written(mlic)
    assert (len(mlic.train.names), mlic.test.names) == (20, [])
    assert mlic.test.images.shape == (0, SIZE, SIZE, 3)
    with pytest.raises(RakingError, match="held out"):
        read_mlic(path, path / "test.txt", all_photographs=True)
    for name in ("Dome", "Test"):
        write_collection(tmp_path / "both" / name)
    both = read_mlic(tmp_path / "both", all_photographs=True)
    assert (len(both.train.names), both.test.names, both.test_set) == (40, [], None)
    assert both.train.names[0] == "Dome/image00.png"


def test_names_are_unique_where_two_folders_share_them(tmp_path: Path) -> None:
    dome, test = bumps(LIGHTS), bumps(LIGHTS)[::-1]
    write_collection(tmp_path / "Dome", pictures=dome)
    write_collection(tmp_path / "Test", pictures=test, lights=LIGHTS[::-1])
    mlic = read_mlic(tmp_path)
    assert mlic.test.names[3] == "image03.png"
    assert len(set(mlic.names)) == 40
    np.testing.assert_array_equal(mlic.photograph("Dome/image03.png"), dome[3])
    np.testing.assert_array_equal(mlic.photograph("Test/image03.png"), test[3])
    np.testing.assert_array_equal(mlic.select(["Test/image03.png"]).images[0], test[3])
    with pytest.raises(RakingError, match=r"two photographs: name Dome.* and Test"):
        mlic.photograph("image03.png")


def test_a_photograph_is_whole_whatever_the_mask(collection: Write) -> None:
    path = collection()
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[4:9] = 255
    write_picture(path / "mask.png", mask)
    as_written(read_mlic(path))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1251", "koi8_r"])
def test_held_out_names_are_read_in_any_encoding(collection: Write, encoding: str) -> None:
    path = collection()
    rename(path, lambda index: f"Щит {index:02}.png")
    relist(path, lambda index: f"Щит {index:02}.png")
    listed = '# mine\r\n"Щит 03.png"\r\n\r\nC:\\rti\\щит 07.NEF\r\n'
    (path / "test.txt").write_bytes(listed.encode(encoding))
    assert read_mlic(path).test.names == ["Щит 03.png", "Щит 07.png"]


def test_sentences_stay_short_whatever_the_names(collection: Write) -> None:
    path = collection("x" * 200)
    (path / "test.txt").write_text("y" * 100_000)
    with pytest.raises(RakingError) as error:
        read_mlic(path)
    assert len(str(error.value)) < 300
    (path / "test.txt").unlink()
    for index in range(9):
        write_picture(path / f"{index}{'z' * 200}.png", np.zeros((SIZE, SIZE, 3), np.uint8))
        write_picture(path / f"{index}{'w' * 200}.png", np.zeros((SIZE, 9, 3), np.uint8))
    with (path / "dirs.lp").open("a") as file:
        file.write("".join(f"{index}{'v' * 5000}.png 0 0 1\n" for index in range(9)))
    mlic = read_mlic(path)
    assert len(mlic.warnings) == 4
    assert max(map(len, mlic.warnings)) < 300
