"""Finding Chromium, starting it on a named renderer, and opening one page in it."""

import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from shaders.errors import RakingError

RENDERERS = ("auto", "gpu", "llvmpipe", "swiftshader")
EXECUTABLES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SOFTWARE = ("swiftshader", "llvmpipe", "softpipe", "swrast", "basic render")
NATIVE_ANGLE = {"darwin": "metal", "win32": "d3d11"}.get(sys.platform, "gl-egl")
UNCAPPED = ("--disable-gpu-vsync", "--disable-frame-rate-limit")
LOAD_TIMEOUT_MS = 60_000
CLOCKS = Path(__file__).with_name("clocks.js")
MESA_EGL = Path("/usr/share/glvnd/egl_vendor.d/50_mesa.json")

READ_RENDERER = """() => {
    const gl = document.createElement("canvas").getContext("webgl2");
    if (!gl) return null;
    const names = gl.getExtension("WEBGL_debug_renderer_info");
    const name = gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
    gl.getExtension("WEBGL_lose_context")?.loseContext();
    return name;
}"""

# A page that changes nothing gets no uncapped frames, so each callback draws.
MEASURE_FRAME_INTERVAL = """async () => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 16;
    canvas.style.cssText = "position: fixed; left: 0; top: 0; z-index: 1000";
    document.body.append(canvas);
    const context = canvas.getContext("2d");
    const nextFrame = () => new Promise(requestAnimationFrame);
    const times = [];
    while (times.length < 61) {
        await nextFrame();
        times.push(performance.now());
        context.fillStyle = times.length % 2 ? "black" : "white";
        context.fillRect(0, 0, 16, 16);
    }
    canvas.remove();
    const intervals = times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b);
    return intervals[intervals.length >> 1];
}"""


def find_chromium() -> Path:
    """The browser's executable: RAKING_CHROMIUM if set, else the first of EXECUTABLES on PATH.

    Raises RakingError when there is none.
    """
    named = os.environ.get("RAKING_CHROMIUM")
    if named:
        found = shutil.which(named)
        if not found:
            raise RakingError(
                f"RAKING_CHROMIUM names {named}, which is not an executable file: "
                "correct it, or unset it to use the Chromium on PATH."
            )
        return Path(found)
    for name in EXECUTABLES:
        if found := shutil.which(name):
            return Path(found)
    raise RakingError(
        "Chromium was not found: install it (Debian and Ubuntu: apt install chromium), "
        "or set RAKING_CHROMIUM to its executable."
    )


def launch_flags(renderer: str, uncapped: bool = False) -> list[str]:
    """Chromium's flags for one renderer: "gpu", "llvmpipe" or "swiftshader"."""
    if renderer == "swiftshader":
        flags = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
    else:
        angle = NATIVE_ANGLE if renderer == "gpu" else "gl-egl"
        flags = [f"--use-angle={angle}", "--ignore-gpu-blocklist"]
    # A software frame may take longer than the watchdog's patience, and would lose the context.
    flags.append("--disable-gpu-watchdog")
    if uncapped:
        flags += UNCAPPED
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")
    return flags


def launch_environment(renderer: str) -> dict[str, str]:
    """The environment to start Chromium in; llvmpipe is forced even where there is a GPU."""
    environment = dict(os.environ)
    if renderer == "llvmpipe":
        environment["LIBGL_ALWAYS_SOFTWARE"] = "1"
        if MESA_EGL.exists():
            environment["__EGL_VENDOR_LIBRARY_FILENAMES"] = str(MESA_EGL)
    return environment


def renderer_kind(name: str) -> str:
    """ "llvmpipe", "swiftshader", "gpu", or "software" for another software rasterizer."""
    found = next((word for word in SOFTWARE if word in name.lower()), None)
    if found is None:
        return "gpu"
    return found if found in RENDERERS else "software"


def page_sentence(error: Exception) -> str:
    """What a Playwright error says to a user: its first line without the names of calls."""
    lines = str(error).strip().splitlines() or ["no reason was given"]
    sentence = lines[0]
    while (head := sentence.partition(": "))[2] and (
        head[0].endswith("Error") or head[0].startswith(("Page.", "Browser", "Frame."))
    ):
        sentence = head[2]
    return sentence


def read_renderer(page: Page) -> str:
    """The page's UNMASKED_RENDERER string; RakingError when there is no WebGL2."""
    name = page.evaluate(READ_RENDERER)
    if name is None:
        raise RakingError(
            "Chromium gives no WebGL2 context with this renderer: "
            "choose another with --renderer (swiftshader needs no graphics driver)."
        )
    return str(name)


def check_renderer(page: Page, renderer: str) -> str:
    """Returns the UNMASKED_RENDERER string; RakingError if it is not the renderer asked for.

    "auto" accepts whatever is there.
    """
    name = read_renderer(page)
    if renderer not in ("auto", renderer_kind(name)):
        remedy = {
            "gpu": "check the graphics driver, or choose --renderer llvmpipe or swiftshader",
            "llvmpipe": "install Mesa's software driver (Debian and Ubuntu: apt install "
            "libegl1 libgl1-mesa-dri), or choose --renderer swiftshader",
        }.get(renderer, "choose another with --renderer")
        raise RakingError(
            f"The renderer {renderer} was asked for, but Chromium draws with {name}: {remedy}."
        )
    return name


def measure_frame_interval(page: Page) -> float:
    """Median milliseconds between animation frames of a page that has almost nothing to draw."""
    return float(page.evaluate(MEASURE_FRAME_INTERVAL))


class _Driver(threading.local):
    """What Playwright drives browsers with; a thread may have one of it at a time."""

    running: Playwright | None = None


_driver = _Driver()


@contextmanager
def start_driver() -> Iterator[Playwright]:
    """The thread's driver, started unless a browser around this one has it running."""
    if _driver.running:
        yield _driver.running
        return
    with sync_playwright() as playwright:
        _driver.running = playwright
        try:
            yield playwright
        finally:
            _driver.running = None


@contextmanager
def start_browser(renderer: str, uncapped: bool = False) -> Iterator[Browser]:
    """A fresh headless browser process on a renderer other than "auto".

    Raises RakingError when it cannot start, and for any browser error while it is in use.
    """
    executable = find_chromium()
    with start_driver() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=executable,
                args=launch_flags(renderer, uncapped),
                env={**launch_environment(renderer)},
                handle_sigint=False,
            )
        except PlaywrightError as error:
            raise RakingError(
                f"Chromium at {executable} could not start ({page_sentence(error)}): "
                "check that it runs by hand, or set RAKING_CHROMIUM to another."
            ) from error
        try:
            yield browser
        except PlaywrightError as error:
            raise RakingError(f"The page failed in the browser: {page_sentence(error)}") from error
        finally:
            browser.close()


@cache
def resolve_renderer(renderer: str) -> str:
    """ "auto" made definite: a real GPU where there is one, else llvmpipe, else SwiftShader."""
    if renderer not in RENDERERS:
        raise RakingError(f"There is no renderer {renderer}: choose one of {', '.join(RENDERERS)}.")
    if renderer != "auto":
        return renderer
    for candidate in ("gpu", "llvmpipe"):
        with start_browser(candidate) as browser:
            name = browser.new_page().evaluate(READ_RENDERER)
        if name and renderer_kind(name) in ("gpu", "llvmpipe"):
            return renderer_kind(name)
    return "swiftshader"


@contextmanager
def open_page(
    url: str,
    renderer: str = "auto",
    width: int = 1280,
    height: int = 800,
    uncapped: bool = False,
) -> Iterator[Page]:
    """A page at `url` in a fresh browser process, as `show_page` has it.

    `uncapped` asks for frames faster than the display's rate (measure_frame_interval tells
    whether that worked). Raises RakingError when Chromium is missing or cannot start, and for
    whatever `show_page` does.
    """
    renderer = resolve_renderer(renderer)
    with (
        start_browser(renderer, uncapped) as browser,
        show_page(browser, url, renderer, width, height) as page,
    ):
        yield page


@contextmanager
def show_page(
    browser: Browser, url: str, renderer: str = "auto", width: int = 1280, height: int = 800
) -> Iterator[Page]:
    """A page of a browser at `url`, its viewport `width` x `height` device pixels, with the clocks
    of `clocks.js`.

    Raises RakingError when WebGL2 is missing or drawn by another renderer than asked for.
    """
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1)
    check_renderer(page, renderer)
    page.add_init_script(path=CLOCKS)
    page.goto(url, timeout=LOAD_TIMEOUT_MS)
    yield page
    page.close()
