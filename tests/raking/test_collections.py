"""Collections at the command line: which light file, which photographs are held out."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import raking
from renderer.image.relightable import read_image

from ..command import raking as run_command


def run(*arguments: object, status: int = 0) -> subprocess.CompletedProcess[str]:
    done = run_command(*arguments)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done


def matte(lights: np.ndarray) -> np.ndarray:
    """A matte sphere on grey under each light [L, 3]: [L, 24, 32, 3] uint8."""
    y, x = np.mgrid[12:-12:-1, -16:16] / 11.0
    z = np.sqrt(np.clip(1 - x * x - y * y, 0, None))
    normals = np.where((z > 0)[..., None], np.stack([x, y, z], -1), [0, 0, 1])
    shading = np.clip(np.einsum("hwc,lc->lhw", normals, lights), 0, None)
    return np.rint(20 + 200 * shading[..., None] * [1, 0.8, 0.6]).astype(np.uint8)


@pytest.fixture
def lights() -> np.ndarray:
    """16 unit vectors [16, 3] in two rings."""
    azimuths = np.arange(16) * np.pi / 4
    elevations = np.deg2rad(np.where(np.arange(16) < 8, 25, 60))
    across = np.cos(elevations)
    turned = [across * np.cos(azimuths), across * np.sin(azimuths), np.sin(elevations)]
    return np.stack(turned, -1).astype(np.float32)


@pytest.fixture
def write(tmp_path: Path, lights: np.ndarray) -> Callable[..., Path]:
    def collection(name: str = "coin", stem: str = "image") -> Path:
        path = tmp_path / name
        path.mkdir()
        lines = ["16"]
        for index, picture in enumerate(matte(lights)):
            file = f"{stem}{index:02}.png"
            Image.fromarray(picture).save(path / file)
            lines.append(" ".join([file, *(f"{value:.6f}" for value in lights[index])]))
        (path / "dirs.lp").write_text("\n".join(lines), encoding="utf-8", errors="surrogateescape")
        return path

    return collection


def test_a_collection_is_read_for_scripts(write: Callable[..., Path], lights: np.ndarray) -> None:
    collection = raking.read_collection(str(write()))
    assert sorted(collection.names) == [f"image{index:02}.png" for index in range(16)]
    for name, light in zip(collection.names, collection.lights, strict=True):
        index = int(name[5:7])
        np.testing.assert_allclose(light, lights[index], atol=1e-5)
        np.testing.assert_array_equal(collection.photograph(name), matte(lights)[index])
    assert collection.lights.shape == (16, 3)
    assert collection.lights.dtype == np.float32
    assert collection.warnings == []
    with pytest.raises(raking.RakingError, match="no photograph 'absent'"):
        collection.photograph("absent")


def test_all_commands_take_the_light_file(
    write: Callable[..., Path], tmp_path: Path, lights: np.ndarray
) -> None:
    path, image = write(), tmp_path / "image"
    project = [
        {
            "filename": f"image{i:02}.png",
            "direction": dict(zip("xyz", map(float, light), strict=True)),
        }
        for i, light in enumerate(lights)
    ]
    (path / "again.relight").write_text(json.dumps({"images": project}))
    (path / "other.lp").write_text((path / "dirs.lp").read_text().replace(" 0.", " 0,"))
    for command in (("info", path), ("train", path, "-o", image, "--model", "ptm")):
        assert "--lights" in run(*command, status=1).stderr
    for file in ("dirs.lp", path / "other.lp", "again.relight"):
        facts = json.loads(run("info", path, "--lights", file, "--json").stdout)
        assert facts["photographs"] == 16
    run("train", path, "-o", image, "--model", "ptm", "--lights", "other.lp")
    scored = run("evaluate", image, path, "--fast", "--lights", "dirs.lp")
    assert "was trained on other files" not in scored.stderr
    frames = tmp_path / "frames"
    run("render", image, "--lights", path / "again.relight", "-o", frames)
    assert len(list(frames.glob("*image*.png"))) == 16
    assert (
        "--pictures" in run("evaluate", path, path, "--pictures", "--lights", "a", status=2).stderr
    )


@pytest.mark.parametrize(
    "settings", [("--model", "hsh"), ("--model", "neural", "--steps", "20")], ids=["hsh", "neural"]
)
def test_all_photographs_are_trained_on(
    write: Callable[..., Path], tmp_path: Path, settings: tuple[str, ...]
) -> None:
    path, image = write(), tmp_path / "image"
    (path / "test.txt").write_text("image03.png\n")
    done = run("train", path, "-o", image, "--all-photographs", *settings)
    assert "nothing was held out, so it is not scored" in done.stdout
    provenance = read_image(image).provenance
    assert (provenance["lights"], provenance["test_lights"]) == (16, [])
    assert "scores" not in provenance
    assert "there is nothing to test it with" in " ".join(
        run("evaluate", image, path, status=1).stderr.split()
    )
    options = ("--all-photographs", "--test-lights", path / "test.txt")
    refused = run("train", path, "-o", tmp_path / "other", *options, *settings, status=2)
    assert "--test-lights" in refused.stderr


def test_names_that_are_no_utf_8_are_printed_and_stored(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    path = write(stem=os.fsdecode("prägung".encode("latin-1")))
    run("train", path, "-o", tmp_path / "image", "--model", "ptm")
    run("info", path)
    facts = json.loads(run("info", path, "--json").stdout)
    assert all(name.startswith(r"pr\xe4gung") for name in facts["test_lights"])
    held_out = json.loads(run("info", tmp_path / "image", "--json").stdout)["test_lights"]
    assert held_out == facts["test_lights"]
    run("evaluate", tmp_path / "image", path, "--fast")


def test_folders_of_pictures_may_hold_odd_files(write: Callable[..., Path]) -> None:
    path = write()
    (path / "folder.jpg").mkdir()
    os.mkfifo(path / "pipe.png")
    scores = json.loads(run("evaluate", path, path, "--pictures", "--fast", "--json").stdout)
    assert len(scores["per_image"]) == 16
