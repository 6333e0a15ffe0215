"""Opening, dragging and touring, on a small image and for seconds."""

import json

import numpy as np
import pytest

from bench.speed import gallery, modes
from renderer.image.relightable import write_image


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PYRAMID": (900, 700),
        "DRAGGED": (700, 600),
        "WINDOW": (1420, 820),
        "OPENINGS": 1,
        "DRAGS": {"fitted": {}},
        "DRAG_SECONDS": 1.2,
        "SETTLING_SECONDS": 0.3,
        "SAMPLE_SECONDS": 1.0,
    }.items():
        monkeypatch.setattr(gallery, name, value)


@pytest.mark.long
@pytest.mark.usefixtures("short", "driver")
def test_the_gallery_is_measured_and_written(make_image, tmp_path) -> None:
    write_image(make_image(6, 9), tmp_path / "image")
    found = gallery.measure_gallery(tmp_path / "image", tmp_path / "out", minutes=0.06)
    assert json.loads((tmp_path / "out" / "gallery.json").read_text())["drag"] == found["drag"]
    assert (tmp_path / "out" / "pyramid" / "plane_0_files" / "10" / "1_1.png").exists()
    assert 0 < found["opening"]["first_seconds"][0] <= found["opening"]["complete_seconds"][0]
    drag = found["drag"]["fitted"]
    assert drag["frames_per_second"] > 0
    assert 0 < drag["lowest_scale"] <= drag["median_scale"] <= 1
    assert drag["decoded_pixels"] > 0
    tour = found["tour"]
    assert sum(tour["steps"].values()) > 1
    assert tour["failed"] == 0
    assert 0 < tour["most_texture_bytes"] <= tour["budget_bytes"]
    assert all(0 < sample["page_bytes"] < 1e9 for sample in tour["samples"])
    tables = gallery.tables(found)
    assert [len(rows) for rows in tables.values()] == [1, 1, 1]


@pytest.mark.long
@pytest.mark.usefixtures("short", "driver")
def test_the_cost_of_each_mode_is_measured(make_image, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(modes, "ROUNDS", 1)
    monkeypatch.setattr(modes, "SECONDS", 0.05)
    monkeypatch.setattr(modes, "DRAGGED", (320, 200))
    monkeypatch.setattr(modes, "MODES", ("plain", "normals", "diffuse", "multi-light", "evidence"))
    monkeypatch.setattr(gallery, "DRAG_SECONDS", 1.0)
    image = make_image(6, 9)
    image.normals = np.full((48, 64, 3), (150, 120, 240), np.uint8)
    write_image(image, tmp_path / "image")
    found = modes.measure_modes(tmp_path / "image", tmp_path / "out")
    assert list(found["modes"]) == ["plain", "normals", "multi-light"]
    assert json.loads((tmp_path / "out" / "modes.json").read_text())["modes"] == found["modes"]
    assert found["modes"]["plain"]["frame_ratio"] == 1
    assert all(each["decode_ms"] > 0 for each in found["modes"].values())
    (rows,) = modes.tables(found).values()
    assert [row["mode"] for row in rows] == list(found["modes"])
    assert modes.is_result(tmp_path / "out" / "modes.json")
