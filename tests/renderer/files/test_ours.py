"""What may be replaced, and where output may go."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from renderer.files.marks import bears_mark, exif_mark, png_mark, video_mark
from renderer.files.ours import check_file, check_output
from renderer.image.pyramid import TileFormat
from renderer.image.relightable import check_writable, read_image, write_image
from shaders.errors import RakingError


def put(text: str = "dear") -> Callable[[Path], object]:
    def write(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return write


def link(target: str) -> Callable[[Path], object]:
    return lambda path: path.symlink_to(target)


# Things that no image of ours holds, flat or tiled; the refusal names them.
FOREIGN: list[tuple[str, Callable[[Path], object]]] = [
    ("photos/IMG_1.jpg", put()),
    ("notes.txt", put()),
    (".hidden", put()),
    (".git/config", put()),
    ("empty", Path.mkdir),
    ("plane_9.png", put()),
    ("plane_0.jpg", put()),
    ("pipe", os.mkfifo),
    ("link.png", link("plane_1.png")),
    ("folder", link(".")),
    ("plane_9_files/0/0_0.png", put()),
]
FOREIGN_TILES = ["0/notes.txt", "0/0_0.jpg", "0/1_0.png", "0/00_0.png", "8/0_0.png", "0/0_0.png/a"]


def listing(folder: Path) -> list[tuple[str, int]]:
    return sorted((str(path), os.lstat(path).st_ino) for path in folder.rglob("*"))


def write(make_image, path: Path, tiles: TileFormat | None) -> Path:
    image = make_image(width=70, height=50)
    image.mask = image.planes[0, :, :, 0] > 9
    write_image(image, path, tiles=tiles)
    return path


@pytest.fixture(params=["flat", "tiled"])
def written(request: pytest.FixtureRequest, make_image, tmp_path: Path) -> Path:
    tiles = TileFormat(size=32) if request.param == "tiled" else None
    return write(make_image, tmp_path / "image", tiles)


@pytest.fixture
def tiled(make_image, tmp_path: Path) -> Path:
    return write(make_image, tmp_path / "image", TileFormat(size=32))


def test_an_image_of_ours_alone_is_replaced(make_image, written: Path) -> None:
    check_writable(written)
    write_image(make_image(seed=5), written)
    assert (read_image(written).planes == make_image(seed=5).planes).all()
    assert sorted(path.name for path in written.iterdir()) == ["info.json", *PLANES]


PLANES = ["plane_0.png", "plane_1.png", "plane_2.png"]


@pytest.mark.parametrize(("name", "make"), FOREIGN)
def test_nothing_else_in_its_folder_is_lost(
    make_image, written: Path, name: str, make: Callable[[Path], object]
) -> None:
    make(written / name)
    refused(make_image, written, name)


@pytest.mark.parametrize("name", FOREIGN_TILES)
def test_nothing_else_among_its_tiles_is_lost(make_image, tiled: Path, name: str) -> None:
    if name == "0/0_0.png/a":
        (tiled / "plane_0_files" / "0" / "0_0.png").unlink()
    put()(tiled / "plane_0_files" / name)
    refused(make_image, tiled, f"plane_0_files/{name}")


def refused(make_image, path: Path, named: str) -> None:
    before = listing(path)
    with pytest.raises(RakingError, match="not empty") as error:
        write_image(make_image(seed=5), path)
    assert f" {named} in it" in str(error.value)
    assert listing(path) == before


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "raking", "version": "1.0.0"}',
        "{}",
        "[]",
        '{"type": "neu',
        "",
        '{"raking": {"version": 1, "planes": []}}',
    ],
)
def test_an_info_of_another_program_protects_its_folder(
    make_image, tmp_path: Path, text: str
) -> None:
    put(text)(tmp_path / "project" / "info.json")
    with pytest.raises(RakingError, match=r"info\.json"):
        write_image(make_image(), tmp_path / "project")
    assert (tmp_path / "project" / "info.json").read_text() == text


def test_an_image_of_another_program_is_not_ours(make_image, written: Path) -> None:
    info = json.loads((written / "info.json").read_text())
    del info["raking"]
    (written / "info.json").write_text(json.dumps(info))
    before = listing(written)
    with pytest.raises(RakingError, match=r"info\.json"):
        write_image(make_image(), written)
    assert listing(written) == before


def test_what_is_no_regular_file_is_not_read(make_image, tmp_path: Path) -> None:
    (tmp_path / "image").mkdir()
    os.mkfifo(tmp_path / "image" / "info.json")
    with pytest.raises(RakingError, match=r"info\.json"):
        write_image(make_image(), tmp_path / "image")


def test_a_pyramid_that_claims_many_tiles_takes_no_time(make_image, tiled: Path) -> None:
    text = (tiled / "plane_0.dzi").read_text()
    text = text.replace('Width="70"', 'Width="9999999"').replace('Height="50"', 'Height="9999999"')
    (tiled / "plane_0.dzi").write_text(text.replace('TileSize="32"', 'TileSize="1"'))
    put()(tiled / "notes.txt")
    with pytest.raises(RakingError, match=r"notes\.txt"):
        write_image(make_image(), tiled)


def test_what_came_while_it_was_written_is_kept(
    make_image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "renderer.files.aside._flush", lambda new: put()(tmp_path / "image" / "mine")
    )
    with pytest.raises(RakingError, match="mine"):
        write_image(make_image(), tmp_path / "image")
    assert [path.name for path in tmp_path.rglob("*")] == ["image", "mine"]


def rendered(path: Path) -> None:
    frame = Image.new("RGB", (8, 8))
    if path.suffix == ".png":
        frame.save(path, pnginfo=png_mark())
    else:
        frame.save(path, exif=exif_mark())


@pytest.mark.parametrize("ending", ["png", "jpg", "webp"])
def test_a_rendered_picture_bears_our_mark(tmp_path: Path, ending: str) -> None:
    rendered(tmp_path / f"ours.{ending}")
    Image.new("RGB", (8, 8)).save(tmp_path / f"theirs.{ending}")
    (tmp_path / f"text.{ending}").write_text("Software Raking 1.0")
    check_file(tmp_path / f"ours.{ending}")
    check_file(tmp_path / f"none.{ending}")
    (tmp_path / f"empty.{ending}").touch()  # as mktemp makes them
    check_file(tmp_path / f"empty.{ending}")
    for name in ("theirs", "text"):
        with pytest.raises(RakingError, match="was not written by Raking"):
            check_file(tmp_path / f"{name}.{ending}")
    shutil.copy(tmp_path / f"ours.{ending}", tmp_path / "renamed")
    assert bears_mark(tmp_path / "renamed")


def test_a_video_bears_our_mark_at_either_end(tmp_path: Path) -> None:
    (comment,) = video_mark().values()
    head, body = b"\0\0\0\x20ftypisom", bytes(5 << 20)
    for name, content in {
        "first": head + comment.encode() + body,
        "last": head + body + comment.encode(),
    }.items():
        (tmp_path / name).write_bytes(content)
        assert bears_mark(tmp_path / name)
    for name, content in {"none": head + body, "text": comment.encode() + body}.items():
        (tmp_path / name).write_bytes(content)
        assert not bears_mark(tmp_path / name)


@pytest.mark.parametrize(
    ("output", "read", "words"),
    [
        ("coin", "coin", "lies in"),
        ("coin/photographs/out", "coin/photographs", "lies in"),
        ("coin/photographs/a/b/c", "coin/photographs", "lies in"),
        ("coin", "coin/photographs", "holds"),
        (".", "coin/photographs", "holds"),
        ("coin/photographs/dirs.lp/out", "coin/photographs/dirs.lp", "lies in"),
        ("coin", "coin/photographs/dirs.lp", "holds"),
        ("link", "coin/photographs", "lies in"),
        ("link/out", "coin/photographs", "lies in"),
        ("coin", "link", "holds"),
        ("away/out", "linked", "lies in"),
        ("coin/../coin/photographs/new", "link", "lies in"),
    ],
)
def test_output_is_apart_from_what_is_read(
    tmp_path: Path, output: str, read: str, words: str
) -> None:
    put()(tmp_path / "coin" / "photographs" / "dirs.lp")
    (tmp_path / "link").symlink_to(tmp_path / "coin" / "photographs")
    (tmp_path / "away").mkdir()
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "Dome").symlink_to(tmp_path / "away")
    with pytest.raises(RakingError, match=words):
        check_output(tmp_path / output, [tmp_path / "nothing", tmp_path / read])


def test_output_beside_what_is_read_is_fine(tmp_path: Path) -> None:
    put()(tmp_path / "coin" / "photographs" / "dirs.lp")
    read = [tmp_path / "coin" / "photographs", tmp_path / "missing"]
    for output in ("coin/image", "coin-image", "coin/photographs2", "new/er"):
        check_output(tmp_path / output, read)
    check_output(tmp_path / "out", [tmp_path / "coin" / "photographs" / "dirs.lp"])
    check_output(tmp_path / "coin" / "out.png", [tmp_path / "coin" / "photographs" / "dirs.lp"])
