"""The generated shader texts: golden copies, the browser's twin, and their numbers."""

import importlib.util
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page

from bench.common.browser import open_page
from renderer.image.relightable import RelightableImage, write_image
from shaders.decoder import Decoder, Layer
from shaders.errors import RakingError
from shaders.linear import AnyDecoder
from shaders.specialise import baked_glsl, baked_wgsl, frame_bias, frame_weights
from webviewer.server import ViewerServer

spec = importlib.util.spec_from_file_location("golden", Path(__file__).with_name("golden.py"))
assert spec and spec.loader
golden = importlib.util.module_from_spec(spec)
spec.loader.exec_module(golden)

# The page's own modules, on the page's own copy of info.json.
FROM_PAGE = """async ([info, light]) => {
    const { parseInfo } = await import('./renderer/image/info.js');
    const shader = await import('./shaders/specialise.js');
    const templates = await shader.loadTemplates();
    const decoder = parseInfo(JSON.parse(info));
    return {
        baked: shader.bakedShader(decoder, templates, { target: 'unorm' }),
        polynomial: shader.bakedShader(decoder, templates, { exponential: 'polynomial' }),
        chosen: ['llvmpipe (LLVM 15)', 'SwiftShader', 'Apple M2'].map(shader.bestExponential),
        bias: [...shader.frameBias(decoder, light)],
        units: decoder.units,
        parameters: decoder.parameters,
    };
}"""


# For images without a network.
LINEAR_FROM_PAGE = """async ([info, lights]) => {
    const { parseInfo } = await import('./renderer/image/info.js');
    const shader = await import('./shaders/specialise.js');
    const templates = await shader.loadTemplates();
    const decoder = parseInfo(JSON.parse(info));
    return {
        baked: shader.bakedShader(decoder, templates),
        frames: lights.map(light => shader.frameUniform(decoder, light)).map(
            ({ name, data }) => ({ name, data: [...data] })),
        order: decoder.order,
        parameters: decoder.parameters,
    };
}"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("golden") / "image"
    write_image(picture(golden.golden_decoder(6, 9)), folder)
    with ViewerServer([folder]) as server, open_page(server.url(ui="off")) as page:
        yield page


def picture(decoder: AnyDecoder) -> RelightableImage:
    return RelightableImage(decoder, np.zeros((decoder.planes, 4, 4, 3), np.uint8))


@pytest.mark.parametrize("shape", golden.SHAPES)
def test_python_writes_the_golden_texts(shape: tuple[int, int]) -> None:
    for name, text in golden.texts(*shape).items():
        kept = (golden.FOLDER / name).read_text("utf-8")
        assert text + "\n" == kept, f"{name} differs; if that is meant, run tests/shaders/golden.py"


@pytest.mark.parametrize("shape", golden.SHAPES)
def test_the_browser_writes_the_golden_texts(
    page: Page, tmp_path: Path, shape: tuple[int, int]
) -> None:
    decoder = golden.golden_decoder(*shape)
    write_image(picture(decoder), tmp_path / "image")
    info = (tmp_path / "image" / "info.json").read_text("utf-8")
    found = page.evaluate(FROM_PAGE, [info, [0.3, -0.4]])
    kept = golden.texts(*shape)
    name = f"{shape[0]}_units_{shape[1]}_latents"
    assert found["baked"] == kept[f"{name}.baked.glsl"]
    assert found["polynomial"] == baked_glsl(decoder, exponential="polynomial")
    assert found["chosen"] == ["polynomial", "polynomial", "builtin"]
    assert found["parameters"] == decoder.parameters
    np.testing.assert_allclose(found["bias"], frame_bias(decoder, (0.3, -0.4)), rtol=1e-6)


@pytest.mark.parametrize("kind", golden.LINEAR)
def test_python_writes_the_golden_texts_of_linear_images(kind: tuple[str, int]) -> None:
    for name, text in golden.linear_texts(*kind).items():
        kept = (golden.FOLDER / name).read_text("utf-8")
        assert text + "\n" == kept, f"{name} differs; if that is meant, run tests/shaders/golden.py"


@pytest.mark.parametrize("kind", golden.LINEAR)
def test_the_browser_has_the_same_functions_of_the_light(
    page: Page, tmp_path: Path, kind: tuple[str, int]
) -> None:
    decoder = golden.linear_decoder(*kind)
    write_image(picture(decoder), tmp_path / "image")
    info = (tmp_path / "image" / "info.json").read_text("utf-8")
    lights = [[0.0, 0.0], [0.3, -0.4], [-0.9, 0.2], [0.0, 1.0], [1.0, 1e-4], [0.38, 0.59]]
    found = page.evaluate(LINEAR_FROM_PAGE, [info, lights])
    assert found["baked"] == baked_glsl(decoder)
    assert (found["order"], found["parameters"]) == (decoder.order, decoder.parameters)
    for light, frame in zip(lights, found["frames"], strict=True):
        assert frame["name"] == "frame_weights"
        expected = frame_weights(decoder, light)
        np.testing.assert_allclose(frame["data"], expected, rtol=1e-6, atol=1e-6)


def test_the_browser_reads_the_published_image_alike(page: Page, shared_data: Path) -> None:
    from renderer.image.relightable import read_image

    student = shared_data / "interop" / "neural_disk" / "Student"
    found = page.evaluate(FROM_PAGE, [(student / "info.json").read_text(), [0.1, 0.2]])
    decoder = read_image(student).decoder
    assert found["baked"] == baked_glsl(decoder)
    assert found["units"] == 20


@pytest.mark.parametrize("key", ["weights", "biases", "min"])
def test_the_browser_refuses_what_is_no_number(page: Page, tmp_path: Path, key: str) -> None:
    write_image(picture(golden.golden_decoder(6, 9)), tmp_path / "image")
    info = json.loads((tmp_path / "image" / "info.json").read_text())
    values = info[key] if key == "min" else info[key][1]
    values[2] = "1); discard; //"
    text = page.evaluate(
        "([info, light]) => (" + FROM_PAGE + ")([info, light]).catch(error => error.message)",
        [json.dumps(info), [0, 0]],
    )
    assert "info.json cannot be used" in text


@pytest.mark.parametrize(
    ("model", "damage", "sentence"),
    [
        ("rbf", lambda i: i.pop("raking"), "of another program"),
        ("hsh", lambda i: i.update(type="svbrdf"), 'its type is "svbrdf"'),
        ("hsh", lambda i: i.update(type="ptm"), "a ptm image of 48 coefficients is unknown"),
        ("hsh", lambda i: i.update(nplanes=27), "nplanes is 27"),
        ("hsh", lambda i: i["raking"].update(order=2), "its order is 2"),
        ("hsh", lambda i: i["raking"].update(version=2), "version is 2"),
        ("hsh", lambda i: i["materials"][0]["bias"].pop(), "47 biases"),
        ("hsh", lambda i: i["materials"][0]["scale"].__setitem__(3, 0), "empty or reversed"),
        ("hsh", lambda i: i["materials"][0]["scale"].__setitem__(3, "x"), "list of finite numbers"),
        ("hsh", lambda i: i["materials"][0]["scale"].__setitem__(3, 9e99), "exceeds float32"),
        ("hsh", lambda i: i["materials"].pop(), "not one material"),
        ("hsh", lambda i: i["raking"]["planes"].pop(), "too few or too many planes"),
        ("rbf", lambda i: i["lights"].pop(), "not three numbers each"),
        ("rbf", lambda i: i.pop("lights"), "lights are not a list"),
        ("rbf", lambda i: i["raking"]["splines"].pop(), "not 11 rows"),
        ("rbf", lambda i: i["raking"]["splines"][2].pop(), "splines"),
        ("rbf", lambda i: i["raking"]["splines"][2].__setitem__(0, None), "list of finite numbers"),
    ],
)
def test_the_browser_refuses_what_is_no_linear_image(
    page: Page, tmp_path: Path, model: str, damage: Callable[[dict], object], sentence: str
) -> None:
    write_image(picture(golden.linear_decoder(model, 48 if model == "hsh" else 9)), tmp_path / "i")
    info = json.loads((tmp_path / "i" / "info.json").read_text())
    damage(info)
    text = page.evaluate(
        "([info, lights]) => (" + LINEAR_FROM_PAGE + ")([info, lights]).catch(e => e.message)",
        [json.dumps(info), [[0, 0]]],
    )
    assert "info.json cannot be used" in text
    assert sentence in text


def test_literals_give_float32_back_exactly() -> None:
    decoder = golden.golden_decoder(20, 9)
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
    bias = frame_bias(decoder, light)
    expected = decoder.layers[0].weight @ inputs + decoder.layers[0].bias
    np.testing.assert_allclose(bias[:10], expected, rtol=1e-6)
    assert len(bias) == 12
    assert not bias[10:].any()


def test_a_weight_beyond_float32_is_refused(make_decoder) -> None:
    decoder = make_decoder(4)
    weight = np.full_like(decoder.layers[0].weight, 3e38)
    huge = Decoder(
        (Layer(weight, decoder.layers[0].bias), *decoder.layers[1:]),
        decoder.latent_min,
        decoder.latent_max,
    )
    with pytest.raises(RakingError, match="float32"):
        baked_glsl(huge)
