"""The page that reviews a calibration, with hands on it, and the server behind it."""

import http.client
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from trainer.calibration.calibrate import Settings, calibrate
from trainer.calibration.record import stored_record, write_calibration
from trainer.calibration.review import Review, review_of
from trainer.calibration.shots import photographs_in
from trainer.calibration.views import read_shots
from trainer.running.plan import Plan
from trainer.sample.tabletop import Tabletop, write_tabletop
from webviewer.review_server import PAGE, ReviewServer

from .pictures import drag
from .test_accessibility import assert_accessible
from .test_words import PLACE, sentences_of_the_code


@pytest.fixture(scope="session")
def found(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("review") / "table"
    write_tabletop(folder, Tabletop(360, 270, seed=5, lights=10))
    shots = read_shots(photographs_in(folder / "photographs", pytest.fail))
    return calibrate(shots, Settings(), Plan())


@pytest.fixture
def review(found) -> Review:
    return review_of(found, Path("photographs"))


@pytest.fixture
def server(review: Review, tmp_path: Path) -> Iterator[ReviewServer]:
    def accept() -> str:
        write_calibration(review.result, tmp_path / "lights", {})
        return "Wrote lights."

    with ReviewServer(review, accept) as server:
        yield server


def opened(page: Page, server: ReviewServer) -> Page:
    page.goto(server.url)
    page.get_by_text("10 of 10 photographs have a light").wait_for()
    return page


def mark(page: Page, sphere: int):
    return page.get_by_role("button", name=f"Highlight on sphere {sphere}")


@pytest.mark.parametrize("size", [(1366, 850), pytest.param((390, 844), marks=pytest.mark.long)])
def test_axe_finds_nothing_on_the_review(take_page, server, size) -> None:
    with take_page(*size) as page:
        opened(page, server)
        assert_accessible(page)
        page.get_by_role("button", name="Reject this highlight").first.click()
        expect(page.get_by_role("button", name="Undo all")).to_be_enabled()
        assert_accessible(page)


# Every text and label of the page.
READ_ALL = r"""() => {
    const texts = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) found.push(texts.currentNode.data);
    for (const element of document.querySelectorAll('[aria-label], [alt]')) {
        found.push(element.getAttribute('aria-label') ?? element.alt);
    }
    return found.map(text => text.trim().replace(/\s+/g, ' ')).filter(text => /\p{L}/u.test(text));
}"""


def test_the_tables_have_what_the_page_says() -> None:
    code = [file.read_text() for file in PAGE.glob("*.js")]
    markup = re.sub(r"\s+", " ", (PAGE / "index.html").read_text())
    tables = [json.loads(file.read_text()) for file in (PAGE / "words").glob("*.json")]
    assert len(tables) == len(list((PAGE / "words" / "problems").glob("*.json"))) == 4
    for table in tables:
        spoken = {PLACE.sub("{}", sentence) for sentence in table}
        assert sentences_of_the_code(code) <= spoken
        assert all(text in markup for text in spoken - sentences_of_the_code(code))
        for sentence, own in table.items():
            assert sorted(PLACE.findall(own)) == sorted(PLACE.findall(sentence)), own


@pytest.mark.parametrize("lang", ["de", pytest.param("it", marks=pytest.mark.long)])
def test_the_review_speaks_the_languages_of_the_viewer(take_page, server, lang) -> None:
    table, below = (
        json.loads((PAGE / folder / f"{lang}.json").read_text())
        for folder in ("words", "words/problems")
    )
    texts = [*table.values(), *below.values()]
    own = [re.compile(re.sub(r"\\{\d\\}", ".+?", re.escape(text))) for text in texts]
    names = re.compile(r"image\d\d(\.\w+)?|photographs|± [\d.]+°")
    with take_page(1366, 850) as page:
        page.goto(server.url.replace("#", f"?lang={lang}#"))
        page.get_by_role("button", name=table["Reject this highlight"]).first.click()
        page.get_by_text(below["rejected by hand"]).first.wait_for()
        page.get_by_role("button", name=table["As found"]).first.click()
        for text in page.evaluate(READ_ALL):
            parts = re.split(r"(?<=\.) ", text)
            whole = any(words.fullmatch(text) for words in own) or names.fullmatch(text)
            assert whole or all(any(w.fullmatch(p) for w in own) for p in parts), text
        assert page.evaluate("document.documentElement.lang") == lang


def test_highlights_are_dragged_rejected_and_accepted(take_page, server, tmp_path) -> None:
    with take_page(1366, 850) as page:
        opened(page, server)
        page.get_by_role("button", name="image03").click()
        box = mark(page, 1).bounding_box()
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        drag(page, middle, (middle[0] + 20, middle[1] - 12))
        expect(page.get_by_text("by hand.")).to_have_count(1)
        page.get_by_role("button", name="image04").click()
        for _ in range(2):
            page.get_by_role("button", name="Reject this highlight").first.click()
        page.get_by_text("9 of 10 photographs have a light").wait_for()
        expect(page.get_by_role("button", name="image04")).to_contain_text("left out")
        page.get_by_role("button", name="Accept and write").click()
        page.get_by_text("Wrote lights.").wait_for()
    assert server.accepted.wait(5)
    record = stored_record(tmp_path / "lights")
    states = [[h["state"] for h in row["highlights"]] for row in record["photographs"]]
    assert states[2][0] == "by hand" and states[3] == ["rejected", "rejected"]
    assert len((tmp_path / "lights" / "lights.lp").read_text().splitlines()) == 10


def test_a_circle_is_dragged_before_its_picture_is_there(take_page, server, review) -> None:
    before = review.state()["spheres"][0]
    with take_page(1366, 850) as page:
        page.route("**/pictures/**", lambda route: route.abort())
        opened(page, server)
        place = page.get_by_role("button", name="Middle of sphere 1").bounding_box()
        middle = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
        drag(page, middle, (middle[0] + 12, middle[1] + 6))
        expect(page.get_by_role("button", name="Undo all")).to_be_enabled()
        page.get_by_text("photographs have a light").wait_for()
    after = review.state()["spheres"][0]
    assert after["x"] - before["x"] == pytest.approx(2 * (after["y"] - before["y"]), rel=0.05)
    assert 0.5 < after["x"] - before["x"] < 12


def test_the_keyboard_does_all_of_it(take_page, server, review) -> None:
    before = review.state()["spheres"][0]
    with take_page(1366, 850) as page:
        opened(page, server)
        page.get_by_role("button", name="image01").focus()
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("heading", name="image02")).to_be_visible()
        mark(page, 2).focus()
        page.keyboard.press("Delete")
        page.get_by_text("rejected by hand").wait_for()
        page.get_by_role("button", name="Middle of sphere 1").focus()
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("status")).to_have_text("Working out the lights.")
        page.get_by_text("photographs have a light").wait_for()
        after = review.state()["spheres"]
        assert after[0]["x"] == pytest.approx(before["x"] + 0.5)
        assert after[1]["highlights"][1]["state"] == "rejected"
        page.get_by_role("button", name="Undo all").click()
        expect(page.get_by_role("button", name="Undo all")).to_be_disabled()
        page.get_by_text("photographs have a light").wait_for()
        assert review.state()["spheres"][0]["x"] == before["x"]


def test_what_cannot_be_is_told_and_nothing_written(take_page, server, tmp_path) -> None:
    with take_page(1366, 850) as page:
        opened(page, server)
        page.get_by_role("button", name="Rim of sphere 1").focus()
        for _ in range(12):
            page.keyboard.press("Shift+ArrowRight")
        page.get_by_text("lies whole in the photographs").wait_for()
    assert not server.accepted.is_set() and not (tmp_path / "lights").exists()


def ask(server: ReviewServer, method: str, path: str, body: str = "", **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_corrections_are_taken_from_who_has_the_token_alone(server, tmp_path) -> None:
    token = {"Raking-Token": server.token}
    assert ask(server, "POST", "/accept", "{}") == 403
    assert ask(server, "POST", "/accept", "{}", **{"Raking-Token": "guessed"}) == 403
    assert ask(server, "POST", "/accept", "{}", Host="elsewhere.org", **token) == 403
    assert ask(server, "POST", "/accept", "{}", **token) == 400
    assert ask(server, "POST", "/correct", "x" * 3_000_000, **token) == 413
    assert ask(server, "POST", "/other", "{}", **token) == 404
    assert ask(server, "PUT", "/state", "{}", **token) == 405
    for path in ("/pictures/0/99.jpg", "/pictures/7/all.jpg", "/../server.py", "/main.py", "/."):
        assert ask(server, "GET", path) == 404
    for path in ("/", "/main.js", "/state", "/pictures/0/all.jpg", "/pictures/1/3.jpg"):
        assert ask(server, "GET", path) == 200
    assert not server.accepted.is_set() and not list(tmp_path.iterdir())
    assert json.loads(json.dumps(server.review.state()))["title"] == "photographs"
