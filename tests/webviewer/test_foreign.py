"""Images of Relight, relit by wgpu, PyTorch and the page, against their definition in numpy."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from bench.common.shown import decode_rows
from renderer.gpu.relighter import Relighter
from renderer.image.relightable import read_image, write_image
from shaders.errors import RakingError
from trainer.models.oracle import relight

from .foreign import foreign_picture, write_foreign

LIGHTS = [(0.0, 0.0), (0.65, 0.1), (-0.3, 0.8), (0.0, -1.0)]
LABELS = {"ptm": "PTM", "lrgb": "PTM(LRGB)", "hsh": "HSH(2)"}
REAL = {"ptm": "openlime/ptm", "lrgb": "ptm_lrgb_seal", "hsh": "openlime/hsh"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """made(kind): a small image as Relight writes it."""
    folder = tmp_path_factory.mktemp("foreign")
    return {kind: write_foreign(folder / kind, kind) for kind in LABELS}.__getitem__


@pytest.fixture(scope="session")
def real(shared_data: Path) -> Callable[[str], Path]:
    """real(kind): an image that Relight wrote."""
    return lambda kind: shared_data / "interop" / REAL[kind]


def check_native(path: Path, lights: list[tuple[float, float]]) -> None:
    """wgpu and PyTorch against the definition."""
    image = read_image(path)
    floats, levels = Relighter(image, "float"), Relighter(image)
    for light, frame in zip(lights, relight(image, np.array(lights)), strict=True):
        expected = foreign_picture(path, light)
        np.testing.assert_allclose(frame, expected, atol=1e-5)
        np.testing.assert_allclose(floats.frame(light), expected, atol=1e-5)
        check_levels(levels.frame(light), expected)


def check_levels(levels: np.ndarray, expected: np.ndarray) -> None:
    steps = levels - np.floor(expected.clip(0, 1) * 255 + 0.5)
    assert np.abs(steps).max() <= 1
    assert np.count_nonzero(steps) / steps.size < 1e-3


@pytest.mark.parametrize("kind", LABELS)
def test_natively_a_picture_is_that_of_the_definition(made, kind: str) -> None:
    image = read_image(made(kind))
    assert image.label == LABELS[kind]
    assert np.ptp(foreign_picture(made(kind), LIGHTS[0])) > 0.5
    check_native(made(kind), LIGHTS)


@pytest.mark.long
@pytest.mark.parametrize("kind", LABELS)
def test_real_files_natively(real, kind: str) -> None:
    check_native(real(kind), LIGHTS[1:2])


@pytest.mark.parametrize("kind", LABELS)
def test_the_page_shows_the_picture_of_the_definition(
    open_viewer, tmp_path: Path, kind: str
) -> None:
    """PNG planes, since browsers may decode JPEG a level apart from others."""
    path = write_foreign(tmp_path / kind, kind, "png")
    with open_viewer([path]) as page:
        assert page.evaluate("raking.info()")["label"] == LABELS[kind]
        for light in LIGHTS:
            expected = foreign_picture(path, light)
            floats = decode_rows(page, 96, light, (0, 80), "float")
            np.testing.assert_allclose(floats, expected, atol=1e-5)
            check_levels(decode_rows(page, 96, light, (0, 80)), expected)


@pytest.mark.parametrize("kind", LABELS)
def test_the_page_shows_jpeg_planes_like_others(open_viewer, made, kind: str) -> None:
    with open_viewer([made(kind)]) as page:
        shown = decode_rows(page, 96, LIGHTS[1], (0, 80), "float")
    difference = np.abs(shown - foreign_picture(made(kind), LIGHTS[1]))
    assert difference.mean() < 0.01


@pytest.mark.long
@pytest.mark.parametrize("kind", LABELS)
def test_the_page_shows_real_files(open_viewer, real, kind: str) -> None:
    path, light = real(kind), LIGHTS[1]
    expected = foreign_picture(path, light)[400:600]
    with open_viewer([path]) as page:
        assert page.evaluate("raking.info()")["label"] == LABELS[kind]
        shown = decode_rows(page, expected.shape[1], light, (400, 600), "float")
    assert np.abs(shown - expected).mean() < 0.01


@pytest.mark.parametrize("kind", LABELS)
def test_what_is_written_again_looks_the_same(made, tmp_path: Path, kind: str) -> None:
    image = read_image(made(kind))
    write_image(image, tmp_path / "again")
    again = read_image(tmp_path / "again")
    assert again.label == image.label
    np.testing.assert_array_equal(again.planes, image.planes)
    np.testing.assert_array_equal(again.decoder.latent_min, image.decoder.latent_min)
    np.testing.assert_array_equal(again.decoder.latent_max, image.decoder.latent_max)


def test_ptm_and_hsh_of_one_coin_agree_on_the_light(real) -> None:
    """What a light changes is alike in both, and is not with its x or its y turned round: so the
    signs and the order of the terms are right."""
    lights = [(0.65, 0.0), (-0.65, 0.0), (0.0, 0.65), (0.0, -0.65), (0.4, 0.4)]

    def changes(kind: str, turn: tuple[int, int] = (1, 1)) -> np.ndarray:
        path = real(kind)
        grey = [
            foreign_picture(path, (x * turn[0], y * turn[1]), every=4).mean(axis=-1).ravel()
            for x, y in lights
        ]
        return np.stack(grey) - np.mean(grey, axis=0)

    def agreement(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.diag(np.corrcoef(one, other)[: len(lights), len(lights) :])

    ptm = changes("ptm")
    assert agreement(ptm, changes("hsh")).min() > 0.6
    assert agreement(ptm, changes("hsh", (-1, 1)))[:2].max() < 0
    assert agreement(ptm, changes("hsh", (1, -1)))[2:4].max() < 0


@pytest.mark.parametrize("kind", ["ptm", "hsh"])
def test_the_coins_rim_is_brightest_where_the_light_comes_from(real, kind: str) -> None:
    """The coin's edge, gold against blue cloth, falls away on all sides."""
    path = real(kind)
    even = foreign_picture(path, (0.0, 0.0), every=2)
    pieces, _ = ndimage.label(even[..., 0] - even[..., 2] > 0.1)
    coin = ndimage.binary_fill_holes(pieces == np.bincount(pieces.ravel())[1:].argmax() + 1)
    rows, columns = np.nonzero(coin & ~ndimage.binary_erosion(coin, iterations=6))
    across, up = columns - columns.mean(), rows.mean() - rows
    distance = np.hypot(across, up)
    for x, y in [(1, 0), (-1, 0), (0, 1), (0, -1)]:
        picture = foreign_picture(path, (0.65 * x, 0.65 * y), every=2)
        grey = picture[rows, columns].mean(axis=-1)
        toward = (across * x + up * y) / distance
        assert grey[toward > 0.8].mean() > grey[toward < -0.8].mean() + 0.1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"type": "rbf", "colorspace": "mrgb"}, "rbf image of another program"),
        ({"type": "bilinear"}, "type 'bilinear' is unknown"),
        ({"colorspace": "mycc"}, "colorspace 'mycc'"),
        ({"colorspace": "lrgb"}, "18 coefficients are rgb"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, changes, sentence: str) -> None:
    path = write_foreign(tmp_path / "image", "ptm")
    text = (path / "info.json").read_text()
    (path / "info.json").write_text(text[:-1] + ", " + json.dumps(changes)[1:])
    with pytest.raises(RakingError, match=sentence):
        read_image(path)
