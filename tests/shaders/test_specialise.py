"""The generated shader texts, what they are given for each light, and their numbers: tables that
specialise.test.js walks as well."""

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from renderer.image.info import parse_info
from renderer.image.relightable import RelightableImage, read_image
from shaders.errors import RakingError
from shaders.network import Layer
from shaders.neural import NeuralDecoder
from shaders.specialise import baked_glsl, baked_wgsl, best_exponential, best_varyings

from ..cases.table import Row, info_text, rows
from ..node import run_node

spec = importlib.util.spec_from_file_location("golden", Path(__file__).with_name("golden.py"))
assert spec and spec.loader
golden = importlib.util.module_from_spec(spec)
spec.loader.exec_module(golden)


@pytest.mark.parametrize("name", golden.DECODERS)
def test_the_texts_are_golden(name: str) -> None:
    for file, text in golden.texts(name, golden.DECODERS[name]).items():
        kept = (golden.CASES / "shaders" / file).read_text("utf-8")
        assert text + "\n" == kept, f"{file} differs; if that is meant, run tests/shaders/golden.py"


@pytest.mark.parametrize("name", golden.DECODERS)
def test_the_descriptions_are_golden(name: str) -> None:
    """As they are written, and read again."""
    decoder = golden.DECODERS[name]
    assert golden.description(decoder) + "\n" == info_text({"of": name})
    _, again = parse_info(info_text({"of": name}), Path("info.json"))
    assert golden.texts(name, again) == golden.texts(name, decoder)


@pytest.mark.parametrize("row", rows("frames"), ids=lambda row: f"{row['of']} {row['conditions']}")
def test_what_a_light_makes(row: Row, by_hand: Callable[..., np.ndarray]) -> None:
    """The colours are those of the definitions, in another's words."""
    _, decoder = parse_info(info_text(row), Path("info.json"))
    np.testing.assert_allclose(
        decoder.frame_values(row["conditions"]), row["values"], rtol=1e-6, atol=1e-6
    )
    planes = np.array(row["levels"], np.uint8).reshape(-1, 1, 1, 3)
    rgb = by_hand(RelightableImage(decoder, planes), row["conditions"])[0, 0]
    np.testing.assert_allclose(rgb, row["rgb"], rtol=1e-5, atol=1e-5)


def test_the_published_image_makes_the_same_shader_in_both(shared_data: Path) -> None:
    student = shared_data / "interop" / "neural_disk" / "Student"
    decoder = read_image(student).decoder
    assert decoder.units == 20
    assert run_node(Path(__file__).with_name("bake.js"), student / "info.json") == baked_glsl(
        decoder
    )


def test_software_renderers_take_a_polynomial_and_varyings() -> None:
    devices = ["llvmpipe (LLVM 15)", "SwiftShader", "Apple M2"]
    assert list(map(best_exponential, devices)) == ["polynomial", "polynomial", "builtin"]
    assert [best_varyings(device, 31) for device in devices] == [31, 31, 0]


def test_literals_give_float32_back_exactly() -> None:
    decoder = golden.neural_decoder(20, 9)
    text = baked_wgsl(decoder)
    second = text[text.index("// Second") : text.index("// Output")]
    blocks = re.findall(r"sum2_\d+ = .*?;", second, re.S)
    rows = [re.findall(r"\+ vec4f\((.*?)\)", block) for block in blocks]
    columns = np.array([[np.float32(row.split(", ")) for row in block] for block in rows])
    weight = columns.transpose(0, 2, 1).reshape(20, 20)
    expected = decoder.layers[1].weight.copy()
    expected[np.abs(expected) < np.finfo(np.float32).tiny] = 0
    np.testing.assert_array_equal(weight.astype(np.float32), expected)


def test_frame_bias_is_the_first_layers_share_of_light_and_offsets(make_decoder) -> None:
    decoder = make_decoder(10)
    light = np.array([0.25, -0.5])
    inputs = np.concatenate([decoder.latent_min, light]).astype(np.float64)
    bias = decoder.frame_values(light)
    expected = decoder.layers[0].weight @ inputs + decoder.layers[0].bias
    np.testing.assert_allclose(bias[:10], expected, rtol=1e-6)
    assert len(bias) == 12
    assert not bias[10:].any()


def test_a_weight_beyond_float32_is_refused(make_decoder) -> None:
    decoder = make_decoder(4)
    weight = np.full_like(decoder.layers[0].weight, 3e38)
    huge = NeuralDecoder(
        (Layer(weight, decoder.layers[0].bias), *decoder.layers[1:]),
        decoder.latent_min,
        decoder.latent_max,
    )
    with pytest.raises(RakingError, match="float32"):
        baked_glsl(huge)
