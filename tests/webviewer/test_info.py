"""The bytes of info.json in Python and in the page: both read the same text, or both refuse. What
texts say is in tests/renderer/image."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from renderer.image.info import parse_info
from renderer.image.relightable import read_info_text
from shaders.errors import RakingError
from webviewer.server import ViewerServer

from ..cases.table import info_text


@pytest.fixture(scope="module")
def page(browser: Browser, small: Path) -> Iterator[Page]:
    with ViewerServer([small]) as server:
        page = browser.new_page()
        page.goto(server.url(ui="off"))
        yield page
        page.close()


@pytest.fixture
def text() -> str:
    return info_text({"of": "neural"}).strip()


# Answers the label and title that the page gives an info.json of these bytes, or its sentence.
LOAD = """async ([name, data]) => {
    const { openFolder, registerDropped } = await import('/folders/files.js');
    const { loadInfo } = await import('/renderer/image/relightable.js');
    const blob = new Blob([Uint8Array.from(atob(data), letter => letter.charCodeAt(0))]);
    const url = registerDropped(name, new Map([['info.json', blob]]));
    try {
        const { label, title } = await loadInfo(openFolder(url));
        return { label, title };
    } catch (error) {
        return error.message;
    }
}"""


def load_both(page: Page, folder: Path, data: bytes) -> tuple[str, dict[str, str]] | None:
    """The label in Python, and label and title in the page; None where both refuse."""
    folder.mkdir(exist_ok=True)
    (folder / "info.json").write_bytes(data)
    found = page.evaluate(LOAD, ["coin", base64.b64encode(data).decode()])
    try:
        info, decoder = parse_info(read_info_text(folder), folder / "info.json")
    except RakingError as error:
        assert isinstance(found, str)
        assert found.startswith("coin: info.json ")
        assert max(len(found), len(str(error))) < 300
        return None
    assert isinstance(found, dict), found
    assert info.raking is not None
    return decoder.label(info.raking.provenance.get("model")), found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_both_read_utf_8_with_and_without_a_mark(
    page: Page, text: str, tmp_path: Path, encoding: str
) -> None:
    title = "Münze \u6587"
    before = '"title": "A small relief"'
    assert before in text
    written = text.replace(before, f'"title": "{title}"').encode(encoding)
    found = load_both(page, tmp_path / "coin", written)
    assert found == ("Neural(2)", {"label": "Neural(2)", "title": title})


@pytest.mark.long
def test_both_refuse_what_is_no_text(page: Page, text: str, tmp_path: Path) -> None:
    for data in (
        b"",
        text.encode("utf-16"),
        text.encode("utf-16-le"),
        text.replace("A small relief", "M\u00fcnze").encode("latin-1", "replace")[:-40],
        text.replace("A small relief", "\ufffe").encode("utf-8")[:-1],
        text.encode().replace(b"A small relief", b"M\xfcnze"),
        text.encode().replace(b"A small relief", b"\xed\xa0\x80"),
        text.encode().replace(b"A small relief", b"\0"),
        b"\xef\xbb\xbf\xef\xbb\xbf" + text.encode(),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"type": ' + b"9" * 100_000 + b"}",
        b'{"type": "' + b"a" * 100_000 + b'"}',
        b" " * (1 << 24) + text.encode(),
    ):
        assert load_both(page, tmp_path / "coin", data) is None


def test_what_is_said_twice_counts_in_the_end(page: Page, text: str, tmp_path: Path) -> None:
    twice = f'{{"type": "hsh", "width": "none", {text.lstrip()[1:]}'
    assert load_both(page, tmp_path / "coin", twice.encode()) is not None
    spoilt = f'{text.rstrip()[:-1]}, "type": "hsh"}}'
    assert load_both(page, tmp_path / "coin", spoilt.encode()) is None
