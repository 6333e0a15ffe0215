"""Held-out pairs of camera and light: the image, components of each camera, the nearest picture."""

from pathlib import Path

import numpy as np
import pytest

from bench.fidelity.between import compare, told
from renderer.image.relightable import write_image
from shaders.errors import RakingError
from trainer.collection.mlic import read_mlic

from ...trainer.conftest import bumps, ring_lights, train, write_collection, write_picture
from ...trainer.training.scene import toward

LIGHTS = ring_lights()
CAMERAS = [toward(0, 0), toward(40, 0), toward(40, 120), toward(40, 240)]


def write_pairs(path: Path, cameras: list[np.ndarray], lights: np.ndarray) -> None:
    """A matte surface, which looks alike from everywhere."""
    path.mkdir(parents=True)
    rows = ["name,light_x,light_y,light_z,view_x,view_y,view_z"]
    for c, view in enumerate(cameras):
        for i, (light, picture) in enumerate(zip(lights, bumps(lights), strict=True)):
            write_picture(path / f"c{c}l{i:02}.png", picture)
            rows.append(f"c{c}l{i:02}.png,{','.join(map(str, [*light, *view]))}")
    (path / "directions.csv").write_text("\n".join(rows))


def test_each_is_scored_by_its_distance(tmp_path: Path) -> None:
    write_pairs(tmp_path / "btf" / "Dome", CAMERAS, np.delete(LIGHTS, [3, 12], axis=0))
    write_pairs(tmp_path / "btf" / "Test", [toward(10, 0), toward(39, 120)], LIGHTS[[3, 12]])
    mlic = read_mlic(tmp_path / "btf")
    image = train(mlic, model="hyper", steps=2, guided=False)
    write_image(image, tmp_path / "image")
    pairs = compare(tmp_path / "image", tmp_path / "btf")
    assert np.mean([p["image"] for p in pairs]) == pytest.approx(image.provenance["scores"]["psnr"])
    other = np.delete(LIGHTS, [3, 12], axis=0)
    for pair, tilt, light in zip(pairs, (10, 10, 1, 1), LIGHTS[[3, 12, 3, 12]], strict=True):
        angles = np.degrees(np.arccos(other @ light))
        assert pair["distance"] == pytest.approx(np.hypot(tilt, angles.min()), abs=0.1)
        shown = bumps(np.stack([light, other[angles.argmin()]])) / 255
        error = np.square(shown[0] - shown[1]).mean()
        assert pair["nearest"] == pytest.approx(-10 * np.log10(error), abs=1e-3)
        assert pair["pca"] > pair["nearest"] + 6
    *_, mean = told(pairs).splitlines()
    assert mean.startswith("| all | 4 |")


def test_one_camera_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RakingError, match="of one camera"):
        compare(tmp_path / "image", write_collection(tmp_path / "one"))
