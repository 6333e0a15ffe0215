"""Measuring: the scale bar and the ruler."""

import pytest

from .pictures import drag, middle, settle, state


def test_scale_bar_is_a_round_length_and_follows_the_zoom(open_viewer, lit) -> None:
    """Half a millimetre a pixel."""
    with open_viewer([lit], zoom=2) as page:
        bar = page.locator("#scalebar")
        for zoom, text, width in [(2, "2 cm", 80), (5, "1 cm", 100), (60, "1 mm", 120)]:
            page.evaluate("zoom => raking.setState({ zoom })", zoom)
            page.locator("#scalebar", has_text=text).wait_for()
            assert bar.inner_text() == text
            assert bar.bounding_box()["width"] == pytest.approx(width, abs=0.5)


def test_without_a_pixel_size_there_is_no_scale_bar(open_viewer, small) -> None:
    with open_viewer([small]) as page:
        assert not page.locator("#scalebar").is_visible()


@pytest.mark.parametrize(("image", "text"), [("lit", "10 mm"), ("small", "20.0 pixels")])
def test_ruler_measures_between_the_ends_of_a_drag(open_viewer, request, image, text) -> None:
    image = request.getfixturevalue(image)
    with open_viewer([image], 1440, 900, zoom=5, light="0,0") as page:
        page.get_by_role("button", name="Measure").click()
        x, y = middle(page.locator("#picture"))
        drag(page, (x - 50, y - 20), (x + 30, y + 40))  # 100 pixels of the screen
        assert page.locator("#length").inner_text() == text.replace("10 mm", "1 cm")
        assert state(page, "light") == [0, 0]
        assert state(page, "ruler") == pytest.approx([22, 20, 38, 32], abs=0.2)
        end = page.get_by_role("button", name="Second end of the ruler")
        end.press("Shift+ArrowRight")
        assert state(page, "ruler") == pytest.approx([22, 20, 40, 32], abs=0.2)
        assert state(page, "light") == [0, 0]
        drag(page, middle(end), (x - 50, y + 100))
        assert state(page, "ruler") == pytest.approx([22, 20, 22, 44], abs=0.2)
        drag(page, (x, y - 100), (x + 40, y - 100))
        assert state(page, "light")[0] > 0.05
        settle(page)
        page.reload()
        page.evaluate("raking.ready")
        assert state(page, "ruler") == pytest.approx([22, 20, 22, 44], abs=0.2)
        page.get_by_role("button", name="Measure").click()
        assert not end.is_visible()
        assert state(page, "ruler") is None


def test_the_ruler_lies_on_the_same_part_of_another_image(open_viewer, small, large) -> None:
    with open_viewer([large, small], 700, 600) as page:
        width, height = (page.evaluate("raking.info()")[key] for key in ("width", "height"))
        ruler = [width / 4, height / 4, width / 2, height]
        page.evaluate("ruler => raking.setState({ ruler })", ruler)
        assert state(page, "ruler") == ruler
        page.keyboard.press("n")
        page.wait_for_function("() => raking.info().width === 64")
        width, height = (page.evaluate("raking.info()")[key] for key in ("width", "height"))
        assert (width, height) == (64, 48)
        assert state(page, "ruler") == pytest.approx([16, 12, 32, 48])
