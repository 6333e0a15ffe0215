"""Folders, files and zips dropped on the page or picked from a dialog: what they become."""

import io
import random
import shutil
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from webviewer.server import ViewerServer

from .conftest import TakePage

# An element over the window's upper part takes drops for a viewer that writes down what it is told.
TARGET = """async () => {
    const { connectDrop, openPicker } = await import('/panel/drop.js');
    const target = document.createElement('div');
    target.style.cssText = 'position: fixed; inset: 0 0 100px';
    document.body.replaceChildren(target);
    let settled;
    const viewer = {
        store: { state: { image: ['images/0/'] } },
        said: [],
        asked: null,
        say: (text, problem = false) => {
            viewer.said.push([text, problem]);
            if (problem) settled();
        },
        setState: async changes => {
            viewer.asked = changes;
            settled();
        },
    };
    connectDrop(target, viewer);
    const expect = () => { test.settled = new Promise(resolve => { settled = resolve; }); };
    window.test = { target, viewer, openPicker, expect };
}"""

# What each image that was asked for holds: { name: { file: its SHA-256 } }.
CONTENTS = """async files => {
    const { openFolder } = await import('/folders/files.js');
    const contents = {};
    for (const address of test.viewer.asked.image.slice(1)) {
        const folder = openFolder(address);
        contents[folder.name] = {};
        for (const file of files) {
            if (!await folder.has(file)) continue;
            const bytes = new Uint8Array(await (await folder.get(file)).arrayBuffer());
            const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
            contents[folder.name][file] = Array.from(hash);
        }
    }
    return contents;
}"""

FILES = ["info.json", "plane_0.png", "plane_1.png", "plane_2.png"]


@pytest.fixture(scope="module")
def address(small: Path) -> Iterator[str]:
    with ViewerServer([small]) as server:
        yield f"http://127.0.0.1:{server.port}/style.css"


@pytest.fixture
def page(take_page: TakePage, address: str) -> Iterator[Page]:
    with take_page(400, 300) as page:
        page.goto(address)
        page.evaluate(TARGET)
        yield page


def drag(page: Page, kind: str, paths: list[Path], y: int = 150, x: int = 200) -> None:
    """One event of files dragged from the desktop over the window."""
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    session.send("Input.dispatchDragEvent", {"type": kind, "x": x, "y": y, "data": data})


def drop(page: Page, *paths: Path) -> None:
    page.evaluate("test.expect()")
    for kind in ("dragEnter", "dragOver", "drop"):
        drag(page, kind, list(paths))
    page.evaluate("test.settled")


def dropped(page: Page, *paths: Path) -> dict[str, dict[str, list[int]]]:
    drop(page, *paths)
    return contents(page)


def contents(page: Page) -> dict[str, dict[str, list[int]]]:
    return page.evaluate(CONTENTS, FILES)


def problem(page: Page) -> str:
    text, is_problem = page.evaluate("test.viewer.said.at(-1)")
    assert is_problem
    assert page.evaluate("test.viewer.asked") is None
    return text


def hashes(image: Path) -> dict[str, list[int]]:
    return {file: list(sha256((image / file).read_bytes()).digest()) for file in FILES}


def zipped(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def files_of(image: Path, folder: str = "") -> dict[str, bytes]:
    return {f"{folder}{file}": (image / file).read_bytes() for file in FILES}


def test_dropped_folder_is_shown_after_what_was_there(page, small, tmp_path) -> None:
    folder = shutil.copytree(small, tmp_path / "old coin")
    assert dropped(page, folder) == {"old coin": hashes(small)}
    asked = page.evaluate("test.viewer.asked")
    assert asked["image"][0] == "images/0/"
    assert asked["show"] == 1
    assert page.evaluate("test.viewer.said.at(-1)") == ["", False]


def test_every_image_of_nested_folders_is_found(page, small, other, tmp_path) -> None:
    for image, place in ((small, "all/coins/a"), (other, "all/b"), (small, "all/.hidden/c")):
        shutil.copytree(image, tmp_path / place)
    (tmp_path / "all" / "notes.txt").write_text("no image")
    assert dropped(page, tmp_path / "all") == {"all/b": hashes(other), "coins/a": hashes(small)}


def test_large_folder_is_listed_to_its_end(page, small, tmp_path) -> None:
    folder = shutil.copytree(small, tmp_path / "many")
    for i in range(350):  # a browser lists a hundred at a time
        (folder / f"a{i:03}.txt").touch()
    assert dropped(page, folder) == {"many": hashes(small)}


def test_dropped_files_of_one_image_are_an_image(page, small) -> None:
    assert dropped(page, *(small / file for file in FILES)) == {"Files": hashes(small)}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("folder", ["", "coin/"])
def test_zip_of_an_image_is_one(page, small, tmp_path, method, folder) -> None:
    archive = zipped(tmp_path / "coin.ZIP", files_of(small, folder), method)
    assert dropped(page, archive) == {"coin": hashes(small)}


def test_zip_of_several_images_with_what_systems_add(page, small, other, tmp_path) -> None:
    files = {
        **files_of(small, "set/a/"),
        **files_of(other, "set/b/"),
        **files_of(other, "__MACOSX/set/a/"),
        "set/a/._info.json": b"no description",
        "set/.DS_Store": b"",
        **files_of(other, "../../up/"),
        **files_of(other, "/etc/"),
    }
    images = dropped(page, zipped(tmp_path / "set.zip", files))
    assert images.pop("etc") == hashes(other)  # a key like any other
    assert images == {"set/a": hashes(small), "set/b": hashes(other)}


def test_folder_and_zips_dropped_together(page, small, other, tmp_path) -> None:
    folder = shutil.copytree(small, tmp_path / "folder")
    archives = [
        zipped(tmp_path / f"{image.parent.name}.zip", files_of(image)) for image in (small, other)
    ]
    images = dropped(page, folder, *archives)
    assert sorted(map(str, images.values())) == sorted(
        map(str, [hashes(small), hashes(small), hashes(other)])
    )


def test_zip64_of_gigabytes_is_read_where_it_is_needed(page, small, tmp_path) -> None:
    path = tmp_path / "huge.zip"
    with path.open("wb") as file:
        file.truncate(2**32 + 2**20)  # a hole; the archive's offsets come after it
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files_of(small, "coin/").items():
            archive.writestr(name, data)
    assert dropped(page, path) == {"coin": hashes(small)}


def test_what_is_no_image_is_said(page, tmp_path) -> None:
    (tmp_path / "photographs").mkdir()
    (tmp_path / "photographs" / "a.jpg").write_bytes(b"jpeg")
    drop(page, tmp_path / "photographs")
    assert problem(page).startswith("There is no relightable image in this")


def test_damaged_zip_is_said(page, small, tmp_path) -> None:
    whole = zipped(tmp_path / "coin.zip", files_of(small)).read_bytes()
    for i, data in enumerate([whole[: len(whole) // 2], b"", random.Random(0).randbytes(4000)]):
        archive = tmp_path / f"bad{i}.zip"
        archive.write_bytes(data)
        drop(page, archive)
        assert problem(page).startswith(f"bad{i}.zip cannot be read: it is damaged")
        page.evaluate("test.viewer.said.length = 0")


def test_damaged_entry_of_a_zip_is_a_failing_file(page, small, tmp_path) -> None:
    archive = zipped(tmp_path / "coin.zip", files_of(small))
    data = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as opened:
        plane = opened.getinfo("plane_1.png")
    start = plane.header_offset + 30 + len("plane_1.png")
    data[start : start + plane.compress_size] = b"\xff" * plane.compress_size
    archive.write_bytes(data)
    drop(page, archive)
    message = page.evaluate("""async () => {
        const { openFolder } = await import('/folders/files.js');
        const folder = openFolder(test.viewer.asked.image.at(-1));
        return folder.get('plane_1.png').catch(error => error.message);
    }""")
    assert message == "coin: plane_1.png can no longer be read; open the image again."


@pytest.mark.parametrize("what", ["encrypted", "unknown method"])
def test_zip_that_cannot_be_unpacked_is_said(page, small, tmp_path, what) -> None:
    archive = zipped(tmp_path / "coin.zip", files_of(small))
    data = bytearray(archive.read_bytes())
    directory = data.index(b"PK\x01\x02")
    if what == "encrypted":
        data[directory + 8] |= 1
    else:
        data[directory + 10] = 9  # Deflate64, which Windows writes
    archive.write_bytes(data)
    drop(page, archive)
    assert problem(page).startswith("coin.zip is encrypted, or packed in a way")


def test_target_is_marked_while_files_are_dragged_over_it(page, small) -> None:
    marked = """async () => {
        await new Promise(resolve => setTimeout(resolve, 50));
        return test.target.classList.contains('dropping');
    }"""
    seen = []
    drag(page, "dragEnter", [small])
    for y in (150, 250, 100, 100):
        drag(page, "dragOver", [small], y)
        seen.append(page.evaluate(marked))
    assert seen == [True, False, True, True]
    drag(page, "drop", [small], 100)
    assert not page.evaluate(marked)


def test_dragged_text_is_not_the_viewers(page) -> None:
    assert page.evaluate("""() => {
        const dataTransfer = new DataTransfer();
        dataTransfer.setData('text/plain', 'a word');
        const event = new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true });
        return test.target.dispatchEvent(event) && !test.target.classList.contains('dropping');
    }""")


@pytest.mark.parametrize("folder", [False, True])
def test_picked_files_are_opened(page, small, tmp_path, folder) -> None:
    page.evaluate("test.expect()")
    with page.expect_file_chooser() as chooser:
        page.evaluate(f"test.openPicker(test.viewer, {str(folder).lower()})")
    assert chooser.value.is_multiple()
    if folder:
        chooser.value.set_files(shutil.copytree(small, tmp_path / "coin"))
    else:
        chooser.value.set_files(zipped(tmp_path / "coin.zip", files_of(small)))
    page.evaluate("test.settled")
    assert contents(page) == {"coin": hashes(small)}


def test_nothing_is_sent_and_the_zip_reader_is_loaded_only_for_zips(page, small, tmp_path) -> None:
    sent = []
    page.on("request", lambda request: sent.append((request.method, request.url)))
    dropped(page, small)
    assert not sent
    archive = zipped(tmp_path / "coin.zip", files_of(small))
    page.evaluate("test.viewer.asked = null")
    dropped(page, archive)
    assert [(method, url.rpartition("/")[2]) for method, url in sent] == [
        ("GET", "unzipit.module.js")
    ]


@pytest.mark.parametrize("packed", [False, True])
def test_viewer_shows_what_is_dropped_on_it(open_viewer, small, other, relight, tmp_path, packed):
    path = zipped(tmp_path / "coin.zip", files_of(other)) if packed else other
    with open_viewer([small], 64, 48, ui="off", zoom=1, light="0.4,-0.3") as page:
        for kind in ("dragEnter", "dragOver", "drop"):
            drag(page, kind, [path], 24, 32)
        page.evaluate("""async () => {
            const pause = () => new Promise(resolve => setTimeout(resolve, 20));
            for (let i = 0; raking.state().image.length < 2; i++) {
                if (i > 500) throw new Error('Nothing was opened.');
                await pause();
            }
            await raking.setState({ zoom: 1 });
        }""")
        shown = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)
        address = page.evaluate("raking.state().image[1]")
    assert address == f"dropped:0/{'coin' if packed else other.name}"
    assert np.abs(shown - relight(other, (0.4, -0.3))).max() <= 1
