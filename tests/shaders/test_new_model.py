"""A new linear model is one file: once it is named, it is written, read, and made into a shader."""

from pathlib import Path

import numpy as np
import pytest

from renderer.image.describe import Description
from renderer.image.info import parse_info
from shaders.linear import MODELS, LinearDecoder
from shaders.model import LinearModel, Size
from shaders.specialise import baked_glsl, baked_wgsl

ZONAL = LinearModel(
    name="zonal",
    sizes={9: Size(2, "rgb", "Zonal")},
    terms=lambda lights, order: np.stack([lights[:, 2] ** i for i in range(order + 1)], axis=1),
)


def test_a_new_model_is_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODELS, "zonal", ZONAL)
    low = np.linspace(-1, 0, 9, dtype=np.float32)
    planes = [f"plane_{i}.png" for i in range(3)]
    described = Description(LinearDecoder("zonal", low, low + 2), 4, 3, planes)
    _, decoder = parse_info(described.text(), Path("info.json"))
    assert (decoder.kind, decoder.label(), decoder.latents) == ("zonal", "Zonal", 9)
    levels = np.linspace(0, 1, 9)
    latents = decoder.latent_min + levels * (decoder.latent_max - decoder.latent_min)
    values = decoder.frame_values((0.6, 0.0)).reshape(-1, 4)[:, :3]
    expected = [sum(latents[3 * j + c] * 0.8**j for j in range(3)) for c in range(3)]
    np.testing.assert_allclose(values[0] + levels @ values[1:], expected, rtol=1e-6)
    for text in (baked_glsl(decoder), baked_wgsl(decoder)):
        assert "frame[9] * layer2.z" in text
