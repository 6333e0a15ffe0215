"""Training on several cameras: a gloss that moves with the camera is learnt between the pairs."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from renderer.image.relightable import RelightableImage, read_image, write_image
from shaders.errors import RakingError
from shaders.network import NetworkDecoder
from trainer.collection.mlic import Mlic, read_mlic
from trainer.collection.samples import MOST_SEEN, Samples
from trainer.models.oracle import relight
from trainer.quality.evaluate import evaluate
from trainer.quality.metrics import psnr
from trainer.running.plan import Plan, Standing
from trainer.surface.normals import photograph_normals

from ..conftest import SIZE, bumps, ring_lights, train, write_collection, write_picture

TEST_CAMERAS = ((40, 45), (40, 225))
TEST_LIGHTS = (3, 9, 12)


def toward(theta: float, phi: float) -> np.ndarray:
    t, p = np.deg2rad([theta, phi])
    return np.array([np.sin(t) * np.cos(p), np.sin(t) * np.sin(p), np.cos(t)], np.float32)


CAMERAS = [toward(0, 0), *(toward(30, phi) for phi in (0, 90, 180, 270))]
CAMERAS += [toward(60, 60 * i) for i in range(6)]


def glossy(lights: np.ndarray, view: np.ndarray) -> np.ndarray:
    """Bumps with a broad gloss half-way between light and camera, [L, SIZE, SIZE, 3] uint8."""
    half = lights + view
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    normals = np.stack([0.4 * np.sin(x * 12), 0.4 * np.cos(y * 9), np.ones_like(x)], axis=-1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    gloss = np.clip(np.einsum("hwc,lc->lhw", normals, half), 0, 1) ** 12
    return (0.5 * bumps(lights) + 110 * gloss[..., None]).round().astype(np.uint8)


def write_pairs(path: Path, cameras: list[np.ndarray], lights: np.ndarray) -> None:
    path.mkdir(parents=True)
    rows = ["name,light_x,light_y,light_z,view_x,view_y,view_z"]
    for c, view in enumerate(cameras):
        for i, (light, shown) in enumerate(zip(lights, glossy(lights, view), strict=True)):
            write_picture(path / f"c{c:02}l{i:02}.png", shown)
            rows.append(f"c{c:02}l{i:02}.png,{','.join(map(str, [*light, *view]))}")
    (path / "directions.csv").write_text("\n".join(rows))


@pytest.fixture(scope="module", autouse=True)
def few_views() -> Iterator[None]:
    """Of the guide between the cameras."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trainer.training.camera_guide.VIEWS", 8)
        yield


@pytest.fixture(scope="module")
def btf(tmp_path_factory: pytest.TempPathFactory) -> Mlic:
    path = tmp_path_factory.mktemp("views") / "btf"
    lights = ring_lights()
    tested = [toward(*angles) for angles in TEST_CAMERAS]
    write_pairs(path / "Dome", CAMERAS, np.delete(lights, TEST_LIGHTS, axis=0))
    write_pairs(path / "Test", tested, lights[list(TEST_LIGHTS)])
    return read_mlic(path)


@pytest.fixture(scope="module")
def image(btf: Mlic) -> RelightableImage:
    return train(btf, model="hyper", steps=300)


def nearest(btf: Mlic) -> float:
    """The mean PSNR of the photograph whose light and camera are nearest to those asked for."""
    found = []
    for i in range(len(btf.test.names)):
        view, light = btf.test.conditions[i, :2], btf.test.conditions[i, 2:]
        apart = np.abs(btf.train.conditions - [*view, *light]).sum(axis=1)
        found.append(psnr(btf.test.image(i), btf.train.image(int(apart.argmin()))))
    return float(np.mean(found))


@pytest.mark.parametrize(
    "model", ["hyper", *(pytest.param(name, marks=pytest.mark.long) for name in ("neural", "disk"))]
)
def test_new_cameras_under_new_lights_are_learnt(
    btf: Mlic, image: RelightableImage, model: str
) -> None:
    learnt = image if model == "hyper" else train(btf, model=model, steps=300)
    assert learnt.decoder.conditions == 4
    assert learnt.provenance["scores"]["psnr"] > nearest(btf) + 6


def test_the_camera_is_followed(btf: Mlic, image: RelightableImage) -> None:
    """What changes with the camera alone is what the surface shows, not something like it."""
    light = ring_lights()[15]
    views = np.array([toward(45, 10), toward(45, 190)])
    shown = relight(image, np.column_stack([views[:, :2], np.tile(light[:2], (2, 1))]))
    one, other = (
        frame - glossy(light[None], view)[0] / 255 for frame, view in zip(shown, views, strict=True)
    )
    truth = np.subtract(*(glossy(light[None], view)[0] / 255 for view in views))
    assert np.abs(truth).mean() > 0.05
    assert np.square(one - other).mean() < 0.05 * np.square(truth).mean()


def test_without_a_view_it_is_seen_from_above(image: RelightableImage) -> None:
    light = (0.3, -0.4)
    (alone,) = relight(image, np.array([light]))
    (above,) = relight(image, np.array([(0, 0, *light)]))
    np.testing.assert_array_equal(alone, above)


def test_it_is_stored_and_scored_with_its_views(
    btf: Mlic, image: RelightableImage, tmp_path: Path
) -> None:
    write_image(image, tmp_path / "image")
    read = read_image(tmp_path / "image")
    assert read.decoder.conditions == 4
    scores = evaluate(read, btf, metrics=("psnr", "smoothness"))
    assert scores["psnr"] == pytest.approx(image.provenance["scores"]["psnr"])
    views = [row["view"] for row in scores["per_image"]]
    np.testing.assert_array_equal(np.array(views, np.float32), btf.test.views)
    assert scores["smoothness"] is None
    assert len(image.provenance["validation_lights"]) == round(len(btf.train.names) / 40)
    assert read.views is not None
    assert set(map(tuple, read.views.tolist())) == set(map(tuple, btf.train.views.tolist()))
    assert image.provenance["guided"] is True
    assert read.lights is not None and len(read.lights) == len(ring_lights()) - len(TEST_LIGHTS)


def test_of_very_many_pictures_some_stand_for_all(
    btf: Mlic, image: RelightableImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr("trainer.collection.samples.MOST_SEEN", 40)
    monkeypatch.setattr("trainer.training.storing.ENCODE_BYTES", 1 << 14)
    samples = Samples(btf, torch.device("cpu"))
    assert len(samples.seen) == 40 < len(samples.conditions) <= MOST_SEEN
    everything = torch.arange(len(samples.conditions))
    pixels = torch.tensor([5, 77])
    np.testing.assert_array_equal(
        samples.values(pixels), samples.values(pixels, everything)[:, samples.seen]
    )
    fewer = train(btf, model="hyper", steps=300)
    assert fewer.provenance["scores"]["psnr"] > image.provenance["scores"]["psnr"] - 1.5


def test_without_the_guide_there_is_none(btf: Mlic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.training.preparation.CameraGuide", None)
    assert train(btf, model="hyper", steps=2, guided=False).provenance["guided"] is False


def test_an_interrupted_training_goes_on(
    btf: Mlic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.training.fit.REPORT_SECONDS", -1)
    monkeypatch.setattr("trainer.training.fit.CHECKPOINT_SECONDS", -1)

    def interrupt(standing: Standing) -> None:
        if (standing.phase, standing.done) == ("hyper", 7):
            raise KeyboardInterrupt

    settings = {"model": "hyper", "steps": 12, "checkpoint": tmp_path / "training.checkpoint"}
    with pytest.raises(KeyboardInterrupt):
        train(btf, plan=Plan(interrupt), **settings)
    told: list[int] = []
    resumed = train(
        btf, plan=Plan(lambda s: told.append(s.done) if s.phase == "hyper" else None), **settings
    )
    assert next(step for step in told if step) == 7
    undisturbed = train(btf, model="hyper", steps=12)
    np.testing.assert_array_equal(resumed.planes, undisturbed.planes)


def test_normals_are_those_that_the_camera_above_sees(btf: Mlic) -> None:
    above = btf.train.from_above
    assert above.names == [name for name in btf.train.names if name.startswith("c00")]
    np.testing.assert_array_equal(photograph_normals(btf.train), photograph_normals(above))


def test_one_camera_and_several_do_not_go_together(
    btf: Mlic, image: RelightableImage, tmp_path: Path
) -> None:
    one = read_mlic(write_collection(tmp_path / "one"))
    of_one = train(one, model="neural", steps=20)
    for pair in ((image, one), (of_one, btf)):
        with pytest.raises(RakingError, match="only one is of several cameras"):
            evaluate(*pair, metrics=("psnr",))
    write_image(of_one, tmp_path / "teacher")
    with pytest.raises(RakingError, match="only one is of several cameras"):
        train(btf, model="disk", teacher=tmp_path / "teacher", steps=20)
    assert isinstance(of_one.decoder, NetworkDecoder)
    with pytest.raises(RakingError, match="of one camera"):
        next(relight(of_one, np.array([(0, 0, 0.1, 0.1)])))
