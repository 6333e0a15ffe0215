"""Starting Chromium: on the renderer asked for, or not at all and with a clear sentence."""

import pytest

from bench.common import browser
from bench.common.browser import (
    check_renderer,
    find_chromium,
    launch_flags,
    measure_frame_interval,
    open_page,
    page_sentence,
    renderer_kind,
)
from shaders.errors import RakingError

pytestmark = pytest.mark.usefixtures("driver")

LLVMPIPE = "ANGLE (Mesa/X.org, llvmpipe (LLVM 15.0.6 256 bits), OpenGL ES 3.2)"
SWIFTSHADER = "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)))"
NVIDIA = "ANGLE (NVIDIA Corporation, NVIDIA H100/PCIe/SSE2, OpenGL ES 3.2)"


class NamedPage:
    """A page whose WebGL2 renderer has the given name."""

    def __init__(self, name):
        self.name = name

    def evaluate(self, script):
        return self.name


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (LLVMPIPE, "llvmpipe"),
        (SWIFTSHADER, "swiftshader"),
        (NVIDIA, "gpu"),
        ("ANGLE (Microsoft, Microsoft Basic Render Driver, D3D11)", "software"),
    ],
)
def test_renderer_kind(name, kind):
    assert renderer_kind(name) == kind


@pytest.mark.parametrize(
    ("name", "asked"), [(LLVMPIPE, "gpu"), (SWIFTSHADER, "llvmpipe"), (NVIDIA, "swiftshader")]
)
def test_another_renderer_is_refused_by_name(name, asked):
    with pytest.raises(RakingError) as error:
        check_renderer(NamedPage(name), asked)
    assert asked in str(error.value)
    assert name in str(error.value)


def test_the_renderer_asked_for_is_returned():
    assert check_renderer(NamedPage(LLVMPIPE), "llvmpipe") == LLVMPIPE
    assert check_renderer(NamedPage(NVIDIA), "auto") == NVIDIA


def test_missing_webgl2_is_a_sentence():
    with pytest.raises(RakingError, match="no WebGL2"):
        check_renderer(NamedPage(None), "auto")


def test_no_chromium_is_a_sentence(monkeypatch, tmp_path):
    monkeypatch.delenv("RAKING_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RakingError, match=r"Chromium was not found: install it .*RAKING_CHROMIUM"):
        find_chromium()


def test_wrong_chromium_variable_is_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("RAKING_CHROMIUM", str(tmp_path / "nothing"))
    with pytest.raises(RakingError, match=r"RAKING_CHROMIUM names .*nothing"):
        find_chromium()


def test_a_chromium_that_cannot_start_is_a_sentence(monkeypatch):
    monkeypatch.setenv("RAKING_CHROMIUM", "false")
    with (
        pytest.raises(RakingError, match="could not start"),
        open_page("about:blank", "swiftshader"),
    ):
        pass


def test_unknown_renderer_is_a_sentence():
    with pytest.raises(RakingError, match="no renderer voodoo"), open_page("", "voodoo"):
        pass


def test_sandbox_is_left_only_for_root(monkeypatch):
    monkeypatch.setattr(browser.os, "geteuid", lambda: 1000, raising=False)
    assert "--no-sandbox" not in launch_flags("gpu")
    monkeypatch.setattr(browser.os, "geteuid", lambda: 0, raising=False)
    assert "--no-sandbox" in launch_flags("gpu")


def test_a_page_error_becomes_its_own_first_line():
    error = RuntimeError("Page.evaluate: TypeError: The file is: torn.\n    at eval (<anonymous>)")
    assert page_sentence(error) == "The file is: torn."


@pytest.mark.long
def test_real_page_has_the_viewport_the_renderer_and_uncapped_frames():
    with open_page("about:blank", "swiftshader", 1000, 700, uncapped=True) as page:
        assert "SwiftShader" in check_renderer(page, "swiftshader")
        assert page.evaluate("[innerWidth, innerHeight, devicePixelRatio]") == [1000, 700, 1]
        assert measure_frame_interval(page) < 16


def test_errors_of_a_real_page_are_sentences():
    with (
        pytest.raises(RakingError, match=r"failed in the browser: Nothing to show\.$"),
        open_page("about:blank", "swiftshader") as page,
    ):
        page.evaluate("() => { throw new Error('Nothing to show.'); }")
