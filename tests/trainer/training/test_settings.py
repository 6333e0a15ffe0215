"""The settings of a training: their defaults, and values that cannot be."""

from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from shaders.errors import RakingError
from shaders.linear import MODELS
from trainer.models.networks import ENCODERS
from trainer.training.settings import UNITS, Encoder, Model, TrainingSettings


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"model": "magic"}, "unknown model 'magic': choose neural, disk, hyper, ptm, hsh or rbf"),
        ({"units": 0}, "a decoder of 0 units cannot be: choose 1 to 64"),
        ({"units": 65}, "65 units"),
        ({"latents": 10}, "10 latents cannot be: choose a multiple of 3 up to 27"),
        ({"latents": 30}, "30 latents"),
        ({"latents": 0}, "0 latents"),
        ({"model": "hsh", "order": 4}, "an HSH of order 4 cannot be: choose 2 or 3"),
        ({"encoder": "deep"}, "unknown encoder 'deep': choose original or improved"),
        ({"seed": -1}, "a seed of -1 cannot be"),
        ({"steps": 0}, "0 training steps cannot be"),
        ({"minutes": 0}, "a budget of 0 minutes cannot be"),
        ({"minutes": float("inf")}, "inf minutes"),
        ({"minutes": float("nan")}, "nan minutes"),
        ({"minutes": 1, "steps": 10}, "choose one"),
        ({"pixels": 0.0}, "fraction of 0 of"),
        ({"pixels": -0.1}, "fraction of -0.1 of"),
        ({"pixels": 1.5}, "fraction of 1.5 of"),
        ({"pixels": float("nan")}, "fraction of nan of"),
        ({"sampling": "best"}, "unknown sampling 'best': choose uniform, regular or informed"),
        ({"device": "abacus"}, "no device 'abacus': choose cpu or cuda"),
    ],
)
def test_values_that_cannot_be_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(RakingError, match=words):
        TrainingSettings(**settings)
    with pytest.raises(RakingError, match=words):
        replace(TrainingSettings(), **settings)


def test_models_and_encoders_are_those_that_there_are() -> None:
    assert {*MODELS, *UNITS} == set(get_args(Model))
    assert set(ENCODERS) == set(get_args(Encoder))


def test_units_are_the_models_own_unless_given() -> None:
    found = {model: TrainingSettings(model).hidden_units for model in get_args(Model)}
    assert found == {"neural": 50, "disk": 20, "hyper": 8, "ptm": 0, "hsh": 0, "rbf": 0}
    assert TrainingSettings("neural", units=7).hidden_units == 7
    assert TrainingSettings("ptm", units=7).hidden_units == 0
    latents = {model: TrainingSettings(model).latent_values for model in get_args(Model)}
    assert latents == {"neural": 9, "disk": 9, "hyper": 12, "ptm": 0, "hsh": 0, "rbf": 0}
    assert TrainingSettings("disk", latents=6).latent_values == 6
    assert replace(TrainingSettings("disk"), model="neural").hidden_units == 50


def test_a_teacher_is_an_encoder_or_a_folder() -> None:
    assert TrainingSettings("disk").teacher_folder is None
    assert TrainingSettings("disk", teacher="improved").teacher_folder is None
    assert TrainingSettings("disk", teacher="there").teacher_folder == Path("there")
    assert TrainingSettings("disk", teacher=Path("original")).teacher_folder == Path("original")
    assert TrainingSettings("neural", teacher="there").teacher_folder is None
