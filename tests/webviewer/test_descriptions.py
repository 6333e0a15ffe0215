"""Descriptions of tiles (.dzi) in Python and in the page: both read the same, or both refuse."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page

from renderer.image.pyramid import TileFormat
from renderer.image.relightable import RelightableImage, check_image, write_image
from shaders.errors import RakingError

# Answers what the page finds of an image's tiles, or its sentence. Files are given in base64.
OPEN = """async files => {
    const { openFolder, registerDropped } = await import('/folders/files.js');
    const { loadInfo, openTiles } = await import('/renderer/image/relightable.js');
    const blob = data => new Blob([Uint8Array.from(atob(data), letter => letter.charCodeAt(0))]);
    const entries = Object.entries(files).map(([name, data]) => [name, blob(data)]);
    try {
        const url = registerDropped('coin', new Map(entries));
        const { pyramid } = await openTiles(await loadInfo(openFolder(url)));
        return [pyramid.tileSize, pyramid.overlap];
    } catch (error) {
        return error.message;
    }
}"""

Change = Callable[[Path], object]


@pytest.fixture
def tiled(make_image: Callable[..., RelightableImage], tmp_path: Path) -> Path:
    image = make_image(width=70, height=50)
    image.mask = np.eye(50, 70) == 0
    write_image(image, tmp_path / "image", tiles=TileFormat(size=32))
    return tmp_path / "image"


def replace(name: str, before: str, after: str) -> Change:
    def change(image: Path) -> None:
        text = (image / name).read_text()
        assert before in text
        (image / name).write_text(text.replace(before, after))

    return change


def everywhere(before: str, after: str) -> Change:
    def change(image: Path) -> None:
        for file in image.glob("*.dzi"):
            replace(file.name, before, after)(image)

    return change


def write(name: str, data: bytes) -> Change:
    return lambda image: (image / name).write_bytes(data)


def encode(name: str, encoding: str) -> Change:
    return lambda image: (image / name).write_bytes((image / name).read_text().encode(encoding))


def list_flat(image: Path) -> None:
    info = json.loads((image / "info.json").read_text())
    info["raking"]["mask"] = "mask.png"
    (image / "info.json").write_text(json.dumps(info))
    (image / "mask.png").write_bytes((image / "mask_files" / "7" / "0_0.png").read_bytes())


ENTITIES = '<!DOCTYPE a [<!ENTITY b "32"><!ENTITY c "&b;&b;&b;&b;">]>'

READ = {
    "a mark": encode("plane_1.dzi", "utf-8-sig"),
    "a comment": replace("plane_1.dzi", "<Size", "<!-- as it was --><Size"),
    "a prefix": lambda image: write(
        "plane_1.dzi",
        b'<d:Image xmlns:d="http://schemas.microsoft.com/deepzoom/2008" Format="PNG" Overlap="1" '
        b'TileSize="32"><d:Size Height="50" Width="70"/></d:Image>',
    )(image),
    "an encoding": replace("plane_0.dzi", "UTF-8", "utf-16"),
    "no encoding": replace("plane_0.dzi", "UTF-8", ""),
    "a version that there is not": replace("plane_1.dzi", "1.0", "64"),
    "leading zeros": replace("plane_2.dzi", 'TileSize="32"', 'TileSize="0032"'),
}

REFUSED = {
    "a plane of another tile size": replace("plane_1.dzi", 'TileSize="32"', 'TileSize="64"'),
    "a plane of another overlap": replace("plane_2.dzi", 'Overlap="1"', 'Overlap="0"'),
    "a plane of another format": replace("plane_1.dzi", 'Format="png"', 'Format="jpg"'),
    "a plane of another size": replace("plane_1.dzi", 'Width="70"', 'Width="69"'),
    "a mask of another tile size": replace("mask.dzi", 'TileSize="32"', 'TileSize="33"'),
    "a mask of another size": replace("mask.dzi", 'Height="50"', 'Height="500"'),
    "another size": everywhere('Width="70"', 'Width="64"'),
    "no tiles of that format": everywhere('Format="png"', 'Format="tiff"'),
    "an overlap of a tile": everywhere('Overlap="1"', 'Overlap="32"'),
    "huge tiles": everywhere('TileSize="32"', 'TileSize="9000"'),
    "no whole number": everywhere('TileSize="32"', 'TileSize="32.0"'),
    "an exponent": everywhere('TileSize="32"', 'TileSize="3e1"'),
    "hexadecimal": everywhere('TileSize="32"', 'TileSize="0x20"'),
    "blanks": everywhere('TileSize="32"', 'TileSize=" 32"'),
    "a sign": everywhere('Overlap="1"', 'Overlap="+1"'),
    "no number": everywhere('TileSize="32"', 'TileSize=""'),
    "no size": everywhere("<Size", "<Sighs"),
    "a size within": everywhere("<Size", "<a><Size/></a><Sized"),
    "not closed": everywhere("</Image>", ""),
    "twice an attribute": everywhere('Overlap="1"', 'Overlap="1" Overlap="1"'),
    "entities": everywhere('<?xml version="1.0" encoding="UTF-8"?>', ENTITIES),
    "braces in a namespace": everywhere("schemas.", "sche}as."),
    "a mask that is flat": list_flat,
    "much": write("plane_1.dzi", b" " * 5000),
    "nothing": write("plane_1.dzi", b""),
    "no text": write("plane_1.dzi", b"\xff\xfe\0"),
    "UTF-16": encode("plane_1.dzi", "utf-16"),
    "another page": write("plane_0.dzi", b"<html><body><p>Not found</body></html>"),
    "one missing": lambda image: (image / "plane_2.dzi").unlink(),
}


def opened(page: Page, image: Path) -> object:
    files = {
        file.relative_to(image).as_posix(): base64.b64encode(file.read_bytes()).decode()
        for file in image.rglob("*")
        if file.is_file()
    }
    return page.evaluate(OPEN, files)


@pytest.mark.parametrize("name", READ)
def test_both_read_what_is_unusual(page: Page, tiled: Path, name: str) -> None:
    READ[name](tiled)
    assert len(check_image(tiled)) == 4
    assert opened(page, tiled) == [32, 1]


@pytest.mark.parametrize("name", REFUSED)
def test_both_refuse_what_is_damaged_or_disagrees(page: Page, tiled: Path, name: str) -> None:
    REFUSED[name](tiled)
    with pytest.raises(RakingError, match=r"\.dzi|mask\.png"):
        check_image(tiled)
    assert str(opened(page, tiled)).startswith("coin: ")


@pytest.mark.parametrize("level", [5, 6, 7])
def test_a_level_that_viewers_show_must_be_there(tiled: Path, level: int) -> None:
    (tiled / "plane_1_files" / str(level)).rename(tiled / "plane_1_files" / "gone")
    with pytest.raises(RakingError, match=rf"plane_1_files/{level}/0_0.png is missing"):
        check_image(tiled)
