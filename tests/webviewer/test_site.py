"""An exported site: complete, on any static server, wherever it lies, and nothing but itself."""

import re
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

import webviewer.site
from renderer.gpu.preview import preview_of
from renderer.image.pyramid import TileFormat
from renderer.image.relightable import read_image, write_image
from shaders.errors import RakingError
from webviewer.site import site_is_done, write_site

from ..command import raking
from .pictures import screenshot, settle

LIGHT = (0.3, 0.4)


@pytest.fixture(scope="module")
def images(small: Path, large: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A flat image, and a tiled one whose folder and title are no plain names."""
    folder = tmp_path_factory.mktemp("images") / 'A "coin" & <b>more'
    image = read_image(large)
    image.title = "<script>alert(1)</script> & \"more\" 'still'"
    write_image(image, folder, tiles=TileFormat(size=256))
    return [small, folder]


def test_an_image_without_a_title_is_called_by_its_folder(small: Path, tmp_path: Path) -> None:
    """Not by the collection's, which is "photographs" or "Dome" for all."""
    image = read_image(small)
    image.title = None
    image.provenance["collection"] = "Dome"
    write_image(image, tmp_path / "a & b")
    write_site([tmp_path / "a & b"], tmp_path / "site")
    assert "<title>a &amp; b</title>" in (tmp_path / "site" / "index.html").read_text()


@pytest.fixture(scope="module")
def site(images: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("www") / "museum" / "coins"
    addresses = write_site(images, path)
    assert addresses == ["images/image/", "images/A-coin-b-more/"]
    return path


@pytest.fixture(scope="module")
def host(site: Path) -> Iterator[str]:
    """The address of a plain file server, of which the site is a sub folder."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = partial(Handler, directory=site.parents[1])
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def part(picture: np.ndarray, middle: Sequence[int], reach: Sequence[int]) -> np.ndarray:
    (y, x), (height, width) = middle, reach
    return picture[y - height : y + height, x - width : x + width].astype(int)


def test_it_shows_its_images_on_a_sub_path(
    browser: Browser, host: str, images: list[Path], relight: Callable[..., np.ndarray]
) -> None:
    page = browser.new_page(viewport={"width": 900, "height": 700})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    problems: list[str] = []
    page.on("console", lambda message: message.type == "error" and problems.append(message.text))
    page.goto(f"{host}/museum/coins/")
    page.evaluate("raking.ready")
    state = page.evaluate("raking.state()")
    assert state["image"] == ["images/image/", "images/A-coin-b-more/"]
    assert page.locator("raking-viewer").count() == 1
    for i, path in enumerate(images):
        page.evaluate(
            "([show, light]) => raking.setState({ show, light, zoom: 1, adaptive: 'off' })",
            [i, LIGHT],
        )
        settle(page)
        expected = relight(path, LIGHT)
        middle = np.array(expected.shape[:2]) // 2
        reach = np.minimum(middle, 200) // 2  # of the picture's middle, clear of all controls
        shown = part(screenshot(page), (350, 450), reach)
        assert np.abs(shown - part(expected, middle, reach)).mean() < 3
    page.close()
    own = f"{host}/museum/coins/"
    assert all(url.startswith((own, "blob:", "data:")) for url in asked), asked
    assert any("A-coin-b-more/plane_0_files/" in url for url in asked)
    assert not problems


def test_an_address_says_what_is_seen(browser: Browser, host: str) -> None:
    page = browser.new_page()
    page.goto(f"{host}/museum/coins/?show=1&light=0.2,0.1")
    page.evaluate("raking.ready")
    state = page.evaluate("raking.state()")
    assert (state["show"], state["light"]) == (1, [0.2, 0.1])
    assert len(state["image"]) == 2
    page.close()


def test_the_page_holds_names_as_text_and_a_policy(site: Path) -> None:
    page = (site / "index.html").read_text()
    assert page.count("<script") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;" in page
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy and policy[1].startswith("default-src 'self'; ")
    assert "unsafe" not in policy[1]
    assert not re.search(r"(https?:)?//", page)


def test_it_holds_the_images_as_they_are_and_nothing_else_of_their_folders(
    images: list[Path], tmp_path: Path
) -> None:
    image = tmp_path / "image"
    shutil.copytree(images[1], image)
    (image / "notes.txt").write_text("private")
    (image / "plane_0_files" / "9" / ".hidden").write_text("private")
    write_site([image, images[1]], tmp_path / "site")
    copy = tmp_path / "site" / "images" / "image"
    names = {file.relative_to(copy) for file in copy.rglob("*") if file.is_file()}
    original = {file.relative_to(images[1]) for file in images[1].rglob("*") if file.is_file()}
    assert names == {*original, Path("annotations.json"), Path("map.csv")}  # both empty
    assert all((copy / name).read_bytes() == (image / name).read_bytes() for name in original)


def test_images_of_one_name_get_several(small: Path, tmp_path: Path) -> None:
    addresses = write_site([small, small, small], tmp_path / "site")
    assert addresses == ["images/image/", "images/image-2/", "images/image-3/"]


def test_an_earlier_site_is_replaced_and_nothing_else(
    small: Path, other: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    write_site([small, other], site)
    write_site([small], site)
    assert [path.name for path in (site / "images").iterdir()] == ["image"]
    monkeypatch.setattr(webviewer.site, "PAGE", "{unknown}")
    with pytest.raises(KeyError):
        write_site([other, small], site)
    assert [path.name for path in (site / "images").iterdir()] == ["image"]
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "index.html").write_text("dear")
    with pytest.raises(RakingError, match="not empty and no site"):
        write_site([small], tmp_path / "letters")
    with pytest.raises(RakingError, match="is a file"):
        write_site([small], tmp_path / "letters" / "index.html")
    assert (tmp_path / "letters" / "index.html").read_text() == "dear"


def changed(path: Path) -> None:
    path.write_text(path.read_text() + " ")


FOREIGN: dict[str, Callable[[Path], object]] = {
    ".git/config": lambda path: (path.parent.mkdir(), path.write_text("dear")),
    "CNAME": lambda path: path.write_text("dear"),
    "images/image/notes.txt": lambda path: path.write_text("dear"),
    "drafts": Path.mkdir,
    "link": lambda path: path.symlink_to("index.html"),
    "index.html": changed,
    "raking-site.json": lambda path: path.write_text('{"files": {"index.html": 1}}'),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_not_of_the_site_keeps_it(small: Path, tmp_path: Path, name: str) -> None:
    site = tmp_path / "site"
    write_site([small], site)
    FOREIGN[name](site / name)
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    named = name if name != "raking-site.json" else r"[a-z0-9/.-]+"
    with pytest.raises(RakingError, match=f"not empty and no site.*: {named} in it"):
        write_site([small], site)
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before
    assert (site / name).exists()


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "[]",
        "null",
        '{"files": 3}',
        '{"files": ["a"]}',
        '{"files": {"index.html": null}}',
        "[" * 9999,
    ],
)
def test_a_manifest_that_is_none_keeps_its_folder(
    small: Path, tmp_path: Path, manifest: str
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("dear")
    (tmp_path / "site" / "raking-site.json").write_text(manifest)
    with pytest.raises(RakingError, match="not empty and no site"):
        write_site([small], tmp_path / "site")
    assert (tmp_path / "site" / "index.html").read_text() == "dear"


def test_a_site_is_done_to_the_last_byte(small: Path, other: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    assert not site_is_done([small], site)
    write_site([small], site)
    assert site_is_done([small], site)
    assert not site_is_done([other], site)
    (site / "main.js").unlink()
    assert not site_is_done([small], site)
    write_site([small], site)
    assert site_is_done([small], site)


@pytest.mark.parametrize("place", ["image", "image/site", "."])
def test_a_site_is_apart_from_its_images(small: Path, tmp_path: Path, place: str) -> None:
    shutil.copytree(small, tmp_path / "image")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(RakingError, match=r"no site|which is read"):
        write_site([tmp_path / "image"], tmp_path / place)
    assert sorted(tmp_path.rglob("*")) == before


def test_what_cannot_be_shown_is_refused(small: Path, tmp_path: Path) -> None:
    shutil.copytree(small, tmp_path / "image")
    (tmp_path / "image" / "plane_1.png").unlink()
    with pytest.raises(RakingError, match=r"plane_1\.png is missing"):
        write_site([tmp_path / "image"], tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_social_networks_are_shown_a_picture_of_the_first_image(
    small: Path, other: Path, relight, tmp_path: Path
) -> None:
    site, home = tmp_path / "site", "https://museum.org/coin/"
    write_site([small, other], site, address=home.rstrip("/"), preview=preview_of(small))
    page = (site / "index.html").read_text()
    assert f'<meta property="og:image" content="{home}preview.jpg">' in page
    assert f'<meta property="og:url" content="{home}">' in page
    shown = np.asarray(Image.open(site / "preview.jpg")).astype(int)
    assert np.abs(shown - relight(small, (0.35, 0.45))).mean() < 8  # it is a JPEG
    assert site_is_done([small, other], site, home.rstrip("/"))
    assert not site_is_done([small, other], site, "https://elsewhere.org/")
    (site / "preview.jpg").write_bytes(b"another")
    with pytest.raises(RakingError, match=r"preview\.jpg"):
        write_site([small], site)


@pytest.mark.parametrize(
    "address", ["museum", "ftp://museum.org/", "https:///coin", "https://a.b/?c"]
)
def test_an_address_that_is_none_is_refused(small: Path, tmp_path: Path, address: str) -> None:
    done = raking("site", small, "-o", tmp_path / "site", "--address", address)
    assert done.returncode == 1
    assert "no address of a site" in done.stderr
    assert not (tmp_path / "site").exists()
