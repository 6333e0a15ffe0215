"""The page in other languages: which one it speaks, and that all of it is in that language."""

import json
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from .conftest import TakePage
from .kept import KeptServer

APP = Path(__file__).parents[2] / "webviewer/app"
TABLES = {file.stem: json.loads(file.read_text()) for file in (APP / "words").glob("*.json")}
SOURCES = [
    file.read_text()
    for file in APP.rglob("*.js")
    if "vendor" not in file.parts and file.name != "words.js"
]
PROBLEMS = {
    file.stem: json.loads(file.read_text()) for file in (APP / "words" / "problems").glob("*.json")
}
BELOW = [
    file.read_text()
    for room in ("shaders", "renderer/image")
    for file in (APP.parents[1] / room).glob("*.js")
]
CHECK = re.compile(r"\b(?:check|damaged)\((.*?)\)(?:;|,\n)", re.DOTALL)
TEXT = re.compile(r"'((?:[^'\\\n]|\\.)+)'|`([^`]+)`")
EXPRESSION = re.compile(r"\$\{(?:[^{}]|\{[^{}]*\})*\}")
PLACE = re.compile(r"\{\d\}")
NOT_WORDS = re.compile(
    r"A small relief.*|NeuralRTI.*|DisK.*|[A-Z]|raking train --region|[\d.]+ .?m"
)

# Makes all panels and dialogs, and reads every text and label of them.
READ_ALL = r"""async () => {
    const root = document.querySelector('raking-viewer').shadowRoot;
    const there = async selector => {
        while (!root.querySelector(selector)) await new Promise(requestAnimationFrame);
        return root.querySelector(selector);
    };
    const press = async (selector, until) => {
        (await there(selector)).click();
        await there(until);
    };
    await press('#reading', '#readingPanel');
    await press('#notes', '[data-act=download]');
    await press('#region', '#saveRegion');
    await press('#map', '#mapLoad');
    await press('#facts', '#about dd');
    await press('#images button', '#chooser li small:not(:empty)');
    (await there('#measure')).click();
    await raking.setState({ light: [0.99, 0] });
    const found = [];
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) found.push(texts.currentNode.data);
    for (const element of root.querySelectorAll('*')) {
        for (const name of ['title', 'aria-label', 'aria-valuetext', 'placeholder']) {
            found.push(element.getAttribute(name) ?? '');
        }
    }
    const tidy = found.map(text => text.trim().replace(/\s+/g, ' '));
    return [...new Set(tidy)].filter(text => /\p{L}/u.test(text));
}"""


def test_the_tables_say_the_same_in_each_language() -> None:
    assert set(TABLES) == {"de", "es", "fr", "it"}
    for table in TABLES.values():
        assert list(table) == list(TABLES["de"])
        for sentence, own in table.items():
            assert own.strip() == own != ""
            assert sorted(PLACE.findall(own)) == sorted(PLACE.findall(sentence)), own


def sentences_of_the_code(sources: list[str] = SOURCES) -> set[str]:
    """What t`...` has, without what is put in."""
    found = re.findall(r"\bt`([^`]*)`", "\n".join(sources))
    return {EXPRESSION.sub("{}", sentence) for sentence in found}


def test_every_sentence_of_the_code_is_in_the_tables() -> None:
    assert sentences_of_the_code() <= {PLACE.sub("{}", sentence) for sentence in TABLES["de"]}


def test_the_tables_have_no_sentence_that_the_code_has_not() -> None:
    code = re.sub(r"'\s*\+ '|\s+", " ", "\n".join(SOURCES)).replace("  ", " ")
    others = {PLACE.sub("{}", sentence) for sentence in TABLES["de"]} - sentences_of_the_code()
    assert not [sentence for sentence in others if sentence not in code]


def test_every_clause_on_what_is_wrong_with_an_image_is_in_the_tables() -> None:
    assert set(PROBLEMS) == set(TABLES)
    for table in PROBLEMS.values():
        assert list(table) == list(PROBLEMS["de"])
        for sentence, own in table.items():
            assert PLACE.findall(sentence) == [f"{{{i}}}" for i in range(sentence.count("{"))]
            assert sorted(PLACE.findall(own)) == sorted(PLACE.findall(sentence)), own
    known = [re.compile(re.sub(r"\\{\d\\}", ".+", re.escape(text))) for text in PROBLEMS["de"]]
    clauses = set()
    for call in CHECK.findall("\n".join(BELOW)):
        for one, other in TEXT.findall(call)[-1:]:
            clauses.add(EXPRESSION.sub("{}", one or other))
    assert len(clauses) > 55
    for clause in clauses:
        assert " " not in clause or any(text.fullmatch(clause) for text in known), clause


def test_what_is_wrong_with_an_image_is_told_in_the_pages_language(
    open_viewer, small, tmp_path
) -> None:
    def damaged(name: str, file: str, text: str) -> Path:
        shutil.copytree(small, tmp_path / name)
        (tmp_path / name / file).write_text(text)
        return tmp_path / name

    info = json.loads((small / "info.json").read_text())
    images = {
        damaged("a", "info.json", "{"): "info.json ist beschädigt und nicht lesbar",
        damaged("b", "info.json", json.dumps({**info, "width": -1})): "width ist keine ganze Zahl",
        damaged("c", "plane_1.png", "no picture"): "(es ist weder PNG noch JPEG noch WebP)",
        damaged("d", "info.json", json.dumps({**info, "width": 63})): "x 48 nötig sind",
    }
    with open_viewer([small, *images], lang="de") as page:
        for i, sentence in enumerate(images.values(), 1):
            told = page.evaluate(
                "show => raking.setState({ show }).then(() => null, error => error.message)", i
            )
            assert sentence in told
            assert page.get_by_role("status").inner_text() == told
        told = page.evaluate(
            "raking.setState({ show: 0, mode: 'normals' }).catch(error => error.message)"
        )
        assert "kommt ohne die Normalen" in told


@pytest.mark.parametrize("lang", ["de", "fr"])
def test_all_of_the_page_is_in_its_language(lang, open_viewer, lit, other, masked, large) -> None:
    own = [re.compile(re.sub(r"\\{\d\\}", ".*", re.escape(text))) for text in TABLES[lang].values()]
    with open_viewer([lit, other, masked, large], lang=lang) as page:
        for text in page.evaluate(READ_ALL):
            for part in text.split(" · "):
                assert NOT_WORDS.fullmatch(part) or any(words.fullmatch(part) for words in own)
        assert page.evaluate("document.documentElement.lang") == lang
        assert page.locator("#frame").get_attribute("lang") == lang


@pytest.mark.parametrize(
    "browser_speaks, asked",
    [
        ("de-AT", {"": "Ganz", "it": "Adatta", "en-GB": "Fit"}),
        ("ja-JP", {"": "Fit", "ES-mx": "Entera", "zh": "Fit"}),
    ],
)
def test_the_page_speaks_the_language_asked_for_or_the_browsers(
    browser: Browser, small: Path, browser_speaks: str, asked: dict[str, str]
) -> None:
    with KeptServer([small]) as server, browser.new_page(locale=browser_speaks) as page:
        for lang, fit in asked.items():
            page.goto(server.url(lang=lang))
            page.evaluate("raking.ready")
            assert page.locator("#fit").inner_text() == fit
            assert page.evaluate("raking.state().lang") == (lang or None)


@pytest.mark.parametrize("lang, fit", [("", "Adatta"), ("fr", "Ajuster")])
def test_an_element_speaks_the_language_of_the_page_around_it(
    take_page: TakePage, small: Path, lang: str, fit: str
) -> None:
    with KeptServer([small]) as server, take_page() as page:
        page.goto(f"http://127.0.0.1:{server.port}/style.css")
        found = page.evaluate(
            """async lang => {
                document.documentElement.lang = 'it-CH';
                await import('/raking-viewer.js');
                const element = document.createElement('raking-viewer');
                element.setAttribute('src', '/images/0/');
                if (lang) element.lang = lang;
                document.body.replaceChildren(element);
                await element.ready;
                return element.shadowRoot.querySelector('#fit').textContent;
            }""",
            lang,
        )
    assert found == fit


def test_without_its_table_the_page_speaks_english(take_page: TakePage, small: Path) -> None:
    with KeptServer([small]) as server, take_page() as page:
        page.route("**/de.json", lambda route: route.abort())
        page.goto(server.url(lang="de"))
        page.evaluate("raking.ready")
        assert page.locator("#fit").inner_text() == "Fit"
        page.unroute("**/de.json")
