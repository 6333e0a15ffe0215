"""Notes and bookmarks in the page, with hands on its controls, and the server that writes them."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from renderer.image.notes import NOTES, put_note, read_notes
from webviewer.server import ViewerServer
from webviewer.site import write_site

from .hosts import serve
from .pictures import drag
from .test_accessibility import assert_accessible

SIZES = [(1366, 768), (390, 844)]


@pytest.fixture
def image(lit: Path, tmp_path: Path) -> Path:
    """An image of 64 x 48 pixels, half a millimetre each, to write notes on."""
    return shutil.copytree(lit, tmp_path / "image")


@contextmanager
def opened(page: Page, server: ViewerServer, **parameters) -> Iterator[Page]:
    page.goto(server.url(**parameters))
    page.evaluate("raking.ready")
    yield page


def the_panel(page: Page):
    panel = page.get_by_role("region", name="Notes")
    if not panel.is_visible():
        page.keyboard.press("w")
    panel.wait_for()
    return panel


def write(panel, text: str) -> None:
    panel.get_by_label("Text of the note").fill(text)
    panel.get_by_role("button", name="Save").click()


def texts(image: Path) -> list[str]:
    return [note["body"]["value"] for note in read_notes(image)["items"]]


def add_bookmarks(image: Path, settings: list[str]) -> None:
    for number, text in enumerate(settings, start=1):
        note = {
            "id": f"urn:uuid:{uuid4()}",
            "type": "Annotation",
            "motivation": "bookmarking",
            "body": {"type": "TextualBody", "value": f"Stop {number}"},
            "target": {
                "source": "info.json",
                "state": {"type": "State", "value": text},
            },
        }
        put_note(image, json.dumps(note), note["id"], None)


# Writing


def test_notes_of_every_kind_are_made_stored_and_shown_again(take_page, image: Path) -> None:
    with ViewerServer([image], notes=True) as server, take_page(1200, 800) as page:
        with opened(page, server, zoom=8, center="32,24"):
            panel = the_panel(page)
            box = page.locator("#picture").bounding_box()
            middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]

            def at(x: float, y: float) -> tuple[float, float]:
                return middle[0] + 8 * (x - 32), middle[1] + 8 * (y - 24)

            strokes = {
                "Point": [(40, 10)],
                "Rectangle": [(30, 20), (50, 30)],
                "Outline": [(30, 35), (40, 35), (35, 45)],
                "Length": [(30, 40), (50, 40)],
            }
            for kind, (first, *others) in strokes.items():
                panel.get_by_role("button", name=kind, exact=True).click()
                panel.get_by_text("Draw on the picture").wait_for()
                page.mouse.move(*at(*first))
                page.mouse.down()
                for place in others:
                    page.mouse.move(*at(*place))
                page.mouse.up()
                write(panel, f"{kind} <b>ڪتابت</b>")
                panel.get_by_text("Saved.").wait_for()
            panel.get_by_role("button", name="Bookmark", exact=True).click()
            write(panel, "From the left")
            expect(page.get_by_role("button", name="Notes 5")).to_be_visible()
        items = read_notes(image)["items"]
        selectors = [item["target"].get("selector") for item in items]
        assert abs(selectors[0]["x"] - 40) < 0.2
        assert abs(selectors[0]["y"] - 10) < 0.2
        assert selectors[1]["value"] == "xywh=pixel:30,20,20,10"
        assert "<polygon " in selectors[2]["value"]
        assert "<polyline " in selectors[3]["value"]
        assert items[4]["target"]["state"]["value"].startswith("zoom=8&center=32,24&canvas=")
        page.goto("about:blank")
        with opened(page, server, zoom=8, center="32,24"):
            expect(page.locator(".badge")).to_have_count(4)
            panel = the_panel(page)
            entries = panel.locator("li")
            expect(entries).to_have_count(5)
            expect(entries.first).to_contain_text("Point <b>ڪتابت</b>")
            expect(entries.nth(3)).to_contain_text("Length 1 cm")
            assert entries.locator("b").count() == 0
            page.locator(".badge").nth(1).click()
            expect(entries.nth(1).get_by_role("button")).to_have_attribute("aria-current", "true")


def test_all_by_key(take_page, image: Path) -> None:
    server = ViewerServer([image], notes=True)
    with server, take_page(1200, 800) as page, opened(page, server):
        panel = the_panel(page)
        for kind in ("Rectangle", "Point"):
            panel.get_by_role("button", name=kind, exact=True).focus()
            page.keyboard.press("Enter")
            page.keyboard.type(f"By key {kind}")
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            panel.get_by_text("Saved.").wait_for()
        entry = panel.get_by_role("button", name="By key Point")
        entry.focus()
        page.keyboard.press("Enter")
        panel.get_by_role("button", name="Move up").focus()
        page.keyboard.press("Enter")
        expect(panel.locator("li").first).to_contain_text("By key Point")
        panel.get_by_role("button", name="Edit").focus()
        page.keyboard.press("Enter")
        page.keyboard.type(" again")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(panel.locator("li").first).to_contain_text("again")
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
    assert sorted(texts(image)) == ["By key Point again", "By key Rectangle"]
    points = read_notes(image)["items"][0]["target"]["selector"]
    np.testing.assert_allclose([points["x"], points["y"]], [32, 24], atol=0.1)


def test_two_pages_at_once_lose_neithers(take_page, image: Path) -> None:
    with (
        ViewerServer([image], notes=True) as server,
        take_page(1200, 800) as one,
        take_page(1200, 800) as two,
        opened(one, server),
        opened(two, server),
    ):
        panels = [the_panel(one), the_panel(two)]
        for number, panel in enumerate(panels):
            panel.get_by_role("button", name="Bookmark", exact=True).click()
            write(panel, f"of page {number}")
            panel.get_by_text("Saved.").wait_for()
        assert texts(image) == ["of page 0", "of page 1"]
        # Both change the same note, which page 0 does not know to be another by now.
        for panel in panels:
            panel.get_by_role("button", name="of page 0").click()
            panel.get_by_role("button", name="Edit").click()
        write(panels[1], "changed by 1")
        panels[1].get_by_text("Saved.").wait_for()
        write(panels[0], "changed by 0")
        panels[0].get_by_text("both are kept").wait_for()
        assert sorted(texts(image)) == ["changed by 0", "changed by 1", "of page 1"]
        expect(panels[0].locator("li")).to_have_count(3)


def test_a_text_begun_on_one_image_is_saved_to_it(take_page, image: Path, tmp_path: Path) -> None:
    other = shutil.copytree(image, tmp_path / "other")
    server = ViewerServer([image, other], notes=True)
    with server, take_page(1200, 800) as page, opened(page, server):
        panel = the_panel(page)
        panel.get_by_role("button", name="Point", exact=True).focus()
        page.keyboard.press("Enter")
        page.evaluate("raking.setState({ show: 1, exposure: 1 })")
        expect(page.locator(".badge")).to_have_count(0)
        write(panel, "Of the first")
        panel.get_by_text("Saved.").wait_for()
        expect(panel.locator("li")).to_have_count(0)
    assert texts(image) == ["Of the first"]
    assert not (other / NOTES).exists()


def test_without_the_token_notes_are_saved_by_download(take_page, image: Path) -> None:
    add_bookmarks(image, ["light=0.5,0"])
    with ViewerServer([image]) as server, take_page(1200, 800) as page, opened(page, server):
        panel = the_panel(page)
        panel.get_by_text("Write").click()
        panel.get_by_role("button", name="Point", exact=True).focus()
        page.keyboard.press("Enter")
        write(panel, "Mine")
        panel.get_by_text("Kept until").wait_for()
        with page.expect_download() as download:
            panel.get_by_role("button", name="Download").click()
        assert download.value.suggested_filename == NOTES
        saved = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert [item["body"]["value"] for item in saved["items"]] == ["Stop 1", "Mine"]
    assert texts(image) == ["Stop 1"]


def test_a_drawing_that_is_given_up_leaves_nothing(take_page, image: Path) -> None:
    server = ViewerServer([image], notes=True)
    with server, take_page(1200, 800) as page, opened(page, server):
        panel = the_panel(page)
        for kind in ("Rectangle", "Outline"):  # the second takes the first one's place
            panel.get_by_role("button", name=kind, exact=True).click()
        expect(page.locator("#marks.drawing")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#marks.drawing")).to_have_count(0)
        expect(panel).to_be_visible()
        before = page.evaluate("raking.state()")["light"]
        drag(page, (700, 300), (760, 340))
        assert page.evaluate("raking.state()")["light"] != before
        expect(page.locator("#marks polyline, .badge")).to_have_count(0)
    assert not (image / NOTES).exists()


# Reading


def test_a_bookmark_leads_back_to_what_was_seen(take_page, image: Path) -> None:
    with ViewerServer([image], notes=True) as server, take_page(1200, 800) as page:
        seen = {"light": "-0.4,0.3", "zoom": 6, "center": "20,30", "rotation": 90, "exposure": 1}
        with opened(page, server, **seen):
            before = page.evaluate("raking.state()")
            panel = the_panel(page)
            panel.get_by_role("button", name="Bookmark", exact=True).click()
            write(panel, "Here")
            panel.get_by_text("Saved.").wait_for()
            away = {"light": "0,0", "zoom": "", "center": "", "rotation": 0, "exposure": 0}
            page.evaluate("away => raking.setState({ ...away, gamma: 2 })", away)
            panel.get_by_role("button", name="Here").click()
            page.wait_for_function("raking.state().zoom === 6")
            assert page.evaluate("raking.state()") == before


def test_a_tour_plays_the_bookmarks_in_order(take_page, image: Path) -> None:
    add_bookmarks(image, ["light=0.5,0", "light=0,0.5&exposure=1", "light=-0.5,0"])
    with ViewerServer([image]) as server, take_page(1200, 800) as page, opened(page, server):
        the_panel(page).get_by_role("button", name="Play").click()
        tour = page.get_by_role("group", name="Tour")
        for number, light in enumerate([[0.5, 0], [0, 0.5], [-0.5, 0]], start=1):
            tour.get_by_text(f"{number} / 3 Stop {number}").wait_for()
            page.wait_for_function(
                "light => raking.state().light.join() === light.join()", arg=light
            )
            assert_accessible(page)
            page.keyboard.press("Enter")
        expect(tour).to_be_hidden()
        assert page.evaluate("raking.state()")["exposure"] == 0


def test_a_site_on_any_host_shows_them(take_page, image: Path, small: Path, tmp_path: Path) -> None:
    add_bookmarks(image, ["light=0.5,0"])
    write_site([image, small], tmp_path / "site")
    with serve(tmp_path / "site") as address, take_page(1200, 800) as page:
        page.goto(address)
        page.evaluate("raking.ready")
        page.get_by_role("button", name="Notes 1").wait_for()
        page.evaluate("raking.setState({ show: 1 })")
        expect(page.get_by_role("button", name="Notes", exact=True)).to_be_visible()
        expect(the_panel(page).locator("li")).to_have_count(0)


@pytest.mark.parametrize("text", ["{", '{"items": 7}', '{"items": [7]}', ""])
def test_a_damaged_file_is_told_when_it_is_asked_for(
    take_page, image: Path, small: Path, text: str
) -> None:
    (image / NOTES).write_text(text)
    with ViewerServer([image]) as server, take_page(1200, 800) as page, opened(page, server):
        page.keyboard.press("w")
        page.get_by_role("region", name="Notes").get_by_text("could not be done").wait_for()
        assert page.evaluate("raking.info()")["width"] == 64


def test_notes_of_others_are_shown_as_text(take_page, image: Path) -> None:
    others = [
        {"id": "https://example.org/1", "body": "x", "target": "info.json"},
        {
            "id": "https://example.org/2",
            "type": "Annotation",
            "body": [{"type": "TextualBody", "format": "text/html", "value": "<img src=x>"}],
            "target": {
                "selector": {"type": "SvgSelector", "value": '<svg><polygon points="1,1 9,9 1,9"/>'}
            },
        },
        {
            "id": '"><script>1</script>',
            "body": {"value": "Odd"},
            "target": [{"selector": [{"type": "FragmentSelector", "value": "xywh=1,2,3,4"}]}],
        },
        {"target": {"selector": {"type": "PointSelector", "x": "a", "y": None}}},
        {"target": {"selector": {"type": "SvgSelector", "value": '<svg points="1,x"/>'}}},
        {},
    ]
    (image / NOTES).write_text(json.dumps({"items": others}))
    with ViewerServer([image]) as server, take_page(1200, 800) as page, opened(page, server):
        expect(page.locator(".badge")).to_have_count(2)
        panel = the_panel(page)
        expect(panel.locator("li").first).to_have_text(re.compile("<img src=x>$"))
        assert panel.locator("img, script").count() == 0


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_in_the_panel(take_page, image: Path, size) -> None:
    add_bookmarks(image, ["light=0.5,0"])
    server = ViewerServer([image], notes=True)
    with server, take_page(*size) as page, opened(page, server):
        panel = the_panel(page)
        panel.get_by_role("button", name="Stop 1").click()
        panel.get_by_role("button", name="Edit").click()
        assert_accessible(page)


def test_three_hundred_bookmarks_do_no_more_work_than_their_number(take_page, image: Path) -> None:
    """Choosing one makes no list anew, moving the picture none of the bookmarks."""
    page_of_300 = {"items": []}
    add_bookmarks(image, ["light=0.5,0"])
    (one,) = read_notes(image)["items"]
    page_of_300["items"] = [{**one, "id": f"urn:uuid:{uuid4()}"} for _ in range(300)]
    (image / NOTES).write_text(json.dumps(page_of_300))
    with ViewerServer([image]) as server, take_page(1200, 800) as page, opened(page, server):
        page.get_by_role("button", name="Notes 300").wait_for()
        panel = the_panel(page)
        expect(panel.locator("li")).to_have_count(300)
        page.evaluate(
            """() => {
                window.changes = 0;
                const { shadowRoot } = document.querySelector('raking-viewer');
                const all = { subtree: true, childList: true, attributes: true };
                new MutationObserver(list => { changes += list.length; })
                    .observe(shadowRoot.querySelector('.side'), all);
            }"""
        )
        panel.locator("li button").nth(250).click()
        page.wait_for_function("raking.state().light[0] === 0.5")
        page.mouse.move(700, 300)
        page.mouse.wheel(0, -300)
        page.wait_for_function("raking.state().zoom > 0")
        assert 1 <= page.evaluate("changes") < 20


# The facts


def test_the_facts_are_text_and_the_licence_a_link(take_page, image: Path) -> None:
    info = json.loads((image / "info.json").read_text())
    info["raking"]["facts"] = {"maker": "<i>Ur</i>", "licence": "CC-BY-4.0", "description": "a\nb"}
    (image / "info.json").write_text(json.dumps(info))
    for size in SIZES:
        with ViewerServer([image]) as server, take_page(*size) as page, opened(page, server):
            page.keyboard.press("i")
            dialog = page.get_by_role("dialog", name="A small relief")
            dialog.get_by_text("<i>Ur</i>").wait_for()
            link = dialog.get_by_role("link", name="CC-BY-4.0")
            assert link.get_attribute("href") == "https://spdx.org/licenses/CC-BY-4.0.html"
            assert not dialog.get_by_text("Credit").count()
            assert_accessible(page)
            with page.context.expect_page() as leaf:
                link.click()
            leaf.value.close()
            dialog.get_by_role("button", name="Close").click()
            expect(dialog).to_have_count(0)
