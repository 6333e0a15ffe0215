"""Damaged and hostile files at the command: one clear sentence, or the right result."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from renderer.image.relightable import RelightableImage, read_image, write_image

from ..command import raking

CASES = Path(__file__).parents[3] / "shared" / "cases" / "damaged"


def refusal(*arguments: object) -> str:
    """The one sentence on standard error of a command that fails, and nothing else."""
    run = raking(*arguments)
    error = run.stderr
    assert run.returncode == 1
    assert not run.stdout
    assert error.startswith("raking: ")
    assert error.count("\n") == 1
    assert len(error) <= 300
    assert error.strip().isprintable()
    return error


@pytest.fixture
def written(make_image: Callable[..., RelightableImage], tmp_path: Path) -> Path:
    write_image(make_image(units=4), tmp_path / "image")
    return tmp_path / "image"


def remember(image: Path, **provenance: Any) -> None:
    info = json.loads((image / "info.json").read_text())
    info["raking"]["provenance"] = provenance
    (image / "info.json").write_text(json.dumps(info))


ODD = {
    "model": ["neural"],
    "encoder": {"a": 1},
    "collection": [1],
    "test_lights": [["a"], 3],
    "scores": "high",
    "\x1b]0;owned\x07": "\x1b[2J\n\u202e[bold]:smile:",
}


def test_odd_provenance_is_shown_and_steers_no_terminal(written: Path, tmp_path: Path) -> None:
    remember(written, **ODD)
    run = raking("info", written, NO_COLOR="1")
    assert run.returncode == 0
    text = run.stdout
    assert "\\x1b]0;owned\\x07" in text
    assert all(line.isprintable() for line in text.splitlines())
    run = raking("info", written, "--json")
    assert run.returncode == 0
    json.loads(run.stdout)
    run = raking("convert", written, "-o", tmp_path / "again", "--tiles")
    assert run.returncode == 0, run.stderr
    assert read_image(tmp_path / "again").provenance == ODD
    run = raking("render", written, "--light", "0,0", "-o", tmp_path / "frame.png")
    assert run.returncode == 0, run.stderr


def test_a_terminal_that_knows_few_characters(written: Path) -> None:
    remember(written, collection="Münze 文")
    run = subprocess.run(
        [sys.executable, "-m", "raking", "info", written],
        capture_output=True,
        timeout=120,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert run.returncode == 0, run.stderr
    assert b"\\u6587" in run.stdout


def test_a_name_that_steers_terminals_is_escaped(written: Path) -> None:
    hostile = written.with_name("\x1b[2J\u202e[red]x\ny")
    written.rename(hostile)
    (hostile / "plane_1.png").unlink()
    sentence = refusal("info", hostile)
    assert "\\x1b[2J\\u202e[red]x\\ny/plane_1.png is missing" in sentence


def test_names_without_end(written: Path, tmp_path: Path) -> None:
    info = json.loads((written / "info.json").read_text())
    info["type"] = "neural" * 20_000
    (written / "info.json").write_text(json.dumps(info))
    assert "is unknown" in refusal("info", written)
    deep = tmp_path.joinpath(*["a" * 200] * 5)
    assert refusal("info", deep)


@pytest.mark.parametrize("command", ["info", "convert", "render", "view"])
@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"type": "neural", "width": 1e400}',
        '{"type": "neural", "x": "\\ud800"}',
        '{"type": "neural", "x": %s}' % ("9" * 5000),
        '{"type": ["neural"]}',
    ],
    ids=["deep", "large", "surrogate", "digits", "list"],
)
def test_an_info_that_is_of_no_use(written: Path, tmp_path: Path, text: str, command: str) -> None:
    (written / "info.json").write_text(text)
    options = {
        "convert": ["-o", tmp_path / "out"],
        "render": ["--light", "0,0", "-o", tmp_path / "out.png"],
        "view": ["--no-open"],
    }
    assert "info.json" in refusal(command, written, *options.get(command, []))
    assert [path.name for path in tmp_path.iterdir()] == ["image"]


def test_an_image_that_no_memory_holds(written: Path) -> None:
    info = json.loads((written / "info.json").read_text())
    info["width"] = info["height"] = 900_000
    (written / "info.json").write_text(json.dumps(info))
    assert "GiB of memory" in refusal("info", written)
    info["width"] = 10**9
    (written / "info.json").write_text(json.dumps(info))
    assert "width" in refusal("info", written)


@pytest.mark.parametrize("name", ["info.json", "plane_1.png"])
def test_what_is_no_regular_file_is_not_waited_for(written: Path, name: str) -> None:
    (written / name).unlink()
    os.mkfifo(written / name)
    assert name in refusal("info", written)


def test_a_plane_of_another_kind(written: Path) -> None:
    levels = np.zeros((48, 64), np.uint16)
    Image.fromarray(levels).save(written / "plane_2.png")
    assert "16-bit grey, where 8-bit RGB is needed" in refusal("info", written)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("deep-json", "nested too deep"),
        ("inf-provenance", "too large"),
        ("surrogate-provenance", "half a character"),
        ("weights-near-3e38/image", "so large"),
        ("plane-16-bit-grey/image", "16-bit grey"),
        ("plane-other-mode/image", "is damaged"),
        ("plane-damage-published", "a checksum does not fit"),
        ("page-silent-idat-bit-flip", "its rows are not whole"),
        ("model-list", None),
        ("test-lights-nested", None),
        ("escape-provenance", None),
        ("plane-exif-3", None),
    ],
)
def test_damaged_images_as_they_were_found(name: str, sentence: str | None) -> None:
    if not CASES.is_dir():
        pytest.skip("the damaged files (../shared/cases) are not on this machine")
    if sentence:
        assert sentence in refusal("info", CASES / name)
        return
    run = raking("info", CASES / name)
    assert run.returncode == 0
    assert all(line.isprintable() for line in run.stdout.splitlines())
