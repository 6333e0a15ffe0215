"""The wgpu decode against the decoder's definition, on a real adapter."""

import subprocess
import sys

import numpy as np
import pytest

import renderer.gpu.relighter
from renderer.gpu.relighter import Relighter, split
from shaders.errors import RakingError
from trainer.models.oracle import relight

LIGHT = (0.35, -0.55)


@pytest.mark.parametrize(
    ("units", "latents"),
    [
        *((1, 3), (3, 9), (10, 9), (20, 9), (50, 9)),
        pytest.param(64, 27, marks=pytest.mark.long),
    ],
)
def test_every_width(make_image, by_hand, units: int, latents: int) -> None:
    image = make_image(units, latents)
    expected = by_hand(image, LIGHT)
    floats = Relighter(image, "float").frame(LIGHT)
    np.testing.assert_allclose(floats, expected, atol=1e-5 * np.ptp(expected))
    steps = Relighter(image).frame(LIGHT) - np.rint(expected.clip(0, 1) * 255)
    assert np.abs(steps).max() <= 1
    assert np.count_nonzero(steps) / steps.size < 1e-3


@pytest.mark.parametrize(
    ("model", "latents"),
    [("ptm", 9), ("ptm", 18), ("hsh", 12), ("hsh", 27), ("hsh", 48), ("rbf", 9), ("rbf", 27)],
)
def test_every_linear_model(make_linear_image, by_hand, model: str, latents: int) -> None:
    image = make_linear_image(model, latents)
    for light in (LIGHT, (0.0, 0.0), (0.0, -1.0)):
        expected = by_hand(image, light)
        floats = Relighter(image, "float").frame(light)
        np.testing.assert_allclose(floats, expected, atol=1e-5 * np.ptp(expected))
        steps = Relighter(image).frame(light) - np.rint(expected.clip(0, 1) * 255)
        assert np.abs(steps).max() <= 1
        assert np.count_nonzero(steps) / steps.size < 1e-3


@pytest.mark.parametrize("varyings", [0, pytest.param(15, marks=pytest.mark.long), 31])
@pytest.mark.parametrize(
    ("units", "latents", "follows", "activation"),
    [(8, 9, "13", "parabola"), (5, 6, "123", "elu"), (20, 9, "13", "parabola")],
)
def test_weights_that_follow_the_light(
    make_hyper_image, by_hand, monkeypatch, units, latents, follows, activation, varyings
) -> None:
    """As uniforms, as flat varyings, and as both."""
    monkeypatch.setattr(renderer.gpu.relighter, "best_varyings", lambda *_: varyings)
    image = make_hyper_image(units, latents, follows=follows, activation=activation)
    for light in (LIGHT, (0.0, -1.0)):
        expected = by_hand(image, light)
        floats = Relighter(image, "float").frame(light)
        np.testing.assert_allclose(floats, expected, atol=1e-5 * np.ptp(expected))
        steps = Relighter(image).frame(light) - np.rint(expected.clip(0, 1) * 255)
        assert np.abs(steps).max() <= 1


def test_a_view_is_told_before_the_light(make_decoder, make_image) -> None:
    """PyTorch is the oracle; without a view the surface is seen from straight above."""
    image = make_image()
    with pytest.raises(RakingError, match="of one camera"):
        Relighter(image).frame((0.1, 0.2, 0.3, 0.4))
    image.decoder = make_decoder(20, conditions=4)
    asked = np.array([(0.5, -0.3, 0.2, 0.6), (-0.4, 0.1, 0.2, 0.6), (0, 0, 0.2, 0.6)], np.float32)
    expected = list(relight(image, asked))
    relighter = Relighter(image, "float")
    for conditions, truth in zip(asked, expected, strict=True):
        np.testing.assert_allclose(relighter.frame(conditions), truth, atol=1e-5 * np.ptp(truth))
    np.testing.assert_array_equal(relighter.frame(asked[2, 2:]), relighter.frame(asked[2]))
    apart = relighter.frame(asked[0, 2:], view=asked[0, :2])
    np.testing.assert_array_equal(apart, relighter.frame(asked[0]))
    assert np.abs(expected[0] - expected[1]).max() > 0.1


def test_the_light_matters(make_image) -> None:
    relighter = Relighter(make_image())
    assert (relighter.frame((0.5, 0)) != relighter.frame((-0.5, 0))).mean() > 0.5


def test_an_image_beyond_one_texture_is_decoded_in_blocks(make_image) -> None:
    image = make_image(width=150, height=70)
    relighter = Relighter(image, block=64)
    assert len(relighter.blocks) == 6
    np.testing.assert_array_equal(relighter.frame(LIGHT), Relighter(image).frame(LIGHT))


def test_split_covers_every_pixel_once() -> None:
    covered = np.zeros((70, 150), int)
    for y, x, height, width in split(70, 150, 64):
        assert height <= 64
        assert width <= 64
        covered[y : y + height, x : x + width] += 1
    assert (covered == 1).all()


def test_no_adapter_is_a_sentence() -> None:
    """In a process of its own whose Vulkan loader is told of no driver."""
    code = (
        "import os; os.environ.update(VK_DRIVER_FILES='/dev/null', VK_ICD_FILENAMES='/dev/null')\n"
        "from renderer.gpu.device import request_device\n"
        "from shaders.errors import RakingError\n"
        "try: request_device()\n"
        "except RakingError as error: print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert "no GPU adapter was found" in run.stdout
    assert "mesa-vulkan-drivers" in run.stdout
