"""Images of Relight on hosts of other kinds: buckets, and applications that answer everything."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.common.shown import decode_rows

from .foreign import foreign_picture, write_foreign
from .hosts import copy_viewer, serve

LIGHT = (0.3, 0.4)


def only_get(request) -> bool:
    """A bucket that allows nothing but GET."""
    if request.command != "GET":
        request.send_error(405)
    return request.command != "GET"


def absent(request) -> bool:
    return not Path(request.translate_path(request.path)).exists()


def unlisted(request) -> bool:
    """A bucket whose keys may not be listed: what is missing is forbidden."""
    if absent(request):
        request.send_error(403)
    return absent(request)


def application(content_type: str) -> Callable[..., bool]:
    """A host that answers what it has not with its start page."""

    def answer(request) -> bool:
        if not absent(request):
            return False
        page = b"\n<!DOCTYPE html><html><body>Welcome</body></html>"
        request.send_response(200)
        request.send_header("Content-Type", content_type)
        request.send_header("Content-Length", str(len(page)))
        request.end_headers()
        request.wfile.write(page)
        return True

    return answer


HOSTS = {
    "only GET": only_get,
    "unlisted": unlisted,
    "application": application("text/html; charset=utf-8"),
    "application without types": application("application/octet-stream"),
}


def tiled_as_relight(path: Path, stated: str = "jpg") -> Path:
    """An HSH of 9 planes of 300 x 260, as Relight's Deep Zoom: levels from one tile on, JPEG."""
    write_foreign(path, "hsh", "png", (300, 260))
    info = json.loads((path / "info.json").read_text())
    (path / "info.json").write_text(json.dumps({**info, "format": stated}))
    for index in range(9):
        with Image.open(path / f"plane_{index}.png") as plane:
            write_pyramid(plane, path / f"plane_{index}")
        (path / f"plane_{index}.png").unlink()
    return path


def write_pyramid(plane: Image.Image, stem: Path) -> None:
    stem.with_suffix(".dzi").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><Image xmlns="http://schemas.microsoft.com/'
        'deepzoom/2008" Format="jpg" Overlap="0" TileSize="256">'
        f'<Size Width="{plane.width}" Height="{plane.height}"/></Image>'
    )
    half = plane.resize((plane.width // 2, plane.height // 2), Image.Resampling.BOX)
    for level, picture in enumerate([half, plane]):
        folder = stem.with_name(f"{stem.name}_files") / str(level)
        folder.mkdir(parents=True)
        for row in range(-(-picture.height // 256)):
            for column in range(-(-picture.width // 256)):
                x, y = 256 * column, 256 * row
                box = (x, y, min(x + 256, picture.width), min(y + 256, picture.height))
                picture.crop(box).save(folder / f"{column}_{row}.jpg", quality=95, subsampling=0)


@pytest.fixture
def shown(take_page, tmp_path):
    """shown(answer) -> (page, requests): the viewer with the image in `image`, from that host."""
    copy_viewer(tmp_path / "site")

    def open_on(answer, width: int, height: int) -> tuple[np.ndarray, list[str]]:
        asked: list[str] = []

        def note(request) -> bool:
            if request.path.startswith("/image/"):
                asked.append(f"{request.command} {request.path.removeprefix('/image/')}")
            return answer(request)

        with serve(tmp_path / "site", note) as address, take_page(700, 600) as page:
            page.goto(f"{address}?image=image/&light={LIGHT[0]},{LIGHT[1]}")
            page.evaluate("raking.ready")
            return decode_rows(page, width, LIGHT, (0, height), "float"), asked

    return open_on


@pytest.mark.long
@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("ending", ["png", "webp"])
def test_flat_images_open_on_any_host(shown, tmp_path, host, ending) -> None:
    """WebP is none of the endings that are tried first."""
    path = write_foreign(tmp_path / "site" / "image", "ptm", "png")
    if ending == "webp":
        for plane in path.glob("*.png"):
            Image.open(plane).save(plane.with_suffix(".webp"), lossless=True)
    expected = foreign_picture(path, LIGHT)
    if ending == "webp":
        [plane.unlink() for plane in path.glob("*.png")]
    picture, asked = shown(HOSTS[host], 96, 80)
    np.testing.assert_allclose(picture, expected, atol=1e-5)
    assert all(line.startswith("GET ") for line in asked)


@pytest.mark.long
@pytest.mark.parametrize("host", HOSTS)
def test_pyramids_of_nine_planes_open_in_a_few_requests(shown, tmp_path, host) -> None:
    path = tiled_as_relight(tmp_path / "site" / "image")
    picture, asked = shown(HOSTS[host], 300, 260)
    assert np.abs(picture - foreign_picture(path, LIGHT)).mean() < 0.01
    assert len([line for line in asked if "_files/" not in line]) <= 12
    assert all(line.startswith("GET ") for line in asked)


@pytest.mark.parametrize("ending", ["jpg", "webp", "png"])
def test_the_stated_format_is_asked_for_first_and_once(shown, tmp_path, ending) -> None:
    write_foreign(tmp_path / "site" / "image", "ptm", ending)
    _, asked = shown(lambda request: False, 96, 80)
    files = [f"GET plane_{i}.{ending}" for i in range(6)]
    assert asked[0] == "GET info.json"
    assert asked[1] == files[0]
    assert sorted(line for line in asked[1:] if line != "GET annotations.json") == files


def test_planes_counted_from_one_with_other_endings_open(shown, tmp_path) -> None:
    path = write_foreign(tmp_path / "site" / "image", "ptm", "png")
    expected = foreign_picture(path, LIGHT)
    for index in reversed(range(6)):
        (path / f"plane_{index}.png").rename(path / f"plane_{index + 1}.png")
    picture, asked = shown(application("text/html"), 96, 80)
    np.testing.assert_allclose(picture, expected, atol=1e-5)
    assert len(asked) <= 13


@pytest.mark.parametrize("host", ["unlisted", "application"])
def test_an_image_that_is_not_there_is_one_sentence(take_page, tmp_path, host) -> None:
    copy_viewer(tmp_path / "site")
    with serve(tmp_path / "site", HOSTS[host]) as address, take_page() as page:
        page.goto(f"{address}?image=nothing/")
        page.get_by_text(
            "There is no relightable image at nothing/: it has no info.json."
        ).wait_for()
