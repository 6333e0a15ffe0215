"""Pyramids on disk: which tiles, which pixels, which means, and what is said of damaged ones."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.speed.repeated import write_at_size
from renderer.image.pyramid import TileFormat, parse_pyramid
from renderer.image.relightable import RelightableImage, check_image, read_image, write_image
from shaders.errors import RakingError

MakeImage = Callable[..., RelightableImage]
SIZES = [(1, 1), (2, 1), (513, 512), (700, 600), (64, 65)]


def means_by_hand(level: np.ndarray, weight: np.ndarray | None) -> np.ndarray:
    """A level from the next larger one, pixel by pixel, in exact fractions."""
    height, width = (-(-side // 2) for side in level.shape[:2])
    result = np.empty((height, width, *level.shape[2:]), np.uint8)
    for y, x in np.ndindex(height, width):
        block = level[2 * y : 2 * y + 2, 2 * x : 2 * x + 2]
        block = block.reshape(-1, *level.shape[2:]).astype(object)
        shares = [1] * len(block)
        if weight is not None:
            found = weight[2 * y : 2 * y + 2, 2 * x : 2 * x + 2].ravel().tolist()
            shares = found if any(found) else shares
        total = sum(share * values for share, values in zip(shares, block, strict=True))
        exact = [int(Fraction(value, sum(shares)) + Fraction(1, 2)) for value in np.ravel(total)]
        result[y, x] = np.reshape(exact, np.shape(total))
    return result


def stored_level(file: Path, level: int, size: tuple[int, int], tiles: TileFormat) -> np.ndarray:
    """A level put together from its tiles, each checked against the specification of Deep Zoom."""
    width, height = size
    folder = file.with_name(file.stem + "_files") / str(level)
    picture, names = None, set()
    for row in range((height - 1) // tiles.size + 1):
        for column in range((width - 1) // tiles.size + 1):
            names.add(f"{column}_{row}.{tiles.name}")
            part = np.asarray(Image.open(folder / f"{column}_{row}.{tiles.name}"))
            if picture is None:
                picture = np.full((height, width, *part.shape[2:]), 77, np.uint8)
            left = column * tiles.size - (tiles.overlap if column else 0)
            top = row * tiles.size - (tiles.overlap if row else 0)
            right = min(width, (column + 1) * tiles.size + tiles.overlap)
            bottom = min(height, (row + 1) * tiles.size + tiles.overlap)
            assert part.shape[:2] == (bottom - top, right - left)
            picture[top:bottom, left:right] = part
    assert {path.name for path in folder.iterdir()} == names
    assert picture is not None
    return picture


@pytest.mark.parametrize(("width", "height"), [*SIZES[:2], (33, 20), (64, 65)])
@pytest.mark.parametrize("masked", [False, True])
def test_every_level_is_the_mean_of_the_next(
    make_image: MakeImage, tmp_path: Path, width: int, height: int, masked: bool
) -> None:
    image = make_image(width=width, height=height)
    if masked:
        image.mask = np.random.default_rng(1).random((height, width)) < 0.3
    tiles = TileFormat(size=16)
    write_image(image, tmp_path / "image", tiles=tiles)
    top = int(np.ceil(np.log2(max(width, height))))
    weights = {top: None if image.mask is None else image.mask.astype(np.uint8) * 255}
    planes = dict(enumerate(image.planes))
    for level in range(top, -1, -1):
        scale = 2 ** (top - level)
        size = (-(-width // scale), -(-height // scale))
        for i, expected in planes.items():
            found = stored_level(tmp_path / "image" / f"plane_{i}.dzi", level, size, tiles)
            np.testing.assert_array_equal(found, expected)
            planes[i] = means_by_hand(expected, weights[level])
        weight = weights[level]
        weights[level - 1] = None if weight is None else means_by_hand(weight, None)
        if weight is not None:
            found = stored_level(tmp_path / "image" / "mask.dzi", level, size, tiles)
            np.testing.assert_array_equal(found, weight)
    folders = (tmp_path / "image" / "plane_0_files").iterdir()
    assert sorted(int(folder.name) for folder in folders) == list(range(top + 1))


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("name", ["png", "webp"])
def test_flat_to_tiles_and_back(
    make_image: MakeImage, tmp_path: Path, width: int, height: int, name
) -> None:
    image = make_image(width=width, height=height)
    image.mask = np.random.default_rng(2).random((height, width)) < 0.5
    image.lights = np.array([[0, 0, 1], [0.6, 0, 0.8]], np.float32)
    image.pixel_size_mm = 0.02
    write_image(image, tmp_path / "flat")
    write_image(read_image(tmp_path / "flat"), tmp_path / "tiles", tiles=TileFormat(name))
    tiled = read_image(tmp_path / "tiles")
    np.testing.assert_array_equal(tiled.lights, image.lights)
    assert tiled.pixel_size_mm == 0.02
    write_image(tiled, tmp_path / "again")
    names = sorted(path.name for path in (tmp_path / "flat").iterdir())
    assert names == ["info.json", "mask.png", "plane_0.png", "plane_1.png", "plane_2.png"]
    for file in names:
        found = (tmp_path / "again" / file).read_bytes()
        assert found == (tmp_path / "flat" / file).read_bytes()


def test_tiles_of_512_share_a_pixel_with_each_neighbour(
    make_image: MakeImage, tmp_path: Path
) -> None:
    write_image(make_image(width=1200, height=600), tmp_path / "image", tiles=TileFormat())
    folder = tmp_path / "image" / "plane_0_files" / "11"
    sizes = {path.name: Image.open(path).size for path in folder.iterdir()}
    assert sizes == {
        "0_0.png": (513, 513),
        "1_0.png": (514, 513),
        "2_0.png": (177, 513),
        "0_1.png": (513, 89),
        "1_1.png": (514, 89),
        "2_1.png": (177, 89),
    }
    text = (tmp_path / "image" / "plane_0.dzi").read_text()
    for attribute in ('TileSize="512"', 'Overlap="1"', 'Format="png"', 'Width="1200"'):
        assert attribute in text


def test_a_tile_shows_its_own_pixels_alone(make_image: MakeImage, tmp_path: Path) -> None:
    """As in the viewer: what it repeats of its neighbours, and may be other, is not shown."""
    image = make_image(width=100, height=64)
    write_image(image, tmp_path / "image", tiles=TileFormat(size=64, overlap=2))
    file = tmp_path / "image" / "plane_0_files" / "7" / "1_0.png"
    levels = np.asarray(Image.open(file)).copy()
    levels[:, :2] = 77
    Image.fromarray(levels).save(file)
    np.testing.assert_array_equal(read_image(tmp_path / "image").planes, image.planes)


def test_jpeg_tiles_keep_latents_apart(make_image: MakeImage, tmp_path: Path) -> None:
    """Every latent at full resolution: JPEG's way with colours would average two columns."""
    image = make_image(width=64, height=48)
    columns = np.arange(64)[:, None] % 2 * np.array([60, 0, -60]) + 120
    image.planes = np.broadcast_to(columns, image.planes.shape).astype(np.uint8)
    write_image(image, tmp_path / "image", tiles=TileFormat("jpg", 32, 1, 95))
    info = json.loads((tmp_path / "image" / "info.json").read_text())
    assert (info["format"], info["quality"]) == ("jpg", 95)
    found = read_image(tmp_path / "image").planes.astype(int)
    assert np.abs(found - image.planes).max() <= 8


def test_pyramids_of_relight(shared_data: Path) -> None:
    """Its levels are numbered from the one that fits a tile, and its tiles do not overlap."""
    path = shared_data / "interop" / "openlime" / "hsh"
    check_image(path)
    image = read_image(path)
    assert (image.width, image.height, image.label) == (1024, 1024, "HSH(2)")
    assert image.pixel_size_mm == pytest.approx(0.0173729)
    assert image.lights is not None
    assert image.lights[0] == pytest.approx([-0.172, 0.039, 0.984])
    with Image.open(path / "plane_4_files" / "2" / "3_1.jpg") as tile:
        expected = np.asarray(tile.convert("RGB"))
    np.testing.assert_array_equal(image.planes[4, 256:512, 768:], expected)


@pytest.fixture
def tiled(make_image: MakeImage, tmp_path: Path) -> Path:
    write_image(make_image(width=70, height=50), tmp_path / "image", tiles=TileFormat(size=32))
    return tmp_path / "image"


def test_a_truncated_tile(tiled: Path) -> None:
    tile = tiled / "plane_1_files" / "7" / "1_1.png"
    tile.write_bytes(tile.read_bytes()[:300])
    with pytest.raises(RakingError, match=r"plane_1_files/7/1_1.png is damaged .*copy it again"):
        read_image(tiled)


def test_a_missing_tile(tiled: Path) -> None:
    (tiled / "plane_2_files" / "7" / "2_1.png").unlink()
    with pytest.raises(RakingError, match=r"plane_2_files/7/2_1.png is missing"):
        read_image(tiled)
    (tiled / "plane_2_files" / "7" / "0_0.png").unlink()
    with pytest.raises(RakingError, match=r"plane_2_files/7/0_0.png is missing"):
        check_image(tiled)


def test_a_tile_of_another_size(tiled: Path) -> None:
    Image.new("RGB", (32, 32)).save(tiled / "plane_0_files" / "7" / "0_0.png")
    with pytest.raises(RakingError, match=r"0_0.png is 32 x 32 pixels, where 33 x 33"):
        read_image(tiled)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<Image", "<Im"),
        ("<?xml", '<!DOCTYPE a [<!ENTITY b "c">]><?xml'),
        ('TileSize="32"', 'TileSize="0"'),
        ('TileSize="32"', 'TileSize="1e3"'),
        ('TileSize="32"', ""),
        ('Overlap="1"', 'Overlap="-1"'),
        ('Format="png"', 'Format="../png"'),
        ("<Size", "<Sighs"),
        ('Width="70"', 'Width="71"'),
        ('Width="70"', 'Width="99999999999"'),
        ("</Image>", "</Image>" + " " * 5000),
    ],
)
def test_a_wrong_description(tiled: Path, before: str, after: str) -> None:
    file = tiled / "plane_1.dzi"
    file.write_text(file.read_text().replace(before, after))
    with pytest.raises(RakingError, match=r"plane_1\.dzi is (damaged|71 x 50)"):
        check_image(tiled)
    with pytest.raises(RakingError, match=r"plane_1\.dzi is (damaged|71 x 50)"):
        read_image(tiled)


def test_an_interrupt_leaves_the_old_image(
    make_image: MakeImage, tiled: Path, tmp_path: Path
) -> None:
    before = read_image(tiled).planes

    def interrupt(done: int, total: int) -> None:
        assert total == 3 * (3 * 2 + 2 * 1 + 6)
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_image(
            make_image(width=70, height=50, seed=3),
            tiled,
            tiles=TileFormat(size=32),
            progress=interrupt,
        )
    np.testing.assert_array_equal(read_image(tiled).planes, before)
    assert [path.name for path in tmp_path.iterdir()] == ["image"]


@pytest.mark.long
def test_termination_leaves_nothing(make_image: MakeImage, tmp_path: Path) -> None:
    source, output = tmp_path / "flat", tmp_path / "out"
    write_image(make_image(width=700, height=600), source)
    options = ["--tiles", "--tile-size", "64", "--tile-format", "webp"]
    process = subprocess.Popen(
        [sys.executable, "-m", "raking", "convert", source, *options, "-o", output / "tiles"],
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[3],
    )
    while process.poll() is None and not list(output.glob(".tiles*")):
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 143
    assert list(output.iterdir()) == []


def test_repetition(make_image: MakeImage, tmp_path: Path) -> None:
    image = make_image(width=70, height=50)
    image.mask = np.eye(50, 70) == 0
    write_image(image, tmp_path / "one")
    write_at_size(tmp_path / "one", tmp_path / "many", 200, 130, TileFormat())
    many = read_image(tmp_path / "many")
    y, x = np.mgrid[:130, :200]
    np.testing.assert_array_equal(many.planes, image.planes[:, y % 50, x % 70])
    assert many.mask is not None
    np.testing.assert_array_equal(many.mask, image.mask[y % 50, x % 70])
    assert parse_pyramid(tmp_path / "many" / "plane_0.dzi").top == 8
