"""The baseline that specialised shaders are measured against, shown by the viewer's own page."""

from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page

from renderer.image.info import parse_info
from renderer.image.relightable import read_info_text
from shaders.errors import RakingError
from shaders.neural import NeuralDecoder
from shaders.specialise import looped_glsl

SHOW_LOOPED = Path(__file__).with_name("looped.js").read_text("utf-8")


def show_looped(page: Page, image: Path) -> None:
    """Has a page that shows `image` decode it with weights in uniform arrays, walked in loops.

    Raises RakingError for an image that is no network of fixed weights; a playwright error where
    the driver has too little room for uniforms.
    """
    _, decoder = parse_info(read_info_text(image), image / "info.json")
    if not isinstance(decoder, NeuralDecoder):
        raise RakingError(
            f"A {decoder.kind} image has no looped shader: it is no network of fixed weights."
        )
    texts = {target: looped_glsl(decoder, target) for target in ("unorm", "float")}
    page.evaluate("window.raking.ready")
    page.evaluate(SHOW_LOOPED, {"texts": texts, "uniforms": looped_uniforms(decoder)})


def looped_uniforms(decoder: NeuralDecoder) -> list[dict[str, Any]]:
    """The uniforms of `looped.glsl.jinja`, each row padded with zeros to whole vec4."""
    low, high = (values.astype(np.float64) for values in (decoder.latent_min, decoder.latent_max))
    values: list[tuple[str, int, np.ndarray]] = [
        ("range_scale", 3, high - low),
        ("range_offset", 3, low),
    ]
    for i, layer in enumerate(decoder.layers, start=1):
        last = i == len(decoder.layers)
        values.append((f"weights{i}", 4, padded(layer.weight, rows=not last)))
        values.append(
            (f"biases{i}", 3 if last else 4, padded(layer.bias[:, None], not last, False))
        )
    return [
        {"name": name, "components": components, "data": data.ravel().tolist()}
        for name, components, data in values
    ]


def padded(matrix: np.ndarray, rows: bool, columns: bool = True) -> np.ndarray:
    height, width = matrix.shape
    pad = [(0, -height % 4 if rows else 0), (0, -width % 4 if columns else 0)]
    return np.pad(matrix, pad)
