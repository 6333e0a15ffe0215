"""What the page tells of its own work: tiles, memory, and how coarsely it decodes."""

from playwright.sync_api import expect

from .pictures import settle


def test_readout_tells_tiles_and_memory(open_viewer, small) -> None:
    with open_viewer([small], 1440, 900) as page:
        settle(page)
        readout = page.locator("#readout")  # written now and then, not with each frame
        status = page.evaluate("raking.status()")
        memory = f"{status['bytes'] / 2**20:.0f} of {status['budget'] / 2**20:.0f} MB"
        expect(readout).to_contain_text(memory)
        expect(readout).to_contain_text(f"{status['tiles']} tile")


def test_decoding_scale_is_shown_while_it_is_coarse(open_viewer, large) -> None:
    # No machine decodes a frame in a millisecond, as this target would have it.
    with open_viewer([large], 700, 700, zoom=1, target=1000) as page:
        coarse = page.get_by_text("% resolution")
        assert not coarse.is_visible()
        page.mouse.move(300, 300)
        page.mouse.down()
        for step in range(60):
            page.mouse.move(300 + step, 300)
            page.wait_for_timeout(20)
            if coarse.is_visible():
                break
        assert coarse.is_visible()
        page.mouse.up()
        coarse.wait_for(state="hidden")
