"""`raking normals`, and the normals that images bring along."""

import json
from pathlib import Path

import numpy as np
import pytest
import pyvips
import tifffile

from renderer.files.marks import bears_mark
from renderer.image.normal_levels import normals_of_levels
from renderer.image.relightable import read_image

from ..trainer.conftest import SIZE, bumps, ring_lights, write_collection


def bump_normals() -> np.ndarray:
    """The truth of the photographs of `bumps`, [SIZE, SIZE, 3]."""
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    slope = 0.8 * np.stack([np.sin(x * 12), np.cos(y * 9)], axis=-1)
    normals = np.concatenate([slope, np.ones((SIZE, SIZE, 1))], axis=-1)
    return normals / np.linalg.norm(normals, axis=-1, keepdims=True)


def degrees_off(levels: np.ndarray) -> float:
    cosine = (normals_of_levels(levels) * bump_normals()).sum(axis=-1)
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))).mean())


@pytest.fixture
def in_srgb(tmp_path: Path) -> Path:
    """The bumps as a camera would write them: `bumps` shades in linear light."""
    lights = ring_lights()
    light = np.clip((bumps(lights) / 255 - 0.05) / 0.95, 0, 1)
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return write_collection(tmp_path / "bumps", lights, np.rint(255 * encoded).astype(np.uint8))


def read_levels(path: Path) -> np.ndarray:
    return pyvips.Image.new_from_file(str(path)).numpy()


def test_of_photographs(raking, in_srgb: Path, tmp_path: Path) -> None:
    for bits, kind in (("8", np.uint8), ("16", np.uint16)):
        output = tmp_path / f"normals{bits}.png"
        assert raking("normals", in_srgb, "-o", output, "--bits", bits).status == 0
        levels = read_levels(output)
        assert levels.dtype == kind
        assert degrees_off(levels) < 2
        assert bears_mark(output)
        assert raking("normals", in_srgb, "-o", output, "--bits", bits).status == 0  # over its own


def test_training_stores_them_and_they_lead_to_the_relief(raking, in_srgb: Path, tmp_path) -> None:
    image, mesh, tif = tmp_path / "image", tmp_path / "relief.ply", tmp_path / "relief.tif"
    train = ("train", in_srgb, "--model", "hsh", "--all-photographs", "--pixel-size", "0.1")
    assert raking(*train, "-o", image).status == 0
    stored = read_image(image).normals
    assert stored is not None
    assert degrees_off(stored) < 2
    ran = raking("normals", image, "-o", tmp_path / "n.png", "--heights", tif, "--mesh", mesh)
    assert ran.status == 0, ran.err
    assert degrees_off(read_levels(tmp_path / "n.png")) < 6  # of what 8-bit latents decode to
    check_relief(tif, mesh)
    plain = tmp_path / "plain"
    assert raking(*train, "-o", plain, "--no-normals").status == 0
    assert read_image(plain).normals is None
    assert not (plain / "normals.png").exists()


def check_relief(tif: Path, mesh: Path) -> None:
    """Both in mm, and alike; the mesh has x right, y up and faces towards the viewer."""
    with tifffile.TiffFile(tif) as file:
        levels, said = file.asarray(), json.loads(file.pages[0].description)
    assert levels.dtype == np.uint16
    assert said["unit"] == "mm"
    heights = said["lowest"] + levels * said["step"]
    header, body = mesh.read_bytes().split(b"end_header\n")
    assert b"comment in mm" in header
    points = np.frombuffer(body, "<f4", 3 * SIZE * SIZE).reshape(SIZE, SIZE, 3)
    np.testing.assert_allclose(points[..., 2], heights, atol=said["step"])
    np.testing.assert_allclose(points[0, -1, :2], [0.1 * (SIZE - 1), 0.1 * (SIZE - 1)], rtol=1e-5)
    kind = [("count", "u1"), ("corners", "<i4", 3)]
    faces = np.frombuffer(body[points.nbytes :], kind)
    assert len(faces) == 2 * (SIZE - 1) ** 2
    a, b, c = np.moveaxis(points.reshape(-1, 3)[faces["corners"]], 1, 0)
    across = np.cross(b - a, c - a)
    assert (across[:, 2] > 0).all()
    assert bears_mark(mesh)
    assert bears_mark(tif)


def test_convert_adds_them_leaves_them_out_and_tiles_them(raking, in_srgb, tmp_path: Path) -> None:
    image, added, tiled = tmp_path / "image", tmp_path / "added", tmp_path / "tiled"
    fit = ("train", in_srgb, "--model", "hsh", "--all-photographs", "--no-normals", "-o", image)
    assert raking(*fit).status == 0
    assert raking("convert", image, "-o", added, "--normals").status == 0
    found = read_image(added).normals
    assert found is not None
    assert degrees_off(found) < 6
    assert raking("convert", added, "-o", tiled, "--tiles").status == 0
    np.testing.assert_array_equal(read_image(tiled).normals, found)
    assert raking("convert", tiled, "-o", tmp_path / "without", "--no-normals").status == 0
    assert read_image(tmp_path / "without").normals is None


def test_refusals(raking, in_srgb: Path, image: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "mine.png"
    foreign.write_bytes(b"a picture of my own")
    for arguments, sentence in (
        (("-o", tmp_path / "n.jpg"), "names a .png file"),
        (("-o", tmp_path / "n.png", "--mesh", tmp_path / "n.obj"), "names a .ply file"),
        (("-o", foreign), "was not written by Raking"),
        (("-o", in_srgb / "n.png"), "which is read"),
    ):
        ran = raking("normals", in_srgb, *arguments)
        assert ran.status != 0
        assert sentence in ran.err
    assert foreign.read_bytes() == b"a picture of my own"
    ran = raking("normals", image, "-o", tmp_path / "n.png", "--lights", in_srgb / "dirs.lp")
    assert "--lights goes with photographs" in ran.err
    assert not (tmp_path / "n.png").exists()
