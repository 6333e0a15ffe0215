"""Numbers on the command line that no one means, for every option that takes one."""

import sys
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest
import typer

from raking.cli import main as raking
from raking.cli.options import MOST_FRAMES
from raking.cli.printing import print_table
from renderer.image.relightable import write_image

FLOATS = ["nan", "inf", "-inf", "1e300", "-1e300", "1e400", "x", ""]
INTEGERS = ["1e9", "nan", "-1", "9" * 19, "9" * 40, "9" * 5000, "0x10", "1.5", ""]
NEEDED = {
    "sample": ["{path}"],
    "train": ["{path}", "-o", "{path}/out"],
    "convert": ["{path}", "-o", "{path}/out", "--tiles"],
    "benchmark": ["{path}", "-o", "{path}/out"],
    "render": ["{path}", "-o", "{path}/out", "--orbit", "2"],
    "normals": ["{path}", "-o", "{path}/out.png"],
    "calibrate": ["{path}", "-o", "{path}/out"],
    "prepare": ["{path}", "-o", "{path}/out"],
    "map": ["{path}", "-o", "{path}/out"],
    "view": ["{path}", "--no-open"],
    "verify": ["{path}"],
    "bench": ["{path}", "-o", "{path}/out"],
    "gallery": ["{path}", "-o", "{path}/out"],
}


def numeric_options() -> Iterator[tuple[str, str, type]]:
    """(command, option, type) of every option of a number."""
    for registered in raking.app.registered_commands:
        function: Any = registered.callback
        for name, hint in get_type_hints(function, include_extras=True).items():
            kind, *notes = get_args(hint) or (hint,)
            option = next(
                (note for note in notes if isinstance(note, typer.models.OptionInfo)), None
            )
            numbers = {int, float} & {kind, *get_args(kind)}
            if option and numbers:
                yield (
                    registered.name or function.__name__,
                    f"--{name.replace('_', '-')}",
                    numbers.pop(),
                )


def run(capsys, monkeypatch, arguments: list[str]) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["raking", *arguments])
    with pytest.raises(SystemExit) as end:
        raking.main()
    return int(end.value.code or 0), capsys.readouterr().err


def check_sentence(status: int, sentence: str, words: str) -> None:
    assert status == 2, sentence
    assert words in sentence
    assert sentence.count("\n") == 1
    assert len(sentence) < 300


def test_the_options_of_numbers_are_found() -> None:
    found = {(command, option) for command, option, _ in numeric_options()}
    assert {("render", "--scale"), ("train", "--minutes"), ("bench", "--repeats")} <= found
    assert len(found) > 20


@pytest.mark.parametrize(("command", "option", "kind"), list(numeric_options()))
def test_a_number_that_cannot_be_is_refused(
    capsys, monkeypatch, tmp_path, command: str, option: str, kind: type
) -> None:
    needed = [text.format(path=tmp_path) for text in NEEDED[command]]
    for number in FLOATS if kind is float else INTEGERS:
        status, sentence = run(capsys, monkeypatch, [command, *needed, f"{option}={number}"])
        check_sentence(status, sentence, option)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sample", "{path}/a", "--size", "40000x40000"], "16 million"),
        (["sample", "{path}/a", "--size", f"{'9' * 5000}x1"], "whole numbers"),
        (["sample", "{path}/a", "--size", "nanxnan"], "whole numbers"),
        (["sample", "{path}/a", "--size", "0x5"], "not positive"),
        (["sample", "{path}/a", "--size", "64,64"], "whole numbers"),
        (["render", "{path}", "--light", "0,0", "-o", "a.png", "--size", "40000x40000"], "million"),
        (["render", "{path}", "--light", "0,0,0", "-o", "a.png"], "two numbers"),
        (["render", "{path}", "--light", "1e400,0", "-o", "a.png"], "unit disc"),
        (["render", "{path}", "--light", f"0,{'x' * 5000}", "-o", "a.png"], "two numbers"),
        (["train"], "MLIC"),
        (["fly"], "fly"),
        (["f" * 5000], "fff"),
        (["view", "--" + "p" * 5000], "ppp"),
    ],
)
def test_other_slips_are_refused(capsys, monkeypatch, tmp_path, arguments, words: str) -> None:
    given = [text.format(path=tmp_path) for text in arguments]
    status, sentence = run(capsys, monkeypatch, given)
    check_sentence(status, sentence, words)
    assert list(tmp_path.iterdir()) == []


def test_more_lights_than_frames_go(capsys, monkeypatch, tmp_path) -> None:
    lights = tmp_path / "lights.lp"
    lights.write_text("x.png 0 0 1\n" * (MOST_FRAMES + 1))
    arguments = ["render", str(tmp_path), "--lights", str(lights), "-o", str(tmp_path / "out")]
    check_sentence(*run(capsys, monkeypatch, arguments), str(MOST_FRAMES))


def test_a_scale_whose_frames_are_too_large(capsys, monkeypatch, tmp_path, make_image) -> None:
    write_image(make_image(width=1600, height=1200), tmp_path / "image")
    arguments = ["render", str(tmp_path / "image"), "--light", "0,0", "--scale", "8"]
    output = tmp_path / "a.png"
    check_sentence(*run(capsys, monkeypatch, [*arguments, "-o", str(output)]), "100 million")
    assert not output.exists()


@pytest.mark.parametrize("option", ["--minutes", "--pixels"])
@pytest.mark.parametrize("command", ["train", "benchmark"])
def test_no_time_and_no_pixels_are_refused_before_anything_is_read(
    capsys, monkeypatch, tmp_path, command: str, option: str
) -> None:
    arguments = [word.format(path=tmp_path / "none") for word in NEEDED[command]]
    status, sentence = run(capsys, monkeypatch, [command, *arguments, option, "0"])
    check_sentence(status, sentence, f"{option} takes a number above 0")


def test_without_arguments_the_help_is_shown(capsys, monkeypatch) -> None:
    monkeypatch.setattr(sys, "argv", ["raking"])
    with pytest.raises(SystemExit) as end:
        raking.main()
    shown = capsys.readouterr()
    assert end.value.code == 2
    assert "convert" in shown.out
    assert shown.err == ""


def test_a_narrow_terminal_hides_no_numbers(capsys, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    print_table("a title", [{"photograph": "img_01.jpg", "psnr": 33.878, "ssim": 0.991}])
    shown = capsys.readouterr().out
    assert "33.878" in shown
    assert "img_01.jpg" in shown
