"""Linear decoders: what is one, and their functions of the light against independent oracles."""

from dataclasses import replace

import numpy as np
import pytest

from shaders.errors import RakingError
from shaders.linear import channel_terms, directions


def test_hsh_is_orthonormal_over_the_hemisphere() -> None:
    """By the midpoint rule in the azimuth and Gauss-Legendre in the cosine."""
    nodes, weights = np.polynomial.legendre.leggauss(24)
    z, azimuth = (nodes + 1) / 2, (np.arange(32) + 0.5) / 32 * 2 * np.pi
    radius = np.sqrt(1 - z * z)
    lights = np.stack(
        [
            np.outer(radius, np.cos(azimuth)),
            np.outer(radius, np.sin(azimuth)),
            np.tile(z[:, None], 32),
        ],
        axis=-1,
    ).reshape(-1, 3)
    area = np.repeat(weights / 2, 32) * 2 * np.pi / 32
    terms = channel_terms("hsh", 3, lights)
    np.testing.assert_allclose(terms.T @ (terms * area[:, None]), np.eye(16), atol=1e-12)


@pytest.mark.parametrize(
    ("model", "latents"), [("ptm", 18), ("hsh", 12), ("hsh", 27), ("hsh", 48), ("rbf", 9)]
)
def test_weights_are_those_of_the_definition(
    make_linear_image, by_hand, model: str, latents: int
) -> None:
    """By hand they come from scipy's Legendre functions, or centre after centre."""
    image = make_linear_image(model, latents, width=1, height=1)
    for light in [(0.0, 0.0), (0.6, -0.3), (-0.8, 0.6), (0.0, -1.0)]:
        basis = image.decoder.basis(light)
        levels = np.concatenate(list(image.planes), axis=-1)[0, 0] / 255
        latent = levels * (image.decoder.latent_max - image.decoder.latent_min)
        latent = latent + image.decoder.latent_min
        np.testing.assert_allclose(
            basis[0] + latent @ basis[1:], by_hand(image, light)[0, 0], rtol=1e-6, atol=1e-9
        )
        weights = image.decoder.frame_values(light).reshape(-1, 4)
        np.testing.assert_allclose(
            weights[0, :3] + levels @ weights[1:, :3], by_hand(image, light)[0, 0], atol=1e-6
        )
        assert not weights[:, 3].any()


def test_an_lrgb_picture_is_the_colour_times_a_polynomial(make_linear_image) -> None:
    image = make_linear_image("ptm", 9, width=1, height=1)
    levels = image.planes[:, 0, 0].ravel() / 255
    low, high = (
        np.float64(limit) for limit in (image.decoder.latent_min, image.decoder.latent_max)
    )
    latent = levels * (high - low) + low
    for x, y in [(0.0, 0.0), (0.6, -0.3), (0.0, -1.0)]:
        luminance = latent[3:] @ [1, x, y, x * x, x * y, y * y]
        basis = image.decoder.basis((x, y))
        assert not basis[:4].any()
        np.testing.assert_allclose(latent @ basis[1:], [luminance] * 3, rtol=1e-12)
        weights = image.decoder.frame_values((x, y)).reshape(-1, 4)[:, :3]
        total = weights[0] + levels[3:] @ weights[4:]
        np.testing.assert_allclose(
            total * (weights[1] + weights[2] * levels[:3]), luminance * latent[:3], atol=1e-6
        )


@pytest.mark.parametrize("latents", [12, 27, 48])
@pytest.mark.parametrize("light", [(1.0, 0.0), (0.0, -1.0), (0.8, 0.8), (-0.6, 0.799999), (0, 0)])
def test_hsh_is_finite_down_to_the_horizon_and_beyond(
    make_linear_image, latents: int, light: tuple[float, float]
) -> None:
    weights = make_linear_image("hsh", latents).decoder.frame_values(light)
    assert np.isfinite(weights).all()
    assert np.abs(weights).max() < 10


@pytest.mark.parametrize(
    ("model", "latents", "order", "parameters", "label"),
    [
        ("ptm", 9, 2, 0, "PTM(LRGB)"),
        ("ptm", 18, 2, 0, "PTM"),
        ("hsh", 12, 1, 0, "HSH(1)"),
        ("hsh", 27, 2, 0, "HSH(2)"),
        ("hsh", 48, 3, 0, "HSH(3)"),
        ("rbf", 9, 0, 16 * 10 * 3, "PCA/RBF"),
    ],
)
def test_facts(
    make_linear_image, model: str, latents: int, order: int, parameters: int, label: str
) -> None:
    decoder = make_linear_image(model, latents).decoder
    assert (decoder.latents, decoder.planes) == (latents, latents // 3)
    assert (decoder.order, decoder.parameters, decoder.label()) == (order, parameters, label)
    assert (decoder.conditions, decoder.units) == (2, 0)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"model": "sh"}, "unknown"),
        ({"latent_min": np.zeros(9, np.float32)}, "9 coefficients"),
        ({"latent_max": np.ones(27, np.float32)}, "differ in length"),
        ({"latent_max": np.zeros(48, np.float32) - 1}, "empty or reversed"),
        ({"latent_max": np.full(48, np.inf, np.float32)}, "finite"),
        ({"model": "rbf"}, "48 coefficients, where 3 or 6 or .* or 27 are needed"),
    ],
)
def test_what_is_no_linear_decoder(make_linear_image, changes: dict, sentence: str) -> None:
    with pytest.raises(RakingError, match=sentence):
        replace(make_linear_image().decoder, **changes)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"splines": None}, "no lights or no splines"),
        ({"lights": np.zeros((11, 3), np.float32)}, "splines"),
        ({"lights": np.full((12, 3), np.nan, np.float32)}, "finite"),
    ],
)
def test_what_are_no_splines(make_linear_image, changes: dict, sentence: str) -> None:
    with pytest.raises(RakingError, match=sentence):
        replace(make_linear_image("rbf", 9).decoder, **changes)


def test_lights_are_lifted_to_the_hemisphere() -> None:
    lights = directions(np.array([[0.6, 0.0], [0.0, 0.0], [0.8, 0.7]]))
    np.testing.assert_allclose(lights[:, 2], [0.8, 1, 0])


@pytest.mark.parametrize("azimuth", [0.0, 1.0, 4.0])
@pytest.mark.parametrize(("latents", "model"), [(12, "hsh"), (48, "hsh"), (18, "ptm"), (9, "rbf")])
def test_hsh_is_held_near_the_horizon(
    make_linear_image, model: str, latents: int, azimuth: float
) -> None:
    """At 0.15 radians, as in OpenLIME; other models follow the light down."""
    decoder = make_linear_image(model, latents).decoder

    def weights(elevation: float) -> np.ndarray:
        direction = np.array([np.cos(azimuth), np.sin(azimuth)])
        weights: np.ndarray = decoder.frame_values(np.cos(elevation) * direction)
        return weights

    held = weights(0.15)
    for elevation in (0.0, 0.05, 0.149):
        assert np.allclose(weights(elevation), held, atol=1e-6) == (model == "hsh")
    assert not np.allclose(weights(0.2), held, atol=1e-3)


def test_fits_take_the_lights_as_they_are() -> None:
    low, held = (directions(np.array([[np.cos(angle), 0.0]])) for angle in (0.02, 0.15))
    assert not np.allclose(channel_terms("hsh", 3, low), channel_terms("hsh", 3, held), atol=0.1)
