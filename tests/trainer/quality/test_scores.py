"""Means, intervals and groups of scores; heat maps; folders of pictures paired by name."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import stats

from shaders.errors import RakingError
from trainer.quality import evaluate
from trainer.quality import scores as scoring
from trainer.quality.evaluate import evaluate_pictures
from trainer.quality.scores import FAST, Pair, mean_interval, score

from ..conftest import write_picture


def light_at(elevation: float) -> np.ndarray:
    return np.array([np.cos(np.deg2rad(elevation)), 0, np.sin(np.deg2rad(elevation))])


def grey_pairs(errors: list[float], elevations: list[float]) -> Iterator[Pair]:
    """Pictures that are off by `errors`, under lights at `elevations`."""
    truth = np.full((40, 50, 3), 0.5, np.float32)
    for i, (error, elevation) in enumerate(zip(errors, elevations, strict=True)):
        yield Pair(f"p{i}.png", light_at(elevation), truth, truth + np.float32(error))


def test_means_and_intervals_by_elevation() -> None:
    errors, elevations = [0.1, 0.01, 0.001, 0.1], [22, 18, 44.9, 90]
    found = score(grey_pairs(errors, elevations), 4, None, FAST)
    psnr = [20.0, 40.0, 60.0, 20.0]
    assert [row["psnr"] for row in found["per_image"]] == pytest.approx(psnr, abs=1e-3)
    assert [row["name"] for row in found["per_image"]] == ["p0.png", "p1.png", "p2.png", "p3.png"]
    assert found["psnr"] == pytest.approx(35, abs=1e-3)
    by_scipy = stats.t.interval(0.95, df=3, loc=35, scale=stats.sem(psnr))
    assert found["intervals"]["psnr"] == pytest.approx(by_scipy, abs=1e-2)
    groups = [(g["elevation"], g["lights"]) for g in found["per_elevation"]]
    assert groups == [(20, 2), (40, 1), (90, 1)]
    assert found["per_elevation"][0]["psnr"] == pytest.approx(30, abs=1e-3)
    assert found["per_elevation"][1]["intervals"]["psnr"] is None
    assert "flip" not in found


def test_an_interval_needs_two_values() -> None:
    assert mean_interval([3.0]) is None
    assert mean_interval([3.0, 3.0]) == (3.0, 3.0)


def test_absent_lpips_is_none_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring.of, "_lpips_network", lambda: (None, "no weights"))
    found = score(grey_pairs([0.1, 0.2], [30, 30]), 2, None, ("psnr", "lpips"))
    assert found["lpips"] is None
    assert found["intervals"]["lpips"] is None
    assert found["per_elevation"][0]["lpips"] is None
    assert found["lpips_absent"] == "no weights"


def test_an_unknown_metric_and_an_empty_mask_are_refused() -> None:
    with pytest.raises(RakingError, match="no metric 'mse'"):
        score(grey_pairs([0.1], [30]), 1, None, ("psnr", "mse"))
    with pytest.raises(RakingError, match="black throughout"):
        score(grey_pairs([0.1], [30]), 1, np.zeros((40, 50), bool), FAST)


def test_heat_maps_are_bright_where_the_error_is(tmp_path: Path) -> None:
    truth = np.full((40, 500, 3), 0.5, np.float32)
    picture = truth.copy()
    picture[:, 250:] += np.float32(8 / 255)
    picture[:20, 250:] += np.float32(100 / 255)
    mask = np.ones((40, 500), bool)
    mask[:, 400:] = False
    score([Pair("a.jpg", None, truth, picture)], 1, mask, FAST, heat_maps=tmp_path / "maps")
    assert [path.name for path in (tmp_path / "maps").iterdir()] == ["a.png"]
    with Image.open(tmp_path / "maps" / "a.png") as file:
        heat = np.asarray(file.convert("RGBA")).astype(int)
    assert heat.shape[0] > 40 + 30  # with its legend
    assert (heat[:40, 400:, 3] == 0).all()
    assert (heat[:40, :400, 3] == 255).all()
    assert (heat[40:, :, 3] == 255).all()
    brightness = heat[..., :3].sum(axis=2)
    equal, eight, brightest = brightness[10, 10], brightness[30, 300], brightness[10, 300]
    assert equal < 20 < eight < brightest
    # The bar below shows the colour of 8 levels at a quarter of its length, the brightest at 32.
    bar = brightness[40 + 10 + 16 + 4]
    assert (bar[10], bar[10 + 459]) == (equal, brightest)
    assert bar[10 + round(459 / 4)] == pytest.approx(eight, abs=6)


def test_heat_maps_take_a_new_folder_and_leave_no_half(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "note.txt").touch()
    with pytest.raises(RakingError, match="not empty"):
        score(grey_pairs([0.1], [30]), 1, None, FAST, heat_maps=tmp_path / "kept")

    def breaking() -> Iterator[Pair]:
        yield from grey_pairs([0.1], [30])
        raise RakingError("the next picture is damaged")

    with pytest.raises(RakingError, match="damaged"):
        score(breaking(), 2, None, FAST, heat_maps=tmp_path / "maps")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders of one black and one grey picture, the second off by 51 in its left half."""
    for name, error in (("shown", 51), ("truth", 0)):
        (tmp_path / name).mkdir()
        for stem, level in (("a", 0), ("b", 100)):
            picture = np.full((12, 16, 3), level, np.uint8)
            picture[:, :8] += np.uint8(error)
            write_picture(tmp_path / name / f"{stem}.png", picture)
    return tmp_path / "shown", tmp_path / "truth"


def test_pictures_are_paired_by_name(folders: tuple[Path, Path]) -> None:
    shown, truth = folders
    (truth / "b.png").rename(truth / "b.tiff.png")
    write_picture(truth / "b.tif", np.full((12, 16, 3), 100 * 257, np.uint16))
    (truth / "b.tiff.png").unlink()
    found = evaluate_pictures(shown, truth, metrics=FAST)
    assert [row["name"] for row in found["per_image"]] == ["a", "b"]
    by_hand = -10 * np.log10(0.2**2 / 2)
    assert [row["psnr"] for row in found["per_image"]] == pytest.approx([by_hand] * 2, abs=1e-3)
    assert found["per_elevation"] == []

    mask = np.zeros((12, 16), np.uint8)
    mask[:, 8:] = 255
    for name in ("mask.png", "mask.tif", "mask.jpg"):
        write_picture(truth / name, mask)
        assert evaluate_pictures(shown, truth, metrics=FAST)["psnr"] == 100
        (truth / name).unlink()


def test_a_huge_picture_is_refused_before_any_is_decoded(
    folders: tuple[Path, Path], huge_picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, truth = folders
    (shown / "b.png").write_bytes(huge_picture.read_bytes())
    monkeypatch.setattr(evaluate, "read_picture", lambda path: pytest.fail(f"{path} is decoded"))
    with pytest.raises(RakingError, match=r"b\.png is 30000 x 30000 pixels but .* is 16 x 12"):
        evaluate_pictures(shown, truth, metrics=FAST)


def test_pictures_that_cannot_be_paired_are_named(folders: tuple[Path, Path]) -> None:
    shown, truth = folders
    write_picture(shown / "c.png", np.zeros((12, 16, 3), np.uint8))
    with pytest.raises(RakingError, match=r"truth holds no picture of the name of c\.png"):
        evaluate_pictures(shown, truth)
    write_picture(truth / "c.png", np.zeros((12, 17, 3), np.uint8))
    with pytest.raises(RakingError, match=r"16 x 12 pixels but .* is 17 x 12"):
        evaluate_pictures(shown, truth)
    (shown / "c.png").unlink()
    with pytest.raises(RakingError, match=r"shown holds no picture of the name of c\.png"):
        evaluate_pictures(shown, truth)
