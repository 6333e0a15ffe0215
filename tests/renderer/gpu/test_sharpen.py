"""Unsharp masking, against its definition pixel by pixel."""

import numpy as np
import pytest

from renderer.gpu.relighter import Relighter
from renderer.image.relightable import RelightableImage
from shaders.look import Look

LOOK = Look("unsharp", radius=1.5, amount=2, exposure=0.5)
LIGHT = (0.3, -0.4)


@pytest.fixture(params=[False, True], ids=["whole", "masked"])
def image(request: pytest.FixtureRequest, make_linear_image) -> RelightableImage:
    made: RelightableImage = make_linear_image("ptm", 18)
    if request.param:
        made.mask = np.hypot(*np.mgrid[-24:24, -32:32]) < 22
    return made


def by_definition(picture: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Each pixel with the Gaussian mean of the luminances within three deviations, square."""
    height, width, _ = picture.shape
    luminance = 0.2126 * picture[..., 0] + 0.7152 * picture[..., 1] + 0.0722 * picture[..., 2]
    made = picture.astype(np.float64)
    for y, x in np.argwhere(np.ones((height, width), bool) if mask is None else mask):
        rows, columns = np.mgrid[max(0, y - 5) : y + 6, max(0, x - 5) : x + 6]
        inside = (rows < height) & (columns < width)
        rows, columns = rows[inside], columns[inside]
        shares = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * 1.5**2))
        if mask is not None:
            shares *= mask[rows, columns]
        mean = np.average(luminance[rows, columns], weights=shares)
        made[y, x] += 2 * (luminance[y, x] - mean)
    return made


def test_the_native_renderer(image: RelightableImage) -> None:
    toned = Look(exposure=0.5)
    exact, levels = (Relighter(image, kind, look=LOOK).frame(LIGHT) for kind in ("float", "unorm"))
    before, shown = (Relighter(image, kind, look=toned).frame(LIGHT) for kind in ("float", "unorm"))
    np.testing.assert_allclose(exact, by_definition(before, image.mask), atol=1e-5)
    expected = by_definition(shown, image.mask).clip(0, 255)
    assert np.abs(levels - expected).max() <= 0.5001
    if image.mask is not None:
        np.testing.assert_array_equal(levels[~image.mask], shown[~image.mask])


def test_nothing_is_added(image: RelightableImage) -> None:
    none = Look("unsharp", amount=0)
    np.testing.assert_array_equal(
        Relighter(image, look=none).frame(LIGHT), Relighter(image).frame(LIGHT)
    )
