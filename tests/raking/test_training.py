"""The options of `raking train` and the settings that they stand for."""

from dataclasses import fields
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
import typer

from raking.cli.train import train
from raking.cli.training import check_places, check_teacher, chosen_settings
from trainer.training.settings import TrainingSettings

SETTINGS = {field.name for field in fields(TrainingSettings)} - {"model"}


def test_every_setting_is_an_option() -> None:
    options = {"guided" if name == "guide" else name for name in signature(train).parameters}
    assert {*SETTINGS, "model"} <= options


def test_what_is_not_given_is_as_the_library_has_it() -> None:
    assert chosen_settings("hyper", **dict.fromkeys(SETTINGS)) == TrainingSettings()
    given = {"units": 7, "guided": False, "seed": 3}
    found = chosen_settings("neural", **(dict.fromkeys(SETTINGS) | given))
    assert found == TrainingSettings("neural", units=7, guided=False, seed=3)


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        ("disk", {"order": 2}, "--order goes with --model hsh"),
        ("ptm", {"order": 2}, "--order goes with --model hsh"),
        ("hsh", {"units": 20}, "--units goes with --model neural, disk and hyper"),
        ("ptm", {"guided": False}, "--guide goes with"),
        ("rbf", {"steps": 100}, "--steps goes with"),
        ("ptm", {"teacher": "improved"}, "--teacher goes with"),
        ("hsh", {"encoder": "improved"}, "--encoder goes with"),
        ("hsh", {"device": "cpu"}, "--device goes with"),
    ],
)
def test_options_of_other_models_are_refused(
    model: Any, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(typer.BadParameter, match=words):
        chosen_settings(model, **options)


def test_one_command_line_serves_all_models() -> None:
    assert chosen_settings("ptm", minutes=5.0, seed=1).minutes == 5
    assert chosen_settings("hsh", order=2, minutes=5.0).order == 2


@pytest.mark.parametrize(
    ("model", "teacher", "keep_teacher", "encoder", "words"),
    [
        ("neural", None, Path("kept"), None, "--keep-teacher goes with --model disk"),
        ("disk", None, None, "improved", "--encoder goes with --model neural"),
        ("disk", "there", Path("kept"), None, "a teacher that is trained now"),
    ],
)
def test_options_of_a_teacher_that_there_is_not_are_refused(
    model: Any, teacher: str | None, keep_teacher: Path | None, encoder: str | None, words: str
) -> None:
    with pytest.raises(typer.BadParameter, match=words):
        check_teacher(model, teacher, keep_teacher, encoder)


def test_what_has_no_effect_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    check_teacher("neural", "improved", None, None)
    assert "--teacher has no effect with --model neural" in capsys.readouterr().err
    chosen_settings("disk", sampling="regular")
    assert "--sampling has no effect without --pixels" in capsys.readouterr().err


@pytest.mark.parametrize("kept", ["image", "image/teacher", "."])
def test_image_and_teacher_lie_beside_each_other(tmp_path: Path, kept: str) -> None:
    with pytest.raises(typer.BadParameter, match="beside each other"):
        check_places(tmp_path / "image", tmp_path / kept, [])
