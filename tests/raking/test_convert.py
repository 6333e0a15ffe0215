"""`raking convert`, and what `raking train --tiles` writes, as a script sees them."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from renderer.image.relightable import read_image, write_image

from ..command import raking


def contents(path: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def describe(path: Path) -> dict:
    return json.loads((path / "info.json").read_text())


@pytest.fixture
def flat(make_image, tmp_path: Path) -> Path:
    image = make_image(width=150, height=90)
    image.mask = np.hypot(*np.mgrid[-45:45, -75:75]) < 40
    image.lights = np.array([[0, 0, 1], [0.6, 0, 0.8]], np.float32)
    image.provenance = {"model": "disk", "collection": "A coin"}
    write_image(image, tmp_path / "flat")
    return tmp_path / "flat"


def test_to_tiles_and_back(flat: Path, tmp_path: Path) -> None:
    tiled, again = tmp_path / "tiled", tmp_path / "again"
    options = ("--tiles", "--tile-size", 64, "--pixel-size", 0.05, "--json")
    run = raking("convert", flat, *options, "-o", tiled)
    assert run.returncode == 0, run.stderr
    (facts,) = json.loads(run.stdout)["images"]
    info = describe(tiled)
    assert info["pixelSizeInMM"] == 0.05
    assert info["lights"] == pytest.approx([0, 0, 1, 0.6, 0, 0.8])
    assert info["raking"]["planes"] == ["plane_0.dzi", "plane_1.dzi", "plane_2.dzi"]
    assert info["raking"]["mask"] == "mask.dzi"
    assert info["raking"]["levels"] == facts["levels"]
    assert [(row["width"], row["height"]) for row in facts["levels"][:2]] == [(75, 45), (38, 23)]
    assert all(15 < row["psnr"] < 100 for row in facts["levels"])
    assert (tiled / "plane_1_files" / "8" / "2_1.png").is_file()
    run = raking("convert", tiled, "-o", again)
    assert run.returncode == 0, run.stderr
    assert "DisK(20), 150 x 90 pixels, flat" in run.stdout
    for name in ("plane_0.png", "plane_1.png", "plane_2.png", "mask.png"):
        assert (again / name).read_bytes() == (flat / name).read_bytes()
    found = describe(again)
    assert found["raking"].pop("asked")["command"] == "convert"
    assert found == {**describe(flat), "pixelSizeInMM": 0.05}


def test_a_title_is_kept_until_another_is_given(flat: Path, tmp_path: Path) -> None:
    titles = ["Münze <b>1</b>", None, "Another"]
    image = flat
    for i, title in enumerate(titles):
        given = ["--title", title] if title else []
        run = raking("convert", image, *given, "-o", tmp_path / str(i))
        assert run.returncode == 0, run.stderr
        image = tmp_path / str(i)
        assert read_image(image).title == (title or titles[0])
    assert read_image(flat).title is None
    assert "title" not in describe(flat)["raking"]


@pytest.mark.parametrize("title", ["", "  ", "two\nlines", "\u202eturned", "x" * 201])
def test_a_title_is_one_line_of_text(flat: Path, tmp_path: Path, title: str) -> None:
    run = raking("convert", flat, "--title", title, "-o", tmp_path / "out")
    assert run.returncode == 2
    assert "--title" in run.stderr
    assert not (tmp_path / "out").exists()


def test_one_title_is_not_for_several_images(flat: Path, tmp_path: Path) -> None:
    run = raking("convert", flat, flat, "--title", "A coin", "-o", tmp_path / "out")
    assert run.returncode == 2
    assert "one image" in run.stderr


def test_the_summary_has_the_levels(flat: Path, tmp_path: Path) -> None:
    formats = ("--tile-format", "jpg", "--quality", 80)
    run = raking("convert", flat, "--tiles", *formats, "-o", tmp_path / "tiled")
    assert run.returncode == 0, run.stderr
    assert "75 x 45" in run.stdout
    assert "PSNR" in run.stdout
    assert describe(tmp_path / "tiled")["quality"] == 80
    assert (tmp_path / "tiled" / "mask_files" / "8" / "0_0.jpg").is_file()


@pytest.mark.parametrize("place", ["flat", "flat/tiles", "link", "link/tiles", "flat/../flat"])
def test_an_image_never_takes_the_place_of_its_source(flat: Path, place: str) -> None:
    before = contents(flat)
    (flat.parent / "link").symlink_to(flat)
    for force in ([], ["--force"]):
        run = raking("convert", flat, "--tiles", "-o", flat.parent / place, *force)
        assert run.returncode == 1
        assert "which is read" in " ".join(run.stderr.split())
    assert contents(flat) == before


def test_done_other_settings_and_force(flat: Path, tmp_path: Path) -> None:
    command = ("convert", flat, "-o", tmp_path / "out")
    assert raking(*command).returncode == 0
    stamp = (tmp_path / "out" / "info.json").stat().st_mtime_ns
    again = raking(*command)
    assert again.returncode == 0
    assert "done before" in again.stdout
    assert json.loads(raking(*command, "--json").stdout)["images"][0]["done"] is True
    other = raking(*command, "--tiles")
    assert other.returncode == 1
    assert "DisK(20) of 150 x 90 pixels" in " ".join(other.stderr.split())
    assert "--force" in other.stderr
    assert (tmp_path / "out" / "info.json").stat().st_mtime_ns == stamp
    forced = raking(*command, "--tiles", "--force")
    assert forced.returncode == 0
    assert "is replaced" in " ".join(forced.stderr.split())
    assert not (tmp_path / "out" / "plane_0.png").exists()
    write_image(read_image(flat), flat, asked={"another": "source"})
    changed = raking(*command, "--tiles")
    assert changed.returncode == 1
    assert "another source" in " ".join(changed.stderr.split())


def test_a_site_is_done_or_asks_for_force(flat: Path, tmp_path: Path) -> None:
    command = ("site", flat, "-o", tmp_path / "site")
    assert raking(*command).returncode == 0
    again = raking(*command, "--json")
    assert json.loads(again.stdout) == {
        "site": str(tmp_path / "site"),
        "images": ["images/flat/"],
        "done": True,
    }
    image = read_image(flat)
    image.title = "Another coin"
    write_image(image, flat)
    refused = raking(*command)
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    assert raking(*command, "--force").returncode == 0
    assert "Another coin" in (tmp_path / "site" / "index.html").read_text()
    (tmp_path / "site" / "CNAME").write_text("coins.example")
    for force in ([], ["--force"]):
        run = raking(*command, *force)
        assert run.returncode == 1
        assert "CNAME" in run.stderr
    assert (tmp_path / "site" / "CNAME").read_text() == "coins.example"


@pytest.mark.long
@pytest.mark.parametrize("name", ["neural_disk/Student", "openlime/hsh", "openlime/ptm"])
def test_images_of_other_programs(shared_data: Path, tmp_path: Path, name: str) -> None:
    source = shared_data / "interop" / name
    run = raking("convert", source, "--tiles", "-o", tmp_path / "tiled")
    assert run.returncode == 0, run.stderr
    one, other = read_image(source), read_image(tmp_path / "tiled")
    np.testing.assert_array_equal(other.planes, one.planes)
    assert (other.label, other.pixel_size_mm) == (one.label, one.pixel_size_mm)
    assert len(describe(tmp_path / "tiled")["raking"]["levels"]) > 3


def test_several_images_and_a_site(flat: Path, make_linear_image, tmp_path: Path) -> None:
    write_image(make_linear_image("ptm", 18), tmp_path / "other")
    run = raking("convert", flat, tmp_path / "other", "--tiles", "-o", tmp_path / "out")
    assert run.returncode == 0, run.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["flat", "other"]
    images = (tmp_path / "out" / "flat", tmp_path / "other")
    run = raking("site", *images, "-o", tmp_path / "site", "--json")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["images"] == ["images/flat/", "images/other/"]
    assert (tmp_path / "site" / "images" / "flat" / "plane_0_files").is_dir()
    assert 'src="images/flat/ images/other/"' in (tmp_path / "site" / "index.html").read_text()


@pytest.mark.long
def test_training_writes_tiles_and_the_lights(tmp_path: Path) -> None:
    assert raking("sample", tmp_path / "sample", "--size", "64x48").returncode == 0
    options = ("--tiles", "--pixel-size", 0.1, "--json", "--title", "A relief")
    for model in ("ptm", "neural"):
        steps = ("--steps", 100) if model == "neural" else ()
        out = tmp_path / model
        run = raking("train", tmp_path / "sample", "-o", out, "--model", model, *options, *steps)
        assert run.returncode == 0, run.stderr
        assert json.loads(run.stdout)["levels"] == describe(out)["raking"]["levels"]
        image = read_image(out)
        assert image.lights is not None
        assert image.lights.shape == (49, 3)
        np.testing.assert_allclose(np.linalg.norm(image.lights, axis=1), 1, atol=1e-5)
        assert image.pixel_size_mm == 0.1
        assert image.title == "A relief"
        assert (out / "plane_0_files" / "6" / "0_0.png").is_file()


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["{flat}", "--tile-size", "64", "-o", "{none}"], 2, "go with --tiles"),
        (["{flat}", "--tiles", "--quality", "9", "-o", "{none}"], 2, "goes with --tile-format jpg"),
        (["{flat}", "--site", "-o", "{none}"], 2, "--site"),
        (["{flat}", "--pixel-size", "0", "-o", "{none}"], 2, "more than 0"),
        (["{flat}", "--pixel-size", "nan", "-o", "{none}"], 2, "more than 0"),
        (["{flat}", "{flat}", "-o", "{none}"], 2, "same name"),
        (["{none}", "-o", "{none}2"], 1, "not a folder"),
        (["{flat}", "-o", "{flat}/.."], 1, "not empty"),
    ],
)
def test_bad_usage_is_one_sentence(
    flat: Path, tmp_path: Path, arguments: list[str], status: int, words: str
) -> None:
    check_bad_usage(("convert", *arguments), status, words, flat, tmp_path)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["{flat}", "--tiles", "-o", "{none}"], 2, "--tiles"),
        (["{flat}", "-o", "{none}.html"], 2, "takes a folder"),
        (["{none}", "-o", "{none}2"], 1, "not a folder"),
        (["{flat}", "-o", "{flat}"], 1, "which is read"),
        (["{flat}", "-o", "{other}"], 1, "no site"),
    ],
)
def test_bad_usage_of_site_is_one_sentence(
    flat: Path, tmp_path: Path, arguments: list[str], status: int, words: str
) -> None:
    check_bad_usage(("site", *arguments), status, words, flat, tmp_path)


def check_bad_usage(
    arguments: tuple[str, ...], status: int, words: str, flat: Path, tmp_path: Path
) -> None:
    places = {
        "flat": flat,
        "none": tmp_path / "none",
        "other": shutil.copytree(flat, tmp_path / "b"),
    }
    run = raking(*(text.format(**places) for text in arguments))
    assert run.returncode == status
    assert words in " ".join(run.stderr.split())
    assert "Traceback" not in run.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "flat"]


def test_a_truncated_tile_is_one_sentence(flat: Path, tmp_path: Path) -> None:
    assert raking("convert", flat, "--tiles", "-o", tmp_path / "tiled").returncode == 0
    tile = tmp_path / "tiled" / "plane_2_files" / "8" / "0_0.png"
    tile.write_bytes(tile.read_bytes()[:500])
    run = raking("convert", tmp_path / "tiled", "-o", tmp_path / "again")
    assert run.returncode == 1
    assert "8/0_0.png is damaged" in "".join(run.stderr.split("\n"))
    assert not (tmp_path / "again").exists()


def test_viewing_checks_without_reading(flat: Path, tmp_path: Path) -> None:
    """A truncated tile is the page's matter; a missing file is told at once."""
    assert raking("convert", flat, "--tiles", "-o", tmp_path / "tiled").returncode == 0
    (tmp_path / "tiled" / "plane_2_files" / "8" / "0_0.png").unlink()
    run = raking("view", tmp_path / "tiled", "--no-open")
    assert run.returncode == 1
    assert "8/0_0.png is missing" in "".join(run.stderr.split("\n"))
