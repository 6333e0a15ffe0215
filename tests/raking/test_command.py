"""The command as a script uses it: exit status, standard output, standard error."""

import itertools
import json
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bench.verify import Kind
from renderer.image.relightable import read_image, write_image
from trainer.collection.mlic import read_mlic

from ..command import raking


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("command") / "sample"
    run = raking("sample", path, "--size", "64x48")
    assert run.returncode == 0, run.stderr
    return path


@pytest.fixture(scope="module")
def trained(sample: Path) -> Path:
    path = sample.parent / "disk20"
    run = raking("train", sample, "-o", path, "--model", "disk", "--units", 20, "--steps", 100)
    assert run.returncode == 0, run.stderr
    return path


@pytest.fixture
def written(make_image, tmp_path: Path) -> Path:
    write_image(make_image(), tmp_path / "image")
    return tmp_path / "image"


def test_train_and_evaluate(sample: Path, trained: Path) -> None:
    image = read_image(trained)
    assert (image.width, image.height, image.decoder.units) == (64, 48, 20)
    assert image.provenance["model"] == "disk"
    assert not list(trained.parent.glob(".disk20*"))
    run = raking("evaluate", trained, sample, "--json")
    scores = json.loads(run.stdout)
    assert len(scores["per_image"]) == 20
    mean = np.mean([row["psnr"] for row in scores["per_image"]])
    assert scores["psnr"] == pytest.approx(mean)
    assert scores["psnr"] == pytest.approx(image.provenance["scores"]["psnr"], abs=1e-3)
    assert 15 < scores["psnr"] < 60
    assert 0 < scores["ssim"] < 1
    assert scores["delta_e"] > 0


PHASES = ["reading", "guide", "estimating", "teacher", "estimating", "student", "storing"]
PHASES += ["scoring", "normals", "evidence", "levels", "measuring", "tiles"]
TOLD = re.compile(r"(\w+)(?:, (\d+) %, ([\d.]+) (?:s|min|h) left)?")


@pytest.mark.long
def test_every_phase_is_told_with_the_time_left(sample: Path, tmp_path: Path) -> None:
    options = ("--model", "disk", "--units", 10, "--steps", 60, "--tiles", "--json")
    run = raking("train", sample, "-o", tmp_path / "image", *options)
    assert run.returncode == 0, run.stderr
    lines = [TOLD.fullmatch(line) for line in run.stderr.splitlines()]
    told = [line for line in lines if line]
    begun = [phase for phase, _ in itertools.groupby(line[1] for line in told)]
    assert begun == PHASES
    known = [int(line[2]) for line in told if line[2]]
    assert known == sorted(known)
    assert len(known) >= len(PHASES) - 3, "all but what comes before the first estimate"
    assert list(tmp_path.iterdir()) == [tmp_path / "image"]
    convert = raking("convert", tmp_path / "image", "-o", tmp_path / "again", "--tiles")
    phases = [line.split(",")[0] for line in convert.stderr.splitlines()]
    assert phases == ["estimating", "levels", "measuring", "tiles"]


@pytest.mark.long
def test_what_is_trained_is_not_trained_again(tmp_path: Path) -> None:
    """Terminated while it is scored, a run keeps its training, and leaves nothing else."""
    assert raking("sample", tmp_path / "sample", "--size", "192x192").returncode == 0
    command = ["train", tmp_path / "sample", "-o", tmp_path / "image", "--model", "disk"]
    command += ["--steps", 40, "--units", 5, "--no-normals"]
    process = subprocess.Popen(
        [sys.executable, "-m", "raking", *map(str, command)], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("scoring"):
            process.terminate()
            break
    process.communicate(timeout=60)
    assert process.returncode == 143
    assert {path.name for path in tmp_path.iterdir()} == {"sample", ".image.checkpoint"}
    run = raking(*command)
    assert run.returncode == 0, run.stderr
    assert "teacher," not in run.stderr
    assert "student," not in run.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"sample", "image"}


def test_evaluate_with_heat_maps_and_named_test_lights(
    sample: Path, make_image, tmp_path: Path
) -> None:
    collection = read_mlic(sample / "Dome")
    unseen, seen, *_ = collection.names
    image = make_image()
    image.provenance = {"test_lights": [unseen], "collection_sha256": collection.sha256}
    write_image(image, tmp_path / "image")
    maps, listed = tmp_path / "maps", tmp_path / "test.txt"
    listed.write_text(f"{unseen}\n{seen}\n")
    options = ("--test-lights", listed, "--heat-maps", maps, "--fast")
    run = raking("evaluate", tmp_path / "image", sample / "Dome", *options)
    assert run.returncode == 0, run.stderr
    for name in (unseen, seen):
        assert name in run.stdout
        assert (maps / f"{Path(name).stem}.png").is_file()
    assert "95 % interval" in run.stdout
    assert f"was trained on {seen}:" in " ".join(run.stderr.split())


def test_evaluate_folders_of_pictures(sample: Path) -> None:
    run = raking("evaluate", sample / "Dome", sample / "Dome", "--pictures", "--fast", "--json")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["psnr"] == 100
    run = raking("evaluate", sample / "Dome", sample / "Test", "--pictures")
    assert run.returncode == 1
    assert "holds no picture of the name of" in run.stderr


def test_render_one_frame(trained: Path, tmp_path: Path, by_hand) -> None:
    run = raking("render", trained, "--light", "0.3,-0.2", "-o", tmp_path / "frame.png")
    assert run.returncode == 0, run.stderr
    image = read_image(trained)
    with Image.open(tmp_path / "frame.png") as frame:
        levels = np.asarray(frame)
    expected = np.rint(by_hand(image, (0.3, -0.2)).clip(0, 1) * 255)
    assert np.abs(levels[..., :3] - expected).max() <= 1
    assert image.mask is not None
    np.testing.assert_array_equal(levels[..., 3] > 0, image.mask)


def test_render_the_lights_of_a_file(sample: Path, trained: Path, tmp_path: Path) -> None:
    lights = sample / "Test" / "dirs.lp"
    run = raking("render", trained, "--lights", lights, "--scale", 0.5, "-o", tmp_path / "out")
    assert run.returncode == 0, run.stderr
    frames = sorted((tmp_path / "out").glob("*.png"))
    assert len(frames) == 20
    with Image.open(frames[3]) as frame:
        assert frame.size == (32, 24)


def verified(image: Path) -> list[dict[str, Any]]:
    """What `raking verify` prints of an image's two backends, in each mode."""
    run = raking("verify", image, "--json")
    assert run.returncode == 0, run.stderr
    result = json.loads(run.stdout)
    assert result["ok"] is True
    rows: list[dict[str, Any]] = result["backends"]
    keys = {"name", "device", "max_step", "differing", "max_abs_error", "pixels", "lights"}
    for row in rows:
        assert keys <= row.keys()
        assert row["pixels"] == 64 * 48
        assert row["lights"] >= 5
    assert [row["name"] for row in rows] == ["wgpu", "webgl2"] * (len(rows) // 2)
    return rows


@pytest.mark.long
def test_verify_prints_what_scripts_rely_on(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.verify.RANDOM_DECODERS", [Kind("hyper", 8, 9)])
    assert {row["lights"] for row in verified(written)[:2]} == {20}


@pytest.mark.long
def test_verify_looks_at_every_mode_of_a_trained_image(trained: Path) -> None:
    modes = {row["mode"] for row in verified(trained)}
    assert {"plain", "normals", "specular", "evidence"} <= modes


def test_info(trained: Path, sample: Path) -> None:
    facts = json.loads(raking("info", trained, "--json").stdout)
    assert facts["parameters"] == 723
    assert json.loads(raking("info", sample, "--json").stdout)["photographs"] == 69
    assert "adapter" in json.loads(raking("info", "--json").stdout)


def test_viewing_and_rendering_start_without_torch(written: Path, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from raking.cli.main import main\n"
        f"sys.argv = ['raking', 'render', {str(written)!r}, '--light', '0,0', '-o', 'x.png']\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "import webviewer.server\n"
        "print('torch' in sys.modules)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    assert run.stdout.split()[-1] == "False", run.stderr


@pytest.mark.parametrize("module", ["raking", "raking.cli.main"])
def test_neither_the_library_nor_the_command_loads_at_once_what_is_slow_to_load(
    module: str,
) -> None:
    slow = "{'wgpu', 'glfw', 'torch', 'cv2', 'scipy.ndimage', 'av', 'pandas', 'playwright'}"
    code = f"import sys, {module}; print({slow} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert run.stdout.strip() == "set()", run.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["render", "{image}", "--light", "2,0", "-o", "x.png"], 2, "outside the unit disc"),
        (["render", "{image}", "--light", "nan,0", "-o", "x.png"], 2, "outside the unit disc"),
        (["render", "{image}", "-o", "x.png"], 2, "give one of"),
        (["render", "{image}", "--light", "0,0", "--crop", "0,0,900,9", "-o", "x.png"], 1, "crop"),
        (["render", "{none}", "--light", "0,0", "-o", "x.png"], 1, "not a folder"),
        (["evaluate", "{image}", "{none}"], 1, "none"),
        (["evaluate"], 2, "IMAGE"),
        (["evaluate", "{image}"], 2, "MLIC"),
        (["evaluate", "{image}", "{none}", "--jobs", "2"], 2, "--jobs"),
        (["evaluate", "{image}", "{none}", "-o", "{none}2"], 2, "-o"),
        (["benchmark", "{none}"], 2, "-o"),
        (["benchmark", "{image}", "{none}", "-o", "{none}2"], 2, "unexpected extra argument"),
        (["benchmark", "{none}", "-o", "{none}2", "--fast"], 2, "--fast"),
        (["evaluate", "{image}", "{none}", "--heat-maps", "{image}"], 1, "not empty"),
        (["train", "{none}", "-o", "{none}2"], 1, "none"),
        (["verify", "{none}"], 1, "not a folder"),
        (["train", "{none}", "-o", "{none}2", "--units", "0"], 2, "units"),
        (["train", "{none}", "-o", "{none}2", "--keep-teacher", "{none}3"], 2, "--keep-teacher"),
        (["render", "{image}", "--light", "0,0", "-o", "{image}/info.json/a.png"], 1, "cannot be"),
        (["bench", "{none}", "-o", "{none}2"], 1, "not a folder"),
        (["sample", "{none}", "--size", "4x4"], 1, "16"),
        (["fly"], 2, "fly"),
    ],
)
def test_bad_usage_is_one_sentence(
    written: Path, tmp_path: Path, arguments: list[str], status: int, words: str
) -> None:
    places = {"image": written, "none": tmp_path / "none"}
    run = raking(*(text.format(**places) for text in arguments))
    assert run.returncode == status
    assert words in " ".join(run.stderr.split())
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "none").exists()
    assert not (tmp_path / "none2").exists()


def test_without_chromium_verify_says_what_to_install(written: Path) -> None:
    run = raking("verify", written, PATH="/nowhere", RAKING_CHROMIUM="")
    assert run.returncode == 1
    assert "install" in run.stderr.lower()
    assert "chromium" in run.stderr.lower()
    assert "Traceback" not in run.stderr


def test_output_in_the_present_folder(written: Path, tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    run = subprocess.run(
        [sys.executable, "-m", "raking", "render", written, "--orbit", "2", "-o", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    assert len(list(folder.glob("*.png"))) == 2


def test_a_terminated_sample_leaves_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "raking", "sample", tmp_path / "sample", "--size", "800x800"],
        stderr=subprocess.DEVNULL,
    )
    while not list(tmp_path.glob(".sample*")):
        time.sleep(0.05)
    process.terminate()
    assert process.wait(timeout=60) == 143
    assert list(tmp_path.iterdir()) == []


def following(run: subprocess.CompletedProcess[str]) -> list[str]:
    """The command that the last line of another one's output gives."""
    assert run.returncode == 0, run.stderr
    last = run.stdout.splitlines()[-1]
    assert last.startswith("Next: ")
    return shlex.split(last.removeprefix("Next: "))


def test_every_command_says_what_it_wrote_and_which_one_is_next(tmp_path: Path) -> None:
    collection = tmp_path / "a coin's photographs"
    image = tmp_path / "a coin's photographs-image"
    made = following(raking("sample", collection, "--size", "32x32"))
    assert made == ["raking", "train", str(collection), "-o", str(image)]
    trained = raking(*made[1:], "--model", "ptm")
    assert following(trained) == ["raking", "view", str(image)]
    assert f"Wrote {image}" in trained.stdout.splitlines()
    for output in (tmp_path / "x.jpg", tmp_path / "x.mp4"):
        light = ("--light", "0,0") if output.suffix == ".jpg" else ("--orbit", 3)
        run = raking("render", image, *light, "-o", output)
        assert following(run) == ["raking", "view", str(image)]
        assert f"Wrote {output}:" in run.stdout
        assert output.stat().st_size
    tiled = tmp_path / "tiled"
    assert following(raking("convert", image, "-o", tiled)) == ["raking", "view", str(tiled)]
    run = raking("site", image, "-o", tmp_path / "site")
    assert following(run) == ["python", "-m", "http.server", "-d", str(tmp_path / "site")]
    scored = following(raking("evaluate", image, collection, "--fast"))
    assert scored[:5] == ["raking", "evaluate", str(image), str(collection), "--heat-maps"]
    assert following(raking("info", image)) == ["raking", "view", str(image)]
    assert following(raking("info", collection)) == made


def test_facts_are_rounded_and_named(trained: Path, sample: Path) -> None:
    exact = json.loads(raking("info", trained, "--json").stdout)
    shown = dict(
        line.split("  ", 1)
        for line in raking("info", trained).stdout.splitlines()
        if not line.startswith("Next: ")
    )
    shown = {name: value.strip() for name, value in shown.items()}
    assert shown["Model"] == "DisK(20), 723 parameters, 9 values a pixel"
    assert shown["Size"] == "64 x 48 pixels"
    assert f"PSNR {exact['scores']['psnr']:.2f} dB" in shown["Quality"]
    assert "100 steps" in shown["Training"]
    assert shown["Trained on"] == f"49 photographs of {sample.name}"
    assert shown["Held out"] == "all of Test"
    files = [file for file in trained.rglob("*") if file.is_file()]
    assert f"in {len(files)} files" in shown["On disk"]
    assert not any("_" in name for name in shown)
    assert exact["collection_sha256"] not in str(shown)
