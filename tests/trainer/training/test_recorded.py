"""What a training records: images and checkpoints of before must be known again, byte for byte."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from renderer.image.relightable import RelightableImage, write_image
from trainer.collection.mlic import Mlic
from trainer.training.asked import training_asked
from trainer.training.settings import TrainingSettings

from ..conftest import train

WRITING = {"keep_teacher": False, "tiles": False, "pixel_size": None, "title": None}
PLAIN = '"keep_teacher": false, "tiles": false, "pixel_size": null, "title": null'
TILED = {"keep_teacher": True, "tiles": True, "pixel_size": 0.05, "title": "A coin"}
FILES = (
    '"collection": "COLLECTION", '
    '"mask": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", '
    '"test_lights": ["image08.png", "image10.png", "image12.png", "image16.png", "image18.png"]'
)
DEFAULT = (
    '"seed": 0, "minutes": null, "steps": null, "pixels": 1.0, "sampling": "uniform", '
    '"guided": true'
)


def expected(text: str, mlic: Mlic) -> str:
    return text.replace("COLLECTION", mlic.sha256)


@pytest.mark.parametrize(
    ("settings", "writing", "text"),
    [
        (
            TrainingSettings("disk"),
            WRITING,
            '{"command": "train", "model": "disk", "order": null, "units": 20, "encoder": null, '
            f'{PLAIN}, {DEFAULT}, "teacher": "original", {FILES}}}',
        ),
        (
            TrainingSettings("neural", teacher="improved", device="cpu"),
            WRITING,
            '{"command": "train", "model": "neural", "order": null, "units": 50, '
            f'"encoder": "original", {PLAIN}, {DEFAULT}, "teacher": null, {FILES}}}',
        ),
        (
            TrainingSettings(
                "neural",
                units=8,
                encoder="improved",
                seed=7,
                minutes=1.5,
                pixels=0.25,
                sampling="informed",
                guided=False,
            ),
            TILED,
            '{"command": "train", "model": "neural", "order": null, "units": 8, '
            '"encoder": "improved", "keep_teacher": true, "tiles": true, "pixel_size": 0.05, '
            '"title": "A coin", "seed": 7, "minutes": 1.5, "steps": null, "pixels": 0.25, '
            f'"sampling": "informed", "guided": false, "teacher": null, {FILES}}}',
        ),
        (
            TrainingSettings("hsh", order=2),
            WRITING,
            '{"command": "train", "model": "hsh", "order": 2, "units": null, "encoder": null, '
            f'{PLAIN}, "teacher": null, {FILES}}}',
        ),
        (
            TrainingSettings("ptm", seed=3, minutes=2.0),
            WRITING,
            '{"command": "train", "model": "ptm", "order": null, "units": null, "encoder": null, '
            f'{PLAIN}, "teacher": null, {FILES}}}',
        ),
    ],
    ids=["disk", "neural", "neural, everything given", "hsh", "ptm"],
)
def test_what_was_asked(
    mlic: Mlic, settings: TrainingSettings, writing: dict[str, Any], text: str
) -> None:
    found = training_asked(mlic, settings, **writing)
    assert json.dumps(found) == expected(text, mlic)


def test_a_stored_teacher_is_told_by_its_description(
    mlic: Mlic, make_image: Callable[..., RelightableImage], tmp_path: Path
) -> None:
    write_image(make_image(width=24, height=24), tmp_path / "teacher")
    settings = TrainingSettings("disk", teacher=tmp_path / "teacher")
    first = training_asked(mlic, settings, **WRITING)["teacher"]
    (tmp_path / "teacher").rename(tmp_path / "moved")
    moved = TrainingSettings("disk", teacher=str(tmp_path / "moved"))
    assert training_asked(mlic, moved, **WRITING)["teacher"] == first
    other = make_image(width=24, height=24, seed=1)
    write_image(other, tmp_path / "moved")
    assert training_asked(mlic, moved, **WRITING)["teacher"] != first
    assert len(first) == 64


CHECKPOINT = (
    '{"version": 5, "model": "MODEL", "units": 5, "encoder": "original", "teacher": TEACHER, '
    '"seed": 3, "steps": 2, "minutes": null, "pixels": 1.0, "sampling": "uniform", '
    '"guided": false, "device": "cpu", "collection": "COLLECTION", '
    '"mask": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", '
    '"test_lights": ["image08.png", "image10.png", "image12.png", "image16.png", "image18.png"], '
    '"teacher_sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}'
)
PROVENANCE = (
    '{"model": "MODEL", "units": 5, "encoder": "original", "teacher": TEACHER, "seed": 3, '
    '"steps": 2, "minutes": null, "pixels": 1.0, "sampling": "uniform", "guided": false, '
    '"validation_lights": ["image11.png"], "teacher_share": SHARE, "seconds": 0, '
)


@pytest.mark.parametrize(
    ("model", "teacher", "phases"),
    [("neural", "null", ["neural"]), ("disk", '"original"', ["teacher", "student"])],
)
def test_checkpoint_and_provenance(
    mlic: Mlic, tmp_path: Path, model: str, teacher: str, phases: list[str]
) -> None:
    checkpoint = tmp_path / "checkpoint"
    options: dict[str, Any] = {"units": 5, "seed": 3, "steps": 2, "guided": False}
    options |= {"device": "cpu", "checkpoint": checkpoint}
    image = train(mlic, model=model, **options)
    stored = torch.load(checkpoint, weights_only=True)

    def filled(text: str) -> str:
        return expected(text.replace("MODEL", model).replace("TEACHER", teacher), mlic)

    assert json.dumps(stored["settings"]) == filled(CHECKPOINT)
    assert set(stored["state"]) == {
        *("seconds", "present", *phases),
        *(f"{phase} facts" for phase in phases),
    }
    share = json.dumps(image.provenance["teacher_share"])
    begun = json.dumps(image.provenance | {"seconds": 0})
    assert begun.startswith(filled(PROVENANCE).replace("SHARE", share))
    assert [*image.provenance][-8:] == [
        *("seconds", "software", "collection", "collection_sha256", "photographs"),
        *("lights", "test_lights", "scores"),
    ]
