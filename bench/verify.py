"""Holding the shaders against PyTorch: every pixel, many lights and views, two backends.

PyTorch in float32 is the oracle. Each backend decodes the same 8-bit planes, once to 8-bit
levels and once to raw floats.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from playwright.sync_api import Browser, Page

from bench.common.browser import (
    check_renderer,
    read_renderer,
    resolve_renderer,
    show_page,
    start_browser,
)
from bench.common.shown import decode_rows
from renderer.files.aside import scratch_folder
from renderer.gpu.device import device_name, request_device
from renderer.gpu.relighter import Relighter, can_show
from renderer.image.relightable import RelightableImage, read_image, write_image
from shaders.decoder import LIGHT, Decoder
from shaders.heights import Relief
from shaders.hyper import SPHERE, HyperDecoder, MixedLayer
from shaders.look import MODES, OF_LIGHTS, OF_NEIGHBOURS, Look
from shaders.network import Layer
from shaders.neural import NeuralDecoder
from trainer.lights.directions import sunflower
from trainer.models.multilight import lit_by_places
from trainer.models.oracle import relight
from trainer.models.seen import looked_about, seen
from webviewer.server import ViewerServer

VIEW_AND_LIGHT = 4  # conditions
MAX_STEP = 1  # 8-bit steps, anywhere
MAX_STEP_OF_LEVELS = 2  # of modes made of levels: an amount of 1 doubles a step between them
OF_LEVELS = (*OF_NEIGHBOURS, *OF_LIGHTS)
MAX_DIFFERING = 1e-3  # of the values
MAX_RELATIVE_ERROR = 1e-4  # of the output's range, in float
MAX_RELATIVE_ERROR_OF_MODES = 1e-3  # a highlight is a power, which errs more by its exponent


class Kind(NamedTuple):
    """What a random decoder is."""

    model: str
    units: int
    latents: int
    conditions: int = LIGHT
    has_relief: bool = False
    activation: str = "elu"


RANDOM_DECODERS = [
    *(Kind("neural", *sizes) for sizes in [(1, 3), (10, 9), (20, 9), (50, 9), (64, 27)]),
    Kind("hyper", 20, 9),
    *(Kind("hyper", *sizes, activation="parabola") for sizes in [(8, 9), (20, 9)]),
    *(Kind(model, 20, 9, VIEW_AND_LIGHT) for model in ("neural", "hyper")),
    Kind("hyper", 8, 12, VIEW_AND_LIGHT, has_relief=True, activation="parabola"),
]
FACTORS = 4  # of the random decoders that follow the light
RANDOM_SIZE = (48, 64)  # height, width
RANDOM_HEIGHTS = (-5.0, 7.0)  # pixels, of a random relief
QUARTER_STEP = 0.25 / 255
LARGEST = float(np.finfo(np.float32).max)  # stands for infinity, which JSON has not
PAGE_PIXELS = 1 << 20  # fetched from the page at a time

# Decodes one picture: (conditions of the decoder, "unorm" or "float") -> [H, W, 3].
Backend = Callable[[np.ndarray, str], np.ndarray]
Progress = Callable[[str, int, int], None]


@dataclass
class Agreement:
    """How far one backend is from PyTorch on one image."""

    name: str  # wgpu or webgl2
    device: str
    pixels: int
    mode: str = "plain"
    lights: int = 0
    max_step: int = 0  # in 8-bit steps
    differing: float = 0.0  # the fraction of 8-bit values that differ at all
    max_abs_error: float = 0.0  # of raw floats
    output_range: float = 0.0  # of PyTorch's raw floats: largest minus smallest

    def add(
        self, truth: np.ndarray, expected: np.ndarray, levels: np.ndarray, floats: np.ndarray
    ) -> None:
        """Takes in one picture: PyTorch's raw floats and levels, and the backend's likewise."""
        steps = np.abs(levels - expected)
        error = float(np.abs(floats - truth).max())
        self.max_step = max(self.max_step, int(steps.max()))
        fraction = float(np.count_nonzero(steps) / steps.size)
        self.differing = (self.differing * self.lights + fraction) / (self.lights + 1)
        # NaN must not vanish in a comparison.
        self.max_abs_error = max(self.max_abs_error, error if error < LARGEST else LARGEST)
        self.lights += 1

    @property
    def ok(self) -> bool:
        tolerance = MAX_RELATIVE_ERROR if self.mode == "plain" else MAX_RELATIVE_ERROR_OF_MODES
        return (
            self.lights > 0
            and self.max_step <= (MAX_STEP_OF_LEVELS if self.mode in OF_LEVELS else MAX_STEP)
            and self.differing <= MAX_DIFFERING
            and self.max_abs_error <= tolerance * self.output_range
        )


def verify(
    path: Path, lights: int = 20, renderer: str = "auto", progress: Progress | None = None
) -> dict[str, Any]:
    """Decodes an image, and random decoders, with PyTorch, wgpu and WebGL2, and compares.

    So it does with the modes of reading a surface, as far as the image has what they need, under a
    third as many lights: what they add to a decode is the same for all images. Where a decoder
    takes a view, each light has one of its own, spread over the dome of cameras as the lights are
    over theirs.

    Returns `ok`, `backends` (the image's agreement with each, in each mode), and `random_decoders`
    (likewise, with what `Kind` says and `weight_scale`). Raises
    RakingError where the image cannot be read, or there is no adapter or no browser to decode with.
    """
    image = read_image(path)
    spread = {count: spread_conditions(lights, count) for count in (LIGHT, VIEW_AND_LIGHT)}
    asked = spread[image.decoder.conditions]
    fewer = spread_conditions(max(5, lights // 3), image.decoder.conditions)
    rows = []
    with (
        open_browser(renderer) as browser,
        scratch_folder(Path(tempfile.gettempdir()), "raking-verify") as folder,
    ):
        randoms = [largest_random_image(kind, spread[kind.conditions]) for kind in RANDOM_DECODERS]
        paths = [path, *(folder / str(number) for number in range(len(randoms)))]
        for (random_image, _), written in zip(randoms, paths[1:], strict=True):
            write_image(random_image, written)
        with open_images(paths, browser) as page:
            backends = compare(image, asked, page, 0, progress, path.name)
            for look in looks_of(image):
                label = f"{path.name}, {look.mode}"
                backends += compare(image, fewer, page, 0, progress, label, look)
            for number, kind in enumerate(RANDOM_DECODERS):
                told, (random_image, scale) = spread[kind.conditions], randoms[number]
                label = f"random decoder ({kind.model}), {kind.units} units, {kind.latents} latents"
                for row in compare(random_image, told, page, 1 + number, progress, label):
                    rows.append((row, {**kind._asdict(), "weight_scale": scale}))
    return {
        "ok": all(row.ok for row in [*backends, *(row for row, _ in rows)]),
        "image": str(path),
        "units": image.decoder.units,
        "backends": [{**asdict(row), "ok": row.ok} for row in backends],
        "random_decoders": [{**about, **asdict(row), "ok": row.ok} for row, about in rows],
    }


@contextmanager
def open_browser(renderer: str = "auto") -> Iterator[Browser]:
    """The browser that all images are decoded in, its renderer the one asked for."""
    renderer = resolve_renderer(renderer)
    with start_browser(renderer) as browser:
        check_renderer(browser.new_page(), renderer)
        yield browser


@contextmanager
def open_images(paths: Sequence[Path], browser: Browser) -> Iterator[Page]:
    """The viewer's page on images, the first of them shown."""
    with ViewerServer(paths) as server:
        url = server.url(ui="off", tiling="on", adaptive="off")
        with show_page(browser, url, width=160, height=120) as page:
            page.evaluate("window.raking.ready")
            yield page


def compare(
    image: RelightableImage,
    conditions: np.ndarray,
    page: Page,
    number: int = 0,
    progress: Progress | None = None,
    label: str = "",
    look: Look = Look(),
) -> list[Agreement]:
    """The agreement of wgpu and of WebGL2 with PyTorch on an image, the page's of this `number`,
    under each of the `conditions` [L, C] of its decoder and seen with a look."""
    pixels = image.width * image.height
    adapter, page_name = device_name(request_device()), read_renderer(page)
    backends = [
        (Agreement("wgpu", adapter, pixels, look.mode), wgpu_backend(image, look)),
        (
            Agreement("webgl2", page_name, pixels, look.mode),
            page_backend(image, page, number, look),
        ),
    ]
    low, high = np.inf, -np.inf
    pictures = relight(image, conditions)
    for i, (told, decoded) in enumerate(zip(conditions, pictures, strict=True)):
        truth, levels = shown(image, decoded, look, told)
        low, high = min(low, float(truth.min())), max(high, float(truth.max()))
        for agreement, decode in backends:
            agreement.add(truth, levels, decode(told, "unorm"), decode(told, "float"))
            agreement.output_range = high - low
        if progress:
            progress(label, i + 1, len(conditions))
    return [agreement for agreement, _ in backends]


def shown(
    image: RelightableImage, decoded: np.ndarray, look: Look, told: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What an image decoded to, seen with a look: raw, and as levels, which what is made of several
    pictures or of neighbours is made of."""
    if look.mode in OF_LIGHTS:
        return lit_by_places(image, look, told)
    image = image.seen_from(told[:-LIGHT])
    truth = seen(image, decoded, look, told)
    levels = np.floor(truth.clip(0, 1) * 255 + np.float32(0.5))
    if look.mode in OF_NEIGHBOURS:
        truth = looked_about(image, truth, look, told)
        made = looked_about(image, levels / 255, look, told)
        levels = np.floor(made.clip(0, 1) * 255 + 0.5)
    return truth, levels


def looks_of(image: RelightableImage) -> list[Look]:
    """A look of each mode that the image has what is needed for, one that is toned, and one with a
    second light."""
    toned = Look(exposure=1.5, gamma=1.4, saturation=0.5)
    lit = Look(red=1.3, blue=0.6, second=0.7, azimuth2=200)
    looks = [toned, lit, *(Look(mode) for mode in MODES if mode != "plain")]
    return [look for look in looks if can_show(image, look)]


def wgpu_backend(image: RelightableImage, look: Look = Look()) -> Backend:
    """Decoding with the native renderer."""
    relighters = {target: Relighter(image, target, look=look) for target in ("unorm", "float")}
    return lambda told, target: relighters[target].frame(told)


def page_backend(
    image: RelightableImage, page: Page, number: int = 0, look: Look = Look()
) -> Backend:
    """Decoding with the viewer's page, in which the image is that of this number."""
    page.evaluate("changes => window.raking.setState(changes)", {"show": number, **asdict(look)})
    return lambda told, target: page_frame(page, image, told, target)


def page_frame(page: Page, image: RelightableImage, told: np.ndarray, target: str) -> np.ndarray:
    """The picture that the page decodes, [H, W, 3], fetched some rows at a time."""
    rows = max(1, PAGE_PIXELS // image.width)
    ends = [(first, min(first + rows, image.height)) for first in range(0, image.height, rows)]
    return np.concatenate([decode_rows(page, image.width, told, part, target) for part in ends])


def spread_lights(count: int) -> np.ndarray:
    """Light directions (x, y) spread evenly over the unit disc, every fifth of them on its rim:
    [count, 2] float32."""
    lights = sunflower(count)
    lights[4::5] /= np.linalg.norm(lights[4::5], axis=1, keepdims=True)
    return lights.astype(np.float32)


def spread_conditions(count: int, conditions: int) -> np.ndarray:
    """What a decoder is told: `spread_lights` or, with a view before each, [count, 4] float32.

    Views are spread alike, and paired so that low and high ones, and all sides, meet.
    """
    lights = spread_lights(count)
    if conditions == LIGHT:
        return lights
    views = np.random.default_rng(0).permutation(sunflower(count)).astype(np.float32)
    return np.concatenate([views, lights], axis=1)


def largest_random_image(kind: Kind, told: np.ndarray) -> tuple[RelightableImage, float]:
    """Random planes and a random decoder with weights as large as float32 bears.

    The weights are doubled for as long as PyTorch in float32 agrees with float64 within a quarter
    of an 8-bit step, for what its decoder is `told` [L, C]. Returns the image and the standard
    deviation of its weights.
    """
    best, scale = random_image(kind, 2**-4), 2**-4
    while scale < 2**10:
        larger = random_image(kind, scale * 2)
        if rounding_error(larger, told) > QUARTER_STEP:
            break
        best, scale = larger, scale * 2
    return best, scale


def random_image(kind: Kind, scale: float) -> RelightableImage:
    """Planes of uniform random levels, and a decoder with normal weights of deviation `scale`."""
    model, units, latents, conditions, has_relief, activation = kind
    random = np.random.default_rng(units * 100 + latents)

    def normal(*shape: int) -> np.ndarray:
        return random.normal(0, scale, shape).astype(np.float32)

    shapes = ((units, latents), (units, units), (3, units))
    low = -random.uniform(0.5, 8, latents).astype(np.float32)
    high = random.uniform(0.5, 8, latents).astype(np.float32)
    planes = random.integers(0, 256, (latents // 3, *RANDOM_SIZE, 3), np.uint8)
    decoder: Decoder
    if model == "hyper":
        light_network = [Layer(normal(FACTORS, SPHERE * conditions // LIGHT), normal(FACTORS))]
        first, second, third = (
            MixedLayer(normal(1 + FACTORS, *shape), normal(1 + FACTORS, shape[0]))
            for shape in shapes
        )
        layers = first, second, third
        decoder = HyperDecoder(light_network, layers, low, high, conditions, activation)
    else:
        first_shape = (units, latents + conditions)
        one, two, three = (
            Layer(normal(*shape), normal(shape[0])) for shape in (first_shape, *shapes[1:])
        )
        decoder = NeuralDecoder((one, two, three), low, high, conditions)
    levels = random.integers(0, 256, RANDOM_SIZE, np.uint8)
    relief = Relief(levels, *RANDOM_HEIGHTS) if has_relief else None
    return RelightableImage(decoder, planes, relief=relief)


def rounding_error(image: RelightableImage, conditions: np.ndarray) -> float:
    """The largest difference between PyTorch in float32 and in float64, raw."""
    singles = relight(image, conditions)
    doubles = relight(image, conditions, dtype=torch.float64)
    return max(
        float(np.abs(single - double).max())
        for single, double in zip(singles, doubles, strict=True)
    )
