"""`raking view --select`: a region drawn on photographs before anything is trained."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trainer.collection.mlic import read_mlic
from trainer.training.region import read_region
from trainer.training.settings import TrainingSettings

from ..command import raking
from .test_accessibility import assert_accessible
from .test_region import use


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Twelve of 40 x 30 pixels and their lights."""
    path = tmp_path / "coin"
    path.mkdir()
    random = np.random.default_rng(0)
    lines = ["12"]
    for index in range(12):
        levels = random.integers(0, 200, (30, 40, 3), np.uint8)
        Image.fromarray(levels).save(path / f"{index}.png")
        angle = index * np.pi / 6
        lines.append(f"{index}.png {np.cos(angle) / 2} {np.sin(angle) / 2} {np.sqrt(0.75)}")
    (path / "dirs.lp").write_text("\n".join(lines))
    return path


@pytest.fixture
def address(photographs: Path, tmp_path: Path):
    """Where the command serves them."""
    aside = tmp_path / "aside"
    aside.mkdir()
    # A suite that runs in a shell's background ignores it, and so would the command.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    command = [sys.executable, "-m", "raking", "view", "--select", photographs, "--no-open"]
    running = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "TMPDIR": str(aside)},
    )
    assert running.stdout
    yield next(line for line in running.stdout if line.startswith("http")).strip()
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=20) == 0
    assert not [*aside.glob("raking-select-*")], "nothing is left"


def test_what_is_saved_is_what_training_reads(take_page, address, photographs, tmp_path) -> None:
    with take_page(900, 700) as page:
        page.goto(address)
        page.evaluate("raking.ready")
        page.get_by_role("region", name="Region of interest").wait_for()
        assert page.get_by_role("heading", name="coin").is_visible()
        assert not page.get_by_role("slider", name="Light direction").is_visible()
        assert_accessible(page)
        for name, value in [("X", 6), ("Y", 2), ("Width", 9), ("Height", 20)]:
            page.get_by_label(name, exact=True).fill(str(value))
        use(page, "Add this rectangle")
        with page.expect_download() as download:
            use(page, "Save mask")
        file = tmp_path / "region.png"
        download.value.save_as(file)
    mlic = read_mlic(photographs)
    found = read_region(TrainingSettings(region=file), mlic)
    expected = np.zeros((30, 40), bool)
    expected[2:22, 6:15] = True
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--select", "{path}", "--photograph", "absent.png"], "no photograph 'absent.png' in"),
        (["--select", "{path}", "--notes"], "no notes"),
        (["--select", "{path}", "{path}"], "one folder"),
        (["{path}", "--photograph", "0.png"], "goes with --select"),
        (["--select", "{path}/0.png"], "is not a folder"),
    ],
)
def test_what_cannot_be_shown(photographs, options, said) -> None:
    given = [option.format(path=photographs) for option in options]
    done = raking("view", "--no-open", *given)
    assert done.returncode != 0
    assert re.search(said, " ".join(done.stderr.split()))
