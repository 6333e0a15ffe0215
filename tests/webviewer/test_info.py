"""info.json in Python and in the page: the same files are read, and the same ones are refused."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from renderer.image.info import describe, parse_info
from renderer.image.relightable import RelightableImage, read_info_text
from shaders.errors import RakingError
from webviewer.server import ViewerServer

from .foreign import write_foreign

Damage = Callable[[dict[str, Any]], object]

# Answers what the page makes of the text of an info.json, or the sentence that refuses it.
READ = """async text => {
    const { parseInfo } = await import('/decoder.js');
    try {
        return parseInfo(JSON.parse(text));
    } catch (error) {
        return error.message;
    }
}"""

KINDS = ["neural", "own-hsh", "own-ptm", "own-lrgb", "own-rbf", "ptm", "lrgb", "hsh", "published"]


@pytest.fixture(scope="module")
def page(browser: Browser, small: Path) -> Iterator[Page]:
    with ViewerServer([small]) as server:
        page = browser.new_page()
        page.goto(server.url(ui="off"))
        yield page
        page.close()


@pytest.fixture
def text(make_image, make_linear_image, tmp_path: Path) -> Callable[[str], str]:
    """text(kind): an info.json of ours or, "published" and without "own", of another program."""

    def written(kind: str) -> str:
        if kind in ("ptm", "lrgb", "hsh"):
            return (write_foreign(tmp_path / kind, kind) / "info.json").read_text()
        latents = {"own-hsh": 48, "own-ptm": 18}.get(kind, 9)
        model = kind.removeprefix("own-").replace("lrgb", "ptm")
        own = make_linear_image(model, latents) if kind.startswith("own") else make_image(8)
        found = json.loads(own_info(own))
        if kind == "published":
            del found["raking"], found["lights"], found["pixelSizeInMM"]
        return json.dumps(found)

    return written


def own_info(image: RelightableImage) -> str:
    """With all that may be in it."""
    return describe(
        image.decoder,
        image.width,
        image.height,
        True,
        {"collection": "A small relief"},
        lights=np.array([[0.6, 0.0, 0.8], [0.0, -0.6, 0.8]]),
        pixel_size_mm=0.25,
        planes=[f"plane_{i}.dzi" for i in range(image.decoder.planes)],
        mask="mask.dzi",
        levels=[{"width": 32, "height": 24, "psnr": 41.5}],
        picture_format="jpg",
        quality=90,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_both_read_the_same(page: Page, text, kind: str) -> None:
    written = text(kind)
    found = page.evaluate(READ, written)
    info, decoder = parse_info(written, Path("info.json"))
    assert (found["width"], found["height"]) == (info.width, info.height)
    assert found["latents"] == decoder.latents
    np.testing.assert_array_equal(found["latentMin"], decoder.latent_min)
    np.testing.assert_array_equal(found["latentMax"], decoder.latent_max)
    assert found["pixelSize"] == info.pixel_size_mm
    assert found["planeFiles"] == info.plane_files()
    if info.lights is None:
        assert found["lights"] is None
    else:
        np.testing.assert_array_equal(found["lights"], info.lights[:, :2])
    assert found["maskFile"] == (info.raking.mask if info.raking else None)


def put(*path: str | int, to: object) -> Damage:
    """Sets the value at `path`."""

    def damage(info: dict[str, Any]) -> None:
        place: Any = info
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = to

    return damage


def drop(*path: str | int) -> Damage:
    """Takes out the value at `path`."""

    def damage(info: dict[str, Any]) -> None:
        place: Any = info
        for key in path[:-1]:
            place = place[key]
        del place[path[-1]]

    return damage


def nested(depth: int) -> list[Any]:
    """Lists in one another."""
    return [nested(depth - 1)] if depth else []


NAN, HUGE = float("nan"), 9e99
SCALE, BIAS = ("materials", 0, "scale"), ("materials", 0, "bias")
MATERIAL = {"scale": [1.0] * 18, "bias": [0.0] * 18}

HARMLESS = [
    ("own-hsh", put("raking", "title", to="Münze <b>1</b> " + "𒀀" * 185)),
    ("own-hsh", put("raking", "title", to=None)),
    ("ptm", put("format", to="webp")),
    ("ptm", put("format", to=["jpg"])),
    ("ptm", drop("lights")),
    ("ptm", put("lights", to=None)),
    ("ptm", put("lights", to=[])),
    ("ptm", drop("pixelSizeInMM")),
    ("ptm", put("pixelSizeInMM", to=None)),
    ("ptm", put("raking", to=None)),
    ("ptm", put("format", to="tiff")),
    ("ptm", put("unheard of", to={"of": [1]})),
    ("ptm", put(*SCALE, 4, to=1)),
    ("own-hsh", drop("lights")),
    ("own-hsh", drop("raking", "levels")),
    ("own-hsh", drop("raking", "provenance")),
    ("own-hsh", put("raking", "mask", to=None)),
    ("neural", put("lights", to=None)),
    ("neural", drop("colorspace")),
    ("published", put("samples", to=3)),
    ("ptm", put("width", to=96.0)),
    ("ptm", put("nplanes", to=18.0)),
    ("ptm", put("unheard of", to=nested(30))),
    ("ptm", put("unheard of", to=10**300)),
    ("own-hsh", put("raking", "version", to=1.0)),
    ("own-hsh", put("raking", "order", to=3.0)),
    ("own-hsh", put("raking", "provenance", to={})),
    ("own-hsh", put("raking", "levels", to=None)),
    ("own-hsh", put("raking", "levels", to=[])),
    ("own-hsh", put("raking", "provenance", "model", to=["neural"])),
    ("own-hsh", put("raking", "provenance", "collection", to={"a": [1]})),
    ("own-hsh", put("raking", "provenance", "test_lights", to=[["a"], 3])),
    ("own-hsh", put("raking", "provenance", "x", to="\x1b[2J\u202e\n\u0000")),
    ("neural", put("raking", "layers", to=[11.0, 8, 8.0, 3])),
    ("neural", put("raking", "provenance", "model", to="__proto__")),
    ("neural", put("weights", 2, 0, to=1e5)),
]

HARMFUL = [
    ("ptm", put("width", to=10**9)),
    ("ptm", put("width", to=1e6 + 1)),
    ("ptm", put("height", to=float("inf"))),
    ("ptm", put("unheard of", to=10**400)),
    ("ptm", put("unheard of", to=[{"a": -(10**400)}])),
    ("ptm", put("unheard of", to=nested(40))),
    ("ptm", put("unheard of", to="\ud800")),
    ("ptm", put("unheard of", to={"\udfff": 1})),
    ("ptm", put("materials", to={"0": MATERIAL, "length": 1})),
    ("ptm", put(*SCALE, 3, to=1e30)),
    ("ptm", put(*BIAS, 3, to=1e12)),
    ("lrgb", put(*SCALE, 0, to=1e6), put(*SCALE, 5, to=1e6)),
    ("hsh", put(*SCALE, 0, to=2e9)),
    ("own-hsh", put("raking", "version", to="1")),
    ("own-hsh", put("raking", "version", to=True)),
    ("own-hsh", put("raking", "mask", to="")),
    ("own-hsh", put("raking", "mask", to=False)),
    ("own-hsh", put("raking", "mask", to="a" * 101)),
    ("own-hsh", put("raking", "levels", to=[3])),
    ("own-hsh", put("raking", "levels", to={"length": 0})),
    ("own-hsh", put("raking", "provenance", to=None)),
    ("own-hsh", put("raking", "provenance", to=[1])),
    ("own-hsh", put("raking", "provenance", "x", to="\udc00")),
    ("own-rbf", put("raking", "splines", 3, 0, to=1e30)),
    ("own-rbf", put("lights", 0, to=1e30)),
    ("neural", put("weights", 0, 0, to=3e38)),
    ("neural", put("weights", 1, 0, to=1e10)),
    ("neural", put("biases", 0, 0, to=-1e10)),
    ("neural", put("biases", 2, 0, to=1e10)),
    ("neural", put("min", 0, to=-3e38), put("max", 0, to=3e38)),
    ("neural", put("max", 0, to=1e15)),
    ("neural", put("max", 0, to=1e39)),
    ("neural", put("min", 0, to=-1e300)),
    ("neural", put("raking", "layers", to="11,8,8,3")),
    ("neural", put("raking", "layers", to=["11", 8, 8, 3])),
    ("neural", put("raking", "layers", to=[[11], 8, 8, 3])),
    ("ptm", put("type", to="svbrdf")),
    ("ptm", put("type", to="bilinear")),
    ("ptm", put("type", to="rbf")),
    ("ptm", put("type", to="hsh")),
    ("ptm", put("type", to=["ptm"])),
    ("ptm", put("type", to="neural")),
    ("ptm", drop("type")),
    ("ptm", drop("width")),
    ("ptm", put("width", to=0)),
    ("ptm", put("height", to=-3)),
    ("ptm", put("height", to="80")),
    ("ptm", put("height", to=80.5)),
    ("ptm", put("width", to=True)),
    ("ptm", drop("nplanes")),
    ("ptm", put("nplanes", to=27)),
    ("ptm", put("nplanes", to="18")),
    ("ptm", drop("colorspace")),
    ("ptm", put("colorspace", to="lrgb")),
    ("ptm", put("colorspace", to="mrgb")),
    ("ptm", put("colorspace", to="mycc")),
    ("ptm", put("colorspace", to=None)),
    ("lrgb", put("colorspace", to="rgb")),
    ("hsh", put("colorspace", to="lrgb")),
    ("ptm", drop("materials")),
    ("ptm", put("materials", to=[])),
    ("ptm", put("materials", to=[None])),
    ("ptm", put("materials", to=[MATERIAL, MATERIAL])),
    ("ptm", put("materials", to="x")),
    ("ptm", drop(*SCALE)),
    ("ptm", drop(*SCALE, 3)),
    ("ptm", drop(*BIAS, 3)),
    ("ptm", put(*SCALE, 3, to=0)),
    ("ptm", put(*SCALE, 3, to=-1.5)),
    ("ptm", put(*SCALE, 3, to=None)),
    ("ptm", put(*SCALE, 3, to="1.5")),
    ("ptm", put(*SCALE, 3, to=NAN)),
    ("ptm", put(*BIAS, 3, to=float("inf"))),
    ("ptm", put(*BIAS, 3, to=HUGE)),
    ("ptm", put(*BIAS, 3, to=True)),
    ("lrgb", put(*SCALE, 0, to=-1)),
    ("hsh", drop(*SCALE, 26)),
    ("ptm", put("lights", to=[0.0, 1.0])),
    ("ptm", put("lights", to=[0.0, 0.0, "1"])),
    ("ptm", put("lights", to=[0.0, 0.0, HUGE])),
    ("ptm", put("lights", to=[[0.0, 0.0, 1.0]])),
    ("ptm", put("lights", to="above")),
    ("ptm", put("lights", to={"0": 1})),
    ("ptm", put("unheard of", to=NAN)),
    ("ptm", put("pixelSizeInMM", to=0)),
    ("ptm", put("pixelSizeInMM", to=-0.01)),
    ("ptm", put("pixelSizeInMM", to="0.01")),
    ("ptm", put("pixelSizeInMM", to=True)),
    ("ptm", put("raking", to={})),
    ("ptm", put("raking", to=0)),
    ("ptm", put("raking", to=[])),
    ("own-hsh", put("raking", "version", to=2)),
    ("own-hsh", put("raking", "order", to=2)),
    ("own-hsh", drop("raking", "order")),
    ("own-hsh", drop("raking", "planes")),
    ("own-hsh", drop("raking", "planes", 15)),
    ("own-hsh", put("raking", "planes", 1, to="../plane.png")),
    ("own-hsh", put("raking", "planes", 1, to="a/plane.dzi")),
    ("own-hsh", put("raking", "planes", 1, to=7)),
    ("own-hsh", put("raking", "planes", to="plane_0.png")),
    ("own-hsh", put("raking", "mask", to="..")),
    ("own-hsh", put("raking", "mask", to=7)),
    ("own-hsh", put("raking", "title", to=7)),
    ("own-hsh", put("raking", "title", to="x" * 201)),
    ("own-hsh", put("raking", "title", to="\ud800")),
    ("own-hsh", put("raking", "levels", to="two")),
    ("own-hsh", put("raking", "provenance", to="unknown")),
    ("own-rbf", drop("lights")),
    ("own-rbf", drop("lights", 2)),
    ("own-rbf", drop("raking")),
    ("own-rbf", drop("raking", "splines")),
    ("own-rbf", drop("raking", "splines", 3)),
    ("own-rbf", drop("raking", "splines", 3, 0)),
    ("own-rbf", put("raking", "splines", 3, 0, to=NAN)),
    ("own-rbf", put("raking", "splines", 3, 0, to=HUGE)),
    ("own-rbf", put("colorspace", to="rgb")),
    ("neural", put("lights", to=[1.0])),
    ("neural", put("pixelSizeInMM", to=-1)),
    ("neural", put("colorspace", to="mrgb")),
    ("neural", put("min", 2, to=5.0)),
    ("neural", drop("max", 2)),
    ("neural", drop("raking", "planes", 0)),
    ("neural", put("raking", "layers", to=[11, 9, 9, 3])),
    ("neural", put("raking", "activation", to="relu")),
    ("published", drop("weights", 0)),
    ("published", drop("biases", 0, 0)),
]


def damaged(text: str, *damages: Damage) -> str:
    info = json.loads(text)
    for damage in damages:
        damage(info)
    return json.dumps(info)


@pytest.mark.parametrize(("kind", "change"), HARMLESS)
def test_both_read_what_is_unusual(page: Page, text, kind: str, change: Damage) -> None:
    changed = damaged(text(kind), change)
    info, _ = parse_info(changed, Path("info.json"))
    found = page.evaluate(READ, changed)
    assert found["planeFiles"] == info.plane_files()
    assert found["title"] == (info.raking.title if info.raking else None)


@pytest.mark.filterwarnings("error")  # nothing is said before the sentence
@pytest.mark.parametrize(("kind", "damages"), [(kind, damages) for kind, *damages in HARMFUL])
def test_both_refuse_what_is_damaged(page: Page, text, kind: str, damages: list[Damage]) -> None:
    """Each with a sentence of its own, and none by chance: a TypeError would be no sentence."""
    changed = damaged(text(kind), *damages)
    with pytest.raises(RakingError, match=r"^images/coin/info.json") as error:
        parse_info(changed, Path("images/coin/info.json"))
    problem = page.evaluate(READ, changed)
    assert isinstance(problem, str)
    assert max(len(problem), len(str(error.value))) < 300
    assert "info.json cannot be used: " in problem or "is not valid JSON" in problem


@pytest.mark.parametrize("text", ["[]", "3", "null", '"ptm"'])
def test_both_refuse_what_is_no_object(page: Page, text: str) -> None:
    with pytest.raises(RakingError, match="type None is unknown"):
        parse_info(text, Path("info.json"))
    assert "info.json cannot be used: its type is" in page.evaluate(READ, text)


# Answers the label and title that the page gives an info.json of these bytes, or its sentence.
LOAD = """async ([name, data]) => {
    const { registerDropped } = await import('/folders/files.js');
    const { loadInfo } = await import('/image.js');
    const blob = new Blob([Uint8Array.from(atob(data), letter => letter.charCodeAt(0))]);
    const url = registerDropped(name, new Map([['info.json', blob]]));
    try {
        const { label, title } = await loadInfo(url);
        return { label, title };
    } catch (error) {
        return error.message;
    }
}"""


def load_both(page: Page, folder: Path, data: bytes) -> tuple[str, dict[str, str]] | None:
    """The label in Python, and label and title in the page; None where both refuse."""
    folder.mkdir(exist_ok=True)
    (folder / "info.json").write_bytes(data)
    found = page.evaluate(LOAD, ["coin", base64.b64encode(data).decode()])
    try:
        info, decoder = parse_info(read_info_text(folder), folder / "info.json")
    except RakingError as error:
        assert isinstance(found, str)
        assert found.startswith("coin: info.json ")
        assert max(len(found), len(str(error))) < 300
        return None
    assert isinstance(found, dict), found
    planes = np.zeros((decoder.planes, 1, 1, 3), np.uint8)
    image = RelightableImage(decoder, planes, None, info.raking.provenance if info.raking else {})
    return image.label, found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_both_read_utf_8_with_and_without_a_mark(
    page: Page, text, tmp_path: Path, encoding: str
) -> None:
    changed = damaged(text("neural"), put("raking", "title", to="Münze \u6587"))
    written = json.dumps(json.loads(changed), ensure_ascii=False).encode(encoding)
    assert load_both(page, tmp_path / "coin", written) == (
        "Neural(8)",
        {"label": "Neural(8)", "title": "Münze \u6587"},
    )


@pytest.mark.parametrize(
    ("model", "label"),
    [("neural", "NeuralRTI(8)"), ("disk", "DisK(8)")]
    + [(odd, "Neural(8)") for odd in ("__proto__", "constructor", ["neural"], {"a": 1}, 3, None)],
)
def test_both_name_a_model_alike(
    page: Page, text, tmp_path: Path, model: object, label: str
) -> None:
    changed = damaged(text("neural"), put("raking", "provenance", "model", to=model))
    found = load_both(page, tmp_path / "coin", changed.encode())
    assert found is not None
    assert (found[0], found[1]["label"]) == (label, label)


def test_both_refuse_what_is_no_text(page: Page, text, tmp_path: Path) -> None:
    written = text("neural")
    for data in (
        b"",
        written.encode("utf-16"),
        written.encode("utf-16-le"),
        written.replace("A small relief", "M\u00fcnze").encode("latin-1", "replace")[:-40],
        written.replace("A small relief", "\ufffe").encode("utf-8")[:-1],
        written.encode().replace(b"A small relief", b"M\xfcnze"),
        written.encode().replace(b"A small relief", b"\xed\xa0\x80"),
        written.encode().replace(b"A small relief", b"\0"),
        b"\xef\xbb\xbf\xef\xbb\xbf" + written.encode(),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"type": ' + b"9" * 100_000 + b"}",
        b'{"type": "' + b"a" * 100_000 + b'"}',
        b" " * (1 << 24) + written.encode(),
    ):
        assert load_both(page, tmp_path / "coin", data) is None


def test_what_is_said_twice_counts_in_the_end(page: Page, text, tmp_path: Path) -> None:
    written = text("neural")
    twice = f'{{"type": "hsh", "width": "none", {written.lstrip()[1:]}'
    assert load_both(page, tmp_path / "coin", twice.encode()) is not None
    spoilt = f'{written.rstrip()[:-1]}, "type": "hsh"}}'
    assert load_both(page, tmp_path / "coin", spoilt.encode()) is None
