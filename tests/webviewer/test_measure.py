"""The page's clocks and its decoded rows, which the bench and verify read."""

import base64

import numpy as np
import pytest

ROWS = "([light, y0, y1, target]) => raking.decodeRows(light, y0, y1, target)"


def test_decode_clock_counts_frames_and_pixels(open_viewer, large) -> None:
    with open_viewer([large], 300, 200, ui="off", zoom=1, center="100,100", tiling="off") as page:
        whole = page.evaluate("rakingClocks.measureDecode({ seconds: 0.5, maxSeconds: 5 })")
        page.evaluate("raking.setState({ tiling: 'on' })")
        seen = page.evaluate("rakingClocks.measureDecode({ seconds: 0.2, warmup: 3 })")
    assert whole["decodedPixelsPerFrame"] == 700 * 600
    assert seen["decodedPixelsPerFrame"] == 251 * 201  # what is in sight, and a pixel around it
    for found in (whole, seen):
        assert found["framesTotal"] == sum(sample["frames"] for sample in found["samples"]) > 0
        assert all(sample["ms"] >= 250 for sample in found["samples"])


def test_decode_clock_stops_in_time_with_one_batch(open_viewer, small) -> None:
    with open_viewer([small]) as page:
        found = page.evaluate("rakingClocks.measureDecode({ seconds: 60, maxSeconds: 0.01 })")
    assert len(found["samples"]) == 1


def test_frames_are_those_of_the_viewers_own_loop(open_viewer, large) -> None:
    with open_viewer([large], 300, 200, ui="off", zoom=1, adaptive="off", light="0.1,0") as page:
        before = page.evaluate("raking.counts()")["frames"]
        found = page.evaluate("rakingClocks.measureFrames({ seconds: 0.5, maxSeconds: 5 })")
        drawn = page.evaluate("raking.counts()")["frames"] - before
        light = page.evaluate("raking.state()")["light"]
    assert found["frames"] == len(found["intervals"]) <= drawn
    assert found["seconds"] == pytest.approx(sum(found["intervals"]) / 1000)
    assert found["seconds"] >= 0.5
    assert found["scale"] == 1
    assert found["decodedPixelsPerFrame"] > 300 * 200
    assert light == [0.1, 0]


@pytest.mark.parametrize("tiling", ["on", "off"])
def test_rows_are_the_decoders(open_viewer, large, relight, tiling) -> None:
    light, y0, y1 = (-0.5, 0.4), 500, 530
    with open_viewer([large], 300, 200, ui="off", tiling=tiling) as page:
        unorm = page.evaluate(ROWS, [light, y0, y1, "unorm"])
        raw = page.evaluate(ROWS, [light, y0, y1, "float"])
    expected = relight(large, light)[y0:y1].astype(int)
    levels = np.frombuffer(base64.b64decode(unorm), np.uint8).reshape(y1 - y0, 700, 4)
    values = np.frombuffer(base64.b64decode(raw), np.float32).reshape(y1 - y0, 700, 4)
    assert np.abs(levels[..., :3] - expected).max() <= 1
    assert np.abs(np.clip(values[..., :3], 0, 1) * 255 - expected).max() <= 0.6
    assert values[..., :3].min() < 0 or values[..., :3].max() > 1


def test_rows_outside_the_image_are_refused(open_viewer, small) -> None:
    with open_viewer([small]) as page:
        failure = page.evaluate(
            "raking.decodeRows([0, 0], 40, 60, 'unorm').then(() => null, error => error.message)"
        )
    assert "48" in failure
