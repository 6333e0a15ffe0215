"""The library as docs/library.md shows it: its examples run, and their types reach a user."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import raking
from raking.cli.main import main
from trainer.training.settings import STEPS

from ..trainer.conftest import write_collection

PAGE = Path(__file__).parents[2] / "docs" / "library.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples() -> Iterator[tuple[str, str, int]]:
    """The language and the text of each example, and the line of the page that it stands below."""
    page = PAGE.read_text("utf-8")
    for found in FENCE.finditer(page):
        yield found[1], found[2], page.count("\n", 0, found.start()) + 1


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The folder that all examples ran in, in order, and the names that they left."""
    folder = tmp_path_factory.mktemp("library")
    names: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for language, text, line in examples():
            if language == "sh":
                patch.setattr(sys, "argv", text.split())
                with pytest.raises(SystemExit) as end:
                    main()
                assert not end.value.code
            else:
                # Tracebacks then name the lines of the page.
                exec(compile("\n" * line + text, PAGE, "exec"), names)
        yield folder, names


@pytest.mark.long
def test_the_examples_do_what_the_page_says(
    ran: tuple[Path, dict[str, Any]], by_hand: Callable[..., np.ndarray]
) -> None:
    folder, names = ran
    assert names["photograph"].shape == (64, 64, 3)
    assert names["fitted"].label == "HSH(3)"
    assert names["fitted"].provenance["scores"]["psnr"] > 20
    assert names["smaller"].label == "DisK(10)"
    assert raking.read_image(folder / "teacher").label == "NeuralRTI(50)"
    assert not (folder / "coin.checkpoint").exists()
    image = raking.read_image(str(folder / "coin"))
    assert (image.label, image.title, image.pixel_size_mm) == ("DisK(20)", "A coin", 0.02)
    tiled = raking.read_image(folder / "coin-tiles")
    np.testing.assert_array_equal(image.planes, tiled.planes)
    assert list((folder / "coin-tiles").glob("*.dzi"))
    with Image.open(folder / "from the left.png") as frame:
        levels = np.asarray(frame).astype(float)
    expected = np.rint(by_hand(image, (-0.9, 0.0)).clip(0, 1) * 255)
    assert np.abs(levels - expected).max() <= 1
    assert names["scores"]["psnr"] == pytest.approx(image.provenance["scores"]["psnr"], abs=1e-3)
    assert len(list((folder / "errors").glob("*.png"))) == len(names["scores"]["per_image"]) == 20


def test_all_metrics_are_measured_unless_few_are_asked_for(tmp_path: Path) -> None:
    collection = raking.read_collection(str(write_collection(tmp_path / "bumps")))
    image = raking.train(collection, raking.TrainingSettings("ptm"))
    few, every = raking.evaluate(image, collection, fast=True), raking.evaluate(image, collection)
    assert every["psnr"] == pytest.approx(few["psnr"])
    assert "flip" not in few
    assert every["flip"] > 0
    assert every["smoothness"] > 0


def test_the_page_shows_every_name_of_the_face() -> None:
    code = "".join(text for language, text, _ in examples() if language == "python")
    shown = {name for name in raking.__all__ if f"raking.{name}" in code}
    assert shown == {*raking.__all__} - {"RelightableImage"}, "which is what others return"
    assert all(getattr(raking, name).__doc__ for name in raking.__all__)


def test_the_page_has_every_setting_with_its_default() -> None:
    page = PAGE.read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", page, re.MULTILINE)
    expected = [(field.name, field.default) for field in fields(raking.TrainingSettings)]
    assert [(name, ast.literal_eval(default)) for name, default in rows] == expected
    assert all(f" {steps:,} for " in page for steps in STEPS.values())


WRONG = """
raking.read_collection(3)
raking.train(collection, "disk")
raking.TrainingSettings(model="magic")
raking.TrainingSettings(steps="many")
raking.write_image("coin", image)
raking.evaluate(image, "photographs")
raking.absent()
image.titel = "A coin"
"""


def checked(program: Path, cache: Path) -> list[str]:
    """What mypy says of a user's program that lies anywhere, the packages being installed."""
    (program.parent / "mypy.ini").write_text(
        # Nothing of a user's call depends on what PyTorch's own functions return.
        "[mypy]\nstrict = True\n[mypy-torch.*]\nfollow_imports = skip\n"
    )
    root = str(Path(raking.__file__).parents[1])
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", "--cache-dir", cache, program.name],
        cwd=program.parent,
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert not run.stderr
    return run.stdout.splitlines()


@pytest.mark.long
def test_types_reach_a_user(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    cache = pytestconfig.cache
    assert cache is not None
    code = "".join(text for language, text, _ in examples() if language == "python")
    program = tmp_path / "program.py"
    program.write_text(code + WRONG)
    errors = checked(program, cache.mkdir("mypy"))
    first = code.count("\n") + 2
    lines = [int(error.split(":")[1]) for error in errors if " error: " in error]
    assert sorted({*lines}) == [first + i for i in range(WRONG.count("\n") - 1)], errors
