"""Scores of stored images against held-out photographs."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from renderer.image.relightable import RelightableImage
from shaders.errors import RakingError
from trainer.collection.mlic import Mlic, read_mlic
from trainer.quality.evaluate import FAST, evaluate
from trainer.quality.smoothness import smoothness

from ..conftest import SIZE, ring_lights, write_collection

MakeImage = Callable[..., RelightableImage]


def test_scores_are_of_the_image_as_shown(
    mlic: Mlic, make_image: MakeImage, by_hand: Callable[..., np.ndarray]
) -> None:
    image = make_image(width=SIZE, height=SIZE)
    scores = evaluate(image, mlic)
    assert [entry["name"] for entry in scores["per_image"]] == mlic.test.names
    for index, entry in enumerate(scores["per_image"]):
        light = mlic.test.lights[index]
        np.testing.assert_allclose(entry["light"], light, atol=1e-6)
        levels = np.rint(by_hand(image, tuple(light[:2])).clip(0, 1) * 255)
        squared = np.square(levels - mlic.test.images[index])
        assert entry["psnr"] == pytest.approx(10 * np.log10(255**2 / squared.mean()), abs=1e-3)
    for key in ("psnr", "ssim", "delta_e"):
        values = [entry[key] for entry in scores["per_image"]]
        assert scores[key] == pytest.approx(np.mean(values))


def test_remembered_test_lights_come_before_the_collections_own(
    mlic: Mlic, make_image: MakeImage
) -> None:
    image = make_image(width=SIZE, height=SIZE)
    remembered = ["image02.png", "image00.png"]
    image.provenance = {"test_lights": remembered, "collection_sha256": mlic.sha256}
    assert [e["name"] for e in evaluate(image, mlic)["per_image"]] == remembered
    image.provenance["collection_sha256"] = "of another"
    assert [e["name"] for e in evaluate(image, mlic)["per_image"]] == mlic.test.names


@pytest.mark.parametrize("odd", [[["image02.png"]], [3], "image02.png", {"a": 1}, None])
def test_odd_memories_of_test_lights_count_for_nothing(
    mlic: Mlic, make_image: MakeImage, odd: object
) -> None:
    image = make_image(width=SIZE, height=SIZE)
    image.provenance = {"test_lights": odd, "collection_sha256": mlic.sha256}
    assert [e["name"] for e in evaluate(image, mlic)["per_image"]] == mlic.test.names


def test_the_images_mask_serves_where_the_collection_has_none(
    mlic: Mlic, make_image: MakeImage
) -> None:
    image = make_image(width=SIZE, height=SIZE)
    image.mask = np.zeros((SIZE, SIZE), bool)
    image.mask[5:15, 5:15] = True
    masked = evaluate(image, mlic)
    image.planes[:, ~image.mask] = 0
    assert evaluate(image, mlic) == masked


def test_named_photographs_come_before_remembered_ones(mlic: Mlic, make_image: MakeImage) -> None:
    image = make_image(width=SIZE, height=SIZE)
    image.provenance = {"test_lights": ["image02.png"], "collection_sha256": mlic.sha256}
    asked = mlic.select(["image04.png", "image01.png"])
    found = evaluate(image, mlic, test=asked, metrics=FAST)["per_image"]
    assert [entry["name"] for entry in found] == ["image04.png", "image01.png"]


def test_smoothness_is_among_the_metrics(mlic: Mlic, make_image: MakeImage) -> None:
    image = make_image(width=SIZE, height=SIZE)
    measured = smoothness(image, mlic)
    assert measured is not None
    found = evaluate(image, mlic, metrics=("psnr", "smoothness"))
    assert found["smoothness"] == measured.unsteadiness > 0
    assert found["smoothness_ratio"] == measured.unsteadiness / measured.hsh_unsteadiness
    assert found["straying_ratio"] == measured.straying / measured.hsh_straying
    assert "smoothness" not in evaluate(image, mlic, metrics=FAST)


def test_another_size_is_refused(mlic: Mlic, make_image: MakeImage) -> None:
    with pytest.raises(RakingError, match=r"64 x 48 pixels but the photographs in .* are 24 x 24"):
        evaluate(make_image(), mlic)


def test_nothing_to_test_on_is_refused(make_image: MakeImage, tmp_path: Path) -> None:
    few = read_mlic(write_collection(tmp_path / "few", lights=ring_lights()[-6:]))
    with pytest.raises(RakingError, match="no test lights"):
        evaluate(make_image(width=SIZE, height=SIZE), few)
