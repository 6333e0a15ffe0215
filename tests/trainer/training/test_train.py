"""Training on tiny collections: it learns, and from nothing but what it may."""

import copy
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import trainer.training.fit
from renderer.image.relightable import RelightableImage, read_image, write_image
from shaders.errors import RakingError
from shaders.network import Layer
from shaders.neural import NeuralDecoder
from trainer.collection.mlic import Mlic, read_mlic
from trainer.collection.samples import Samples
from trainer.models.networks import Networks
from trainer.quality.metrics import psnr
from trainer.running.plan import Plan, Standing
from trainer.training.sampling import choose_pixels
from trainer.training.validation import Validation

from ..conftest import SIZE, bumps, ring_lights, train, write_collection, write_picture
from .conftest import UNSEEN, frames, same

HELD_OUT = ["image09.png", "image13.png", "image17.png"]


LEARNT = 250  # steps after which such small collections are relit well
Learnt = Callable[[str, int, str], RelightableImage]


@pytest.fixture(scope="module")
def learnt(mlic: Mlic) -> Learnt:
    """learnt(model, units, encoder): trained once for all tests."""

    @functools.cache
    def trained(model: str, units: int, encoder: str) -> RelightableImage:
        return train(mlic, model=model, units=units, encoder=encoder, steps=LEARNT)

    return trained


@pytest.fixture(scope="module")
def teacher(learnt: Learnt) -> RelightableImage:
    return learnt("neural", 50, "improved")


@pytest.mark.parametrize(
    ("model", "units", "encoder"),
    [
        ("hyper", 8, "original"),
        pytest.param("neural", 20, "original", marks=pytest.mark.long),
        pytest.param("neural", 50, "improved", marks=pytest.mark.long),
    ],
)
def test_training_learns_to_relight(
    mlic: Mlic, learnt: Learnt, model: str, units: int, encoder: str
) -> None:
    image = learnt(model, units, encoder)
    mean_image = mlic.train.images.mean(axis=0) / 255
    truths = [mlic.test.image(i) for i in range(len(mlic.test.names))]
    baseline = np.mean([psnr(truth, mean_image) for truth in truths])
    assert image.provenance["scores"]["psnr"] > baseline + 8
    assert image.decoder.units == units


@pytest.mark.long
def test_a_student_follows_its_teacher_between_the_photographs(
    mlic: Mlic, teacher: RelightableImage, tmp_path: Path
) -> None:
    write_image(teacher, tmp_path / "teacher")
    student = train(mlic, units=20, teacher=tmp_path / "teacher", steps=LEARNT)
    assert psnr(frames(teacher), frames(student)) > 26
    assert student.provenance["encoder"] == "improved"

    grey_layers = [Layer(layer.weight * 0, layer.bias * 0) for layer in teacher.decoder.layers]
    grey_layers[2] = Layer(grey_layers[2].weight, np.full(3, 0.5, np.float32))
    low, high = teacher.decoder.latent_min, teacher.decoder.latent_max
    grey_decoder = NeuralDecoder((grey_layers[0], grey_layers[1], grey_layers[2]), low, high)
    grey = RelightableImage(grey_decoder, teacher.planes, None, teacher.provenance)
    write_image(grey, tmp_path / "grey")
    misled = train(mlic, units=20, teacher=tmp_path / "grey", steps=LEARNT, guided=False)
    assert np.abs(frames(misled) - 0.5).mean() < 0.8 * np.abs(frames(student) - 0.5).mean()
    warned = train(mlic, units=20, teacher=tmp_path / "grey", steps=5)
    assert warned.provenance["teacher_share"] < student.provenance["teacher_share"]


@pytest.mark.long
def test_a_teacher_trained_first_is_as_good_as_one_kept(mlic: Mlic, tmp_path: Path) -> None:
    kept = tmp_path / "teacher"
    settings: dict[str, Any] = {"units": 10, "steps": 200, "guided": False}
    first = train(mlic, teacher="original", keep_teacher=kept, **settings)
    assert read_image(kept).decoder.units == 50
    assert first.provenance["teacher"] == "original"
    # The kept one is rounded to 8 bits, so that all else being equal little differs.
    second = train(mlic, teacher=kept, **settings)
    assert psnr(frames(first), frames(second)) > 25
    assert psnr(frames(first), frames(read_image(kept))) > 22, "it asks the teacher it has"


def test_held_out_photographs_are_never_trained_on(tmp_path: Path) -> None:
    pictures = bumps(ring_lights())
    plain = read_mlic(write_collection(tmp_path / "a", pictures=pictures, test=HELD_OUT))
    for name in HELD_OUT:
        pictures[int(name[5:7])] = np.random.default_rng(1).integers(0, 256, pictures.shape[1:])
    wild = read_mlic(write_collection(tmp_path / "b", pictures=pictures, test=HELD_OUT))
    a, b = (train(m, units=10, teacher="original", steps=80) for m in (plain, wild))
    assert same(a, b)
    assert a.provenance["scores"]["psnr"] > b.provenance["scores"]["psnr"] + 3


def test_validation_photographs_choose_but_do_not_train(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        trainer.training.fit, "VALIDATION_STEPS", 1000
    )  # only the last step is considered
    settings: dict[str, Any] = {"model": "neural", "units": 10, "steps": 60}
    pictures = bumps(ring_lights())
    plain = train(read_mlic(write_collection(tmp_path / "a", pictures=pictures)), **settings)
    (name,) = plain.provenance["validation_lights"]
    assert name not in plain.provenance["test_lights"]
    pictures[int(name[5:7])] = np.random.default_rng(1).integers(0, 256, pictures.shape[1:])
    wild = train(read_mlic(write_collection(tmp_path / "b", pictures=pictures)), **settings)
    assert same(plain, wild)


def test_the_weights_that_validate_best_are_kept(
    mlic: Mlic, monkeypatch: pytest.MonkeyPatch
) -> None:
    considered: list[Networks] = []

    def scripted(_: Validation, networks: Networks) -> float:
        considered.append(copy.deepcopy(networks))
        return {20: 40.0, 57: 30.0}.get(len(considered), 20.0)  # too early, and settled

    monkeypatch.setattr(trainer.training.fit, "VALIDATION_STEPS", 1)
    monkeypatch.setattr(Validation, "psnr", scripted)
    image = train(mlic, model="neural", units=10, steps=60)
    assert len(considered) == 60
    for (weight, bias), layer in zip(
        considered[56].decoder.parameter_list(), image.decoder.layers, strict=True
    ):
        np.testing.assert_array_equal(weight.detach().numpy(), layer.weight)
        np.testing.assert_array_equal(bias.detach().numpy(), layer.bias)


def test_the_guide_fills_the_gaps_between_photographs(tmp_path: Path) -> None:
    """With few lights a network alone is free between them; the bumps are smooth there."""
    few = ring_lights()[[0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 19]]
    mlic = read_mlic(write_collection(tmp_path / "few", lights=few))
    truth = bumps(np.column_stack([UNSEEN, np.sqrt(1 - np.square(UNSEEN).sum(axis=1))])) / 255
    guided, alone = (
        np.mean([psnr(t, frame.clip(0, 1)) for t, frame in zip(truth, frames(image), strict=True)])
        for image in (
            train(mlic, model="neural", units=20, steps=300, guided=guided)
            for guided in (True, False)
        )
    )
    assert guided > alone + 1


def test_fewer_pixels_still_make_a_whole_image(mlic: Mlic, learnt: Learnt) -> None:
    settings: dict[str, Any] = {"model": "neural", "units": 20, "steps": LEARNT}
    image = train(mlic, pixels=0.5, sampling="informed", **settings)
    assert image.provenance["pixels"] == 0.5
    assert image.provenance["sampling"] == "informed"
    whole = learnt("neural", 20, "original")
    scores = [each.provenance["scores"]["psnr"] for each in (image, whole)]
    assert scores[0] == pytest.approx(scores[1], abs=2)


def test_pixels_that_are_not_chosen_do_not_train(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"model": "neural", "units": 10, "steps": 60}
    settings |= {"pixels": 0.5, "sampling": "regular"}
    pictures = bumps(ring_lights())
    plain = read_mlic(write_collection(tmp_path / "a", pictures=pictures))
    samples = Samples(plain, torch.device("cpu"))
    chosen = choose_pixels(samples, 0.5, "regular", 0)
    ruined = np.delete(np.arange(SIZE * SIZE), chosen.numpy())
    pictures.reshape(len(pictures), -1, 3)[:, ruined] = 77
    spoilt = read_mlic(write_collection(tmp_path / "b", pictures=pictures))
    for a, b in zip(
        train(plain, **settings).decoder.layers,
        train(spoilt, **settings).decoder.layers,
        strict=True,
    ):
        np.testing.assert_array_equal(a.weight, b.weight)


def test_a_seed_gives_the_same_image_and_another_seed_another(mlic: Mlic) -> None:
    settings: dict[str, Any] = {"model": "neural", "units": 10, "steps": 60}
    first = train(mlic, seed=3, **settings)
    assert same(train(mlic, seed=3, **settings), first)
    assert not same(train(mlic, seed=4, **settings), first)


def test_only_object_pixels_train(tmp_path: Path) -> None:
    mask = np.zeros((SIZE, SIZE), bool)
    mask[:, : SIZE // 2] = True
    images = []
    for name, background in (("a", 0), ("b", 255)):
        pictures = bumps(ring_lights())
        pictures[:, ~mask] = background
        path = write_collection(tmp_path / name, pictures=pictures)
        write_picture(path / "mask.png", mask.astype(np.uint8) * 255)
        images.append(train(read_mlic(path), model="neural", units=10, steps=60))
    assert same(*images)
    np.testing.assert_array_equal(images[0].mask, mask)
    assert (images[0].planes[:, ~mask] == 0).all()
    assert images[0].provenance["scores"] == images[1].provenance["scores"]


def test_progress_and_provenance(mlic: Mlic) -> None:
    told: list[Standing] = []
    image = train(
        mlic,
        units=10,
        teacher="original",
        steps=40,
        seed=5,
        plan=Plan(told.append),
    )
    phases = ["guide", "teacher", "student", "storing", "scoring"]
    assert list(dict.fromkeys(standing.phase for standing in told)) == phases
    last = [standing for standing in told if standing.phase == "student"][-1]
    assert (last.done, last.total) == (40, 40)
    validation_psnr = last.validation_psnr
    assert validation_psnr is not None
    (name,) = image.provenance["validation_lights"]
    index = mlic.train.names.index(name)
    (shown,) = frames(image, mlic.train.lights[[index], :2])
    # measured on a draw of the pixels, before the latents are rounded
    assert validation_psnr == pytest.approx(psnr(mlic.train.image(index), shown.clip(0, 1)), abs=1)
    assert 0 <= image.provenance["teacher_share"] <= 1
    scores = image.provenance["scores"]
    assert scores["psnr_float"] == pytest.approx(scores["psnr"], abs=0.2)
    for key, value in {
        "model": "disk",
        "units": 10,
        "teacher": "original",
        "encoder": "original",
        "seed": 5,
        "steps": 40,
        "collection": "bumps",
        "collection_sha256": mlic.sha256,
        "lights": 15,
        "test_lights": mlic.test.names,
    }.items():
        assert image.provenance[key] == value


def test_a_collection_without_held_out_lights_trains_unmeasured(tmp_path: Path) -> None:
    few = read_mlic(write_collection(tmp_path / "few", lights=ring_lights()[-6:]))
    told: list[Standing] = []
    image = train(few, model="neural", units=5, steps=20, plan=Plan(told.append))
    assert "scores" not in image.provenance
    assert {standing.validation_psnr for standing in told} == {None}


def test_sixteen_bits_train_like_eight(tmp_path: Path) -> None:
    pictures = bumps(ring_lights())
    images = [
        train(
            read_mlic(write_collection(tmp_path / str(depth), pictures=written)),
            model="neural",
            units=10,
            steps=60,
        )
        for depth, written in ((8, pictures), (16, pictures.astype(np.uint16) * 257))
    ]
    np.testing.assert_allclose(frames(images[0]), frames(images[1]), atol=1e-3)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"units": 0}, "0 units"),
        ({"units": 65}, "65 units"),
        ({"model": "magic"}, "unknown model"),
        ({"model": "neural", "encoder": "deep"}, "unknown encoder"),
        ({"teacher": "absent"}, "no teacher 'absent'"),
        ({"steps": 0}, "0 training steps"),
        ({"minutes": 0}, "0 minutes"),
        ({"minutes": 1, "steps": 10}, "choose one"),
        ({"pixels": 1.5}, "fraction of 1.5"),
        ({"pixels": 0.5, "sampling": "lucky"}, "unknown sampling"),
        ({"seed": -1}, "seed of -1"),
        ({"device": "abacus"}, "no device 'abacus'"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    mlic: Mlic, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(RakingError, match=words):
        train(mlic, **settings)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"collection_sha256": "0" * 64}, "trained on another collection"),
        ({"test_lights": ["image00.png"]}, "other lights held out"),
        ({"mask": True}, "smaller mask"),
    ],
)
def test_a_teacher_that_may_not_teach_is_refused(
    mlic: Mlic, teacher: RelightableImage, tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    provenance = teacher.provenance | change
    mask = None
    if "mask" in change:
        mask = np.zeros((SIZE, SIZE), bool)
        mask[:12] = True
    write_image(
        RelightableImage(teacher.decoder, teacher.planes, mask, provenance), tmp_path / "teacher"
    )
    with pytest.raises(RakingError, match=words):
        train(mlic, teacher=tmp_path / "teacher", steps=5)


def test_a_foreign_teacher_needs_the_size_and_is_warned_about(
    mlic: Mlic, make_image: Callable[..., RelightableImage], tmp_path: Path
) -> None:
    write_image(make_image(width=10, height=12), tmp_path / "small")
    with pytest.raises(RakingError, match=r"10 x 12 pixels but the photographs .* are 24 x 24"):
        train(mlic, teacher=tmp_path / "small", steps=5)
    write_image(make_image(width=SIZE, height=SIZE, latents=12), tmp_path / "foreign")
    warnings: list[str] = []
    train(mlic, teacher=tmp_path / "foreign", steps=5, warn=warnings.append)
    assert len(warnings) == 1
    assert "does not say which collection" in warnings[0]


def test_divergence_is_an_error(mlic: Mlic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer.training.fit, "LEARNING_RATE", 1e30)
    with pytest.raises(RakingError, match="training diverged"):
        train(mlic, model="neural", steps=50)


@pytest.mark.long
def test_a_collapse_is_undone(mlic: Mlic, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the optimiser throws the weights away in the middle of training."""
    loss = trainer.training.fit._loss
    calls = 0

    def spoilt(networks: Networks, *others: Any, **named: Any) -> torch.Tensor:
        nonlocal calls
        calls += 1
        if calls == 250:
            with torch.no_grad():
                networks.decoder.third.weight.mul_(torch.nan)
        return loss(networks, *others, **named)

    monkeypatch.setattr(trainer.training.fit, "VALIDATION_STEPS", 50)
    settings: dict[str, Any] = {"model": "neural", "units": 20, "steps": 500}
    undisturbed = train(mlic, **settings).provenance["scores"]["psnr"]
    monkeypatch.setattr(trainer.training.fit, "_loss", spoilt)
    assert train(mlic, **settings).provenance["scores"]["psnr"] > undisturbed - 3
