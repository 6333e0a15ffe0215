"""Looks, in both languages, against RTIViewer's formulas written down here."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from renderer.gpu.relighter import Relighter
from renderer.image.relightable import RelightableImage
from shaders import evidence
from shaders.errors import RakingError
from shaders.evidence import COLOURS, SCALE, ErrorField
from shaders.look import MODES, RANGES, Look, is_for

LIGHTS = [(0.0, 0.0), (0.35, -0.55), (-0.9, 0.3)]
LOOKS = [
    Look("normals"),
    Look("specular"),
    Look("specular", kd=1.0, ks=1.5, exponent=8, exposure=1, gamma=1.5, saturation=0.2),
    Look("diffuse", diffuse=4, saturation=1.5),
    Look("evidence", exposure=1),
    Look(exposure=2.5),
    Look(gamma=0.5),
    Look(saturation=3),
    Look(red=1.5, green=0.9, blue=0.25),
    Look(second=0.8, azimuth2=200, elevation2=25, green=0.5),
    Look("specular", second=1.2, exposure=0.5),
]


@pytest.fixture(params=[("neural", 9), ("ptm", 18), ("ptm", 9), ("hsh", 27), ("rbf", 9)])
def image(request, make_image, make_linear_image) -> RelightableImage:
    model, latents = request.param
    made = make_image() if model == "neural" else make_linear_image(model, latents)
    random = np.random.default_rng(3)
    normals = random.normal(size=(made.height, made.width, 3)) + np.array([0, 0, 2])
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    made.normals = np.rint((normals + 1) / 2 * 255).astype(np.uint8)
    made.evidence = random.integers(0, 256, made.normals.shape, np.uint8)
    rows = random.normal(0, 1, (3, 1 + latents + 3)).astype(np.float32)
    rows[:, 0] = -5
    lights = np.array([(0.6, 0, 0.8), (0, -0.6, 0.8), (-0.8, 0.6, 0)], np.float32)
    made.error_field = ErrorField(rows, lights, np.radians(40), 2.5)
    return made


def with_evidence(image: RelightableImage, colour: np.ndarray, light) -> np.ndarray:
    """FORMAT.md's formula, light by light, and the colours between two steps of the scale."""
    field, towards = (
        image.error_field,
        np.array([*light, np.sqrt(max(0, 1 - np.dot(light, light)))]),
    )
    away = np.array(
        [np.arccos(np.clip(towards @ other, -1, 1)) for other in np.float64(field.lights)]
    )
    row = np.average(field.rows, axis=0, weights=np.exp(-(away**2) / field.spacing**2))
    levels = np.concatenate([*image.planes, image.evidence], axis=-1) / 255
    distance = away.min() / np.radians(40)
    error = 2 ** (row[0] + (levels * row[1:]).sum(axis=-1))
    error *= np.sqrt(1 + 2.5 * distance * max(1, distance))
    steps = np.log2(error * 255 / 2).clip(0, 4)
    before = np.minimum(steps.astype(int), 3)
    colours = np.array([list(bytes.fromhex(text)) for text in COLOURS]) / 255
    share = (steps - before)[..., None]
    ramp = colours[before] * (1 - share) + colours[before + 1] * share
    grey = colour.clip(0, 1) @ [0.2126, 0.7152, 0.0722]
    return ramp * (0.4 + 0.6 * grey[..., None])


def with_gain(image: RelightableImage, colour: np.ndarray, gain: float, light) -> np.ndarray:
    """Diffuse gain as the paper has it: each pixel's six coefficients made anew, [H, W, 3]."""
    levels = np.concatenate(list(image.planes), axis=-1).astype(np.float64) / 255
    low, high = (np.float64(end) for end in (image.decoder.latent_min, image.decoder.latent_max))
    coefficients = levels * (high - low) + low
    own = coefficients[..., :3] if image.decoder.lrgb else np.ones((48, 64, 3))
    terms = coefficients[..., 3:] if image.decoder.lrgb else coefficients
    constant, u, v, uu, uv, vv = np.moveaxis(terms.reshape(48, 64, 6, -1), 2, 0)
    normal = image.normals / 255 * 2 - 1
    nu, nv = np.moveaxis(normal / np.linalg.norm(normal, axis=-1, keepdims=True), -1, 0)[
        :2, ..., None
    ]
    rest = 1 - gain
    new_u, new_v = rest * (2 * uu * nu + uv * nv) + u, rest * (2 * vv * nv + uv * nu) + v
    new_constant = rest * (uu * nu**2 + uv * nu * nv + vv * nv**2) + (u - new_u) * nu
    new_constant += (v - new_v) * nv + constant
    x, y = light
    second = gain * (uu * x * x + uv * x * y + vv * y * y)
    return (second + new_u * x + new_v * y + new_constant) * own


def by_formula(look: Look, colour: np.ndarray, image: RelightableImage, light) -> np.ndarray:
    """Of one light, in float64: [H, W, 3]."""
    levels = image.normals
    if look.mode == "evidence":
        return with_evidence(image, colour, light)
    if look.mode == "diffuse":
        colour = with_gain(image, colour, look.diffuse, light)
    normal = levels / 255 * 2 - 1
    normal /= np.sqrt((normal**2).sum(axis=-1, keepdims=True))
    if look.mode == "normals":
        return normal / 2 + 0.5
    colour = colour.clip(0, None)
    if look.mode == "specular":
        x, y = light
        half = np.array([x, y, np.sqrt(1 - x**2 - y**2) + 1])
        cosine = (normal @ (half / np.linalg.norm(half))).clip(0, None)[..., None]
        mean = colour.sum(axis=-1, keepdims=True) / 3
        colour = look.kd * colour + look.ks * mean * cosine**look.exponent
    colour = np.power(colour * 2 ** (look.exposure / 2.2), 1 / look.gamma)
    luminance = 0.2126 * colour[..., :1] + 0.7152 * colour[..., 1:2] + 0.0722 * colour[..., 2:]
    return luminance + look.saturation * (colour - luminance)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.mode} {look.exposure}")
def test_the_native_renderer(image, by_hand, look: Look) -> None:
    if not is_for(look.mode, image.decoder.kind):
        with pytest.raises(RakingError, match="of PTM images alone"):
            Relighter(image, look=look)
        return
    exact, levels = Relighter(image, "float", look=look), Relighter(image, look=look)
    azimuth, height = np.radians([look.azimuth2, look.elevation2])
    elsewhere = (np.cos(height) * np.cos(azimuth), np.cos(height) * np.sin(azimuth))
    for light in LIGHTS:
        colour = by_hand(image, light)
        if look.coloured:
            squares = (colour.clip(0, None) * [look.red, look.green, look.blue]) ** 2
            colour = np.sqrt(squares + look.second * by_hand(image, elsewhere).clip(0, None) ** 2)
        expected = by_formula(look, colour, image, light)
        np.testing.assert_allclose(exact.frame(light), expected, atol=2e-5 * np.ptp(expected))
        steps = levels.frame(light) - np.rint(expected.clip(0, 1) * 255)
        assert np.abs(steps).max() <= 1
        assert np.count_nonzero(steps) / steps.size < 1e-3


def test_no_look_is_the_plain_text(make_image) -> None:
    """Nothing is paid for what is not asked for."""
    image = make_image()
    np.testing.assert_array_equal(
        Relighter(image, look=Look()).frame((0.3, 0.1)), Relighter(image).frame((0.3, 0.1))
    )


def test_a_look_that_needs_a_picture(make_image) -> None:
    with pytest.raises(RakingError, match="needs the surface's normals"):
        Relighter(make_image(), look=Look("specular"))
    with pytest.raises(RakingError, match="train it again from its photographs"):
        Relighter(make_image(), look=Look("evidence"))


def test_the_field_of_errors(image) -> None:
    """At a photograph's light it is that light's row; farther from all of them it is larger."""
    field = replace(image.error_field, spacing=np.radians(5))
    np.testing.assert_allclose(field.row((0.6, 0)), field.rows[0], atol=1e-6)
    near, far = (field.row((np.sin(np.radians(at)), 0))[0] for at in (45, 60))
    assert far > near + 0.5
    with pytest.raises(RakingError, match="not a row for each light"):
        replace(field, rows=field.rows[1:])


def test_both_languages_have_the_same_scale() -> None:
    text = (Path(evidence.__file__).with_suffix(".js")).read_text("utf-8")
    scale, colours = re.search(r"SCALE = (\[.*?\])", text), re.search(r"COLOURS = (\[.*?\])", text)
    assert scale is not None
    assert colours is not None
    assert json.loads(scale[1]) == list(SCALE)
    assert json.loads(colours[1].replace("'", '"')) == list(COLOURS)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"mode": "shiny"}, "unknown mode 'shiny'"), ({"gamma": 0}, "gamma is 0: choose 0.2 to 5")],
)
def test_refused(changes: dict, sentence: str) -> None:
    with pytest.raises(RakingError, match=re.escape(sentence)):
        Look(**changes)


def test_both_languages_have_the_same_modes_and_ranges() -> None:
    state = Path(__file__).parents[2] / "webviewer" / "app" / "state"
    text = (state / "looks.js").read_text("utf-8")
    modes = re.search(r"MODES = (\[.*?\]);", text)
    ranges = re.search(r"RANGES = \{(.*?)\};", text, re.DOTALL)
    assert modes is not None
    assert ranges is not None
    assert json.loads(modes[1].replace("'", '"')) == list(MODES)
    found = {
        name: json.loads(values) for name, values in re.findall(r"(\w+): (\[.*?\])", ranges[1])
    }
    assert found == {name: list(values) for name, values in RANGES.items()}
    assert {name: getattr(Look(), name) for name in RANGES} == {n: v[2] for n, v in RANGES.items()}
