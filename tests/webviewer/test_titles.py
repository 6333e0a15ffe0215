"""What an image is called in the page: by its title, else by its folder."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from renderer.image.relightable import read_image, write_image

MARKUP = "<img src=x onerror=document.body.remove()> & 'coin'"


def titled(image: Path, folder: Path, title: str | None) -> Path:
    image = read_image(image)
    image.title = title
    image.provenance["collection"] = "Dome"
    write_image(image, folder)
    return folder


@pytest.mark.parametrize(
    ("folder", "title", "shown"),
    [("coin", "Denarius, obverse", "Denarius, obverse"), ("coin", MARKUP, MARKUP)]
    + [(name, None, name) for name in ("coin", "A “coin” & 100% <b>", "Монета 1")],
)
def test_title_else_folder(open_viewer, small, tmp_path, folder, title, shown) -> None:
    with open_viewer([titled(small, tmp_path / folder, title)]) as page:
        expect(page).to_have_title(f"{shown} · DisK(8)")
        assert page.get_by_role("heading", name=shown, exact=True).inner_text() == shown
        assert page.locator("#title *").count() == 0


def test_images_of_different_titles_are_chosen_by_these(open_viewer, small, tmp_path) -> None:
    images = [titled(small, tmp_path / name, None) for name in ("coin", "seal")]
    images.append(titled(small, tmp_path / "more", "seal"))
    with open_viewer(images, 1440, 900) as page:
        page.get_by_role("button", name="coin", exact=True).wait_for()
        assert page.get_by_role("button", name="seal DisK(8)").count() == 2
        page.get_by_role("button", name="seal DisK(8)").first.click()
        page.get_by_role("heading", name="seal", exact=True).wait_for()
