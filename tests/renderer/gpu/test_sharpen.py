"""The modes that look about a pixel, against their definitions pixel by pixel."""

from dataclasses import replace

import numpy as np
import pytest

from renderer.gpu.relighter import Relighter
from renderer.image.normal_levels import normal_levels
from renderer.image.relightable import RelightableImage
from shaders.errors import RakingError
from shaders.look import OF_NEIGHBOURS, Look

LOOK = Look("unsharp", radius=1.5, amount=2, exposure=0.5)
LIGHT = (0.3, -0.4)


@pytest.fixture(params=[False, True], ids=["whole", "masked"])
def image(request: pytest.FixtureRequest, make_linear_image) -> RelightableImage:
    made: RelightableImage = make_linear_image("ptm", 18)
    random = np.random.default_rng(5)
    made.normals = random.integers(60, 196, (48, 64, 3), np.uint8)
    made.normals[..., 2] = 220
    if request.param:
        made.mask = np.hypot(*np.mgrid[-24:24, -32:32]) < 22
    return made


def by_definition(mode: str, picture: np.ndarray, image: RelightableImage) -> np.ndarray:
    """Each pixel with the Gaussian mean of what lies within three deviations, square."""
    height, width, _ = picture.shape
    mask = np.ones((height, width), bool) if image.mask is None else image.mask
    vectors = image.normals / 255 * 2 - 1

    def mean(values: np.ndarray, y: int, x: int) -> np.ndarray:
        rows, columns = np.mgrid[max(0, y - 5) : y + 6, max(0, x - 5) : x + 6]
        inside = (rows < height) & (columns < width)
        rows, columns = rows[inside], columns[inside]
        shares = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * 1.5**2))
        return np.average(values[rows, columns], axis=0, weights=shares * mask[rows, columns])

    made = picture.astype(np.float64)
    luminance = picture @ [0.2126, 0.7152, 0.0722]
    towards = np.array([*LIGHT, np.sqrt(1 - np.dot(LIGHT, LIGHT))])
    for y, x in np.argwhere(mask):
        if mode == "unsharp":
            made[y, x] += 2 * (luminance[y, x] - mean(luminance, y, x))
        elif mode == "unsharp-picture":
            made[y, x] += 2 * (picture[y, x] - mean(picture, y, x))
        elif mode == "unsharp-normals":
            normal = vectors[y, x]
            sharp = normal + 2 * (normal - mean(vectors, y, x))
            cosines = [max(0, n @ towards) / np.linalg.norm(n) for n in (normal, sharp)]
            made[y, x] *= (0.2 + cosines[1]) / (0.2 + cosines[0])
        else:
            right, left = mean(vectors, y, x + 1)[0], mean(vectors, y, x - 1)[0]
            up, down = mean(vectors, y - 1, x)[1], mean(vectors, y + 1, x)[1]
            made[y, x] = 0.5 + 2 * 1.5 * (right - left + up - down) / 2
    return made


@pytest.mark.parametrize("mode", OF_NEIGHBOURS)
def test_the_native_renderer(image: RelightableImage, mode) -> None:
    look = replace(LOOK, mode=mode)
    exact, levels = (Relighter(image, kind, look=look).frame(LIGHT) for kind in ("float", "unorm"))
    toned = Look("normals" if mode == "curvature" else "plain", exposure=0.5)
    before, shown = (Relighter(image, kind, look=toned).frame(LIGHT) for kind in ("float", "unorm"))
    np.testing.assert_allclose(exact, by_definition(mode, before, image), atol=2e-5)
    expected = by_definition(mode, shown / 255, image).clip(0, 1) * 255
    assert np.abs(levels - expected).max() <= 0.5001
    if image.mask is not None:
        np.testing.assert_array_equal(levels[~image.mask], shown[~image.mask])


def test_nothing_is_added(image: RelightableImage) -> None:
    plain = Relighter(image).frame(LIGHT)
    for mode in ("unsharp", "unsharp-picture", "unsharp-normals"):
        none = Look(mode, amount=0)
        np.testing.assert_array_equal(Relighter(image, look=none).frame(LIGHT), plain)


def test_curvature_is_light_on_ridges_and_dark_in_grooves(image: RelightableImage) -> None:
    """Of waves across the picture, by cosines of their height."""
    x = np.arange(64) * np.ones((48, 1))
    slope = -0.5 * np.sin(x / 3)  # of a height of 1.5 cos(x / 3)
    normals = np.stack([-slope, 0 * x, 1 + 0 * x], axis=-1)
    image.normals = normal_levels(normals / np.linalg.norm(normals, axis=-1, keepdims=True))
    image.mask = None
    grey = Relighter(image, look=Look("curvature", radius=1)).frame(LIGHT)[10:-10, 10:-10, 0]
    assert np.corrcoef(grey.ravel(), np.cos(x / 3)[10:-10, 10:-10].ravel())[0, 1] > 0.95


def test_what_needs_normals(make_linear_image) -> None:
    for mode in ("unsharp-normals", "curvature", "multi-light"):
        with pytest.raises(RakingError, match="needs the surface's normals"):
            Relighter(make_linear_image("ptm", 18), look=Look(mode))
