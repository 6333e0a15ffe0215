"""The native decode beside PyTorch's."""

from pathlib import Path

import numpy as np
import pytest

from bench.speed import native
from renderer.image.relightable import write_image


def test_a_row_for_each_image_backend_and_round(
    make_image, make_linear_image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native, "SIZE", (60, 90))
    monkeypatch.setattr(native, "BATCH_SECONDS", 0.01)
    for units, conditions in ((8, 2), (20, 4)):
        write_image(make_image(units, conditions=conditions), tmp_path / f"image{units}")
    write_image(make_linear_image("hsh", 48), tmp_path / "hsh")
    paths = {name: tmp_path / name for name in ("image8", "image20", "hsh")}
    rows = native.measure_native(paths)
    assert len(rows) == 3 * 2 * native.ROUNDS
    assert {row["pixels"] for row in rows} == {5400}
    native.write_native(paths, tmp_path / "native.csv")
    table = native.native_table(tmp_path / "native.csv")
    assert [row["image"] for row in table] == ["image8", "image20", "hsh"]
    for row in table:
        assert row["ratio"] == pytest.approx(row["pytorch"] / row["wgpu"])
        assert row["devices"]["pytorch"].startswith("PyTorch")
    assert native.native_table(tmp_path / "none.csv") == []


def test_what_is_timed_is_the_image(make_image, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "SIZE", (100, 70))
    image = make_image(width=64, height=48)
    repeated = native.sized_image(image)
    assert repeated.planes.shape == (3, 100, 70, 3)
    np.testing.assert_array_equal(repeated.planes[:, 48:96, 64:70], image.planes[:, :, :6])
