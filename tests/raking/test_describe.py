"""`raking describe`, and the facts on their way through training, converting and sites."""

import json
import shutil
from pathlib import Path

import pytest

from renderer.image.notes import NOTES
from renderer.image.relightable import read_image

from ..command import raking

FACTS = {
    "number": "BM 1902,0412.7",
    "maker": "A scribe of Ur-Namma 𒌨",
    "date": "about 2100 BC",
    "credit": "Department of the Middle East",
    "licence": "CC-BY-4.0",
    "description": 'Clay, <script>alert("1")</script>\nfrom the lower town.',
}
OPTIONS = [part for key, text in FACTS.items() for part in (f"--{key}", text)]


def test_facts_are_written_and_taken_out_and_all_else_stays(image: Path) -> None:
    before = json.loads((image / "info.json").read_text())
    names = sorted(file.name for file in image.iterdir())
    done = raking("describe", image, "--title", "Tablet", *OPTIONS, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"image": str(image), "title": "Tablet", **FACTS}
    found = read_image(image)
    assert (found.title, found.facts) == ("Tablet", FACTS)
    raking("describe", image, "--maker", "", "--date", "2000 BC")
    changed = {**FACTS, "date": "2000 BC"}
    del changed["maker"]
    after = json.loads((image / "info.json").read_text())
    assert after["raking"].pop("facts") == changed
    assert after["raking"].pop("title") == "Tablet"
    before["raking"].pop("title", None)
    assert after == before
    assert sorted(file.name for file in image.iterdir()) == names


def test_licences_are_spelled_as_spdx_has_them(image: Path) -> None:
    assert raking("describe", image, "--licence", "cc0-1.0 or mit").returncode == 0
    assert read_image(image).facts["licence"] == "CC0-1.0 OR MIT"


@pytest.mark.parametrize(
    ("option", "text", "sentence"),
    [
        ("--licence", "free", "SPDX"),
        ("--number", "x" * 5001, "5000 characters"),
        ("--maker", "a\nb", "one line"),
        ("--description", "a\x1b[2Jb", "a text"),
        ("--title", "x" * 201, "one line"),
    ],
)
def test_what_cannot_be_is_refused(image: Path, option: str, text: str, sentence: str) -> None:
    before = (image / "info.json").read_bytes()
    done = raking("describe", image, option, text)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert (image / "info.json").read_bytes() == before


def test_an_image_of_another_program_is_left_alone(image: Path) -> None:
    info = json.loads((image / "info.json").read_text())
    del info["raking"]
    (image / "info.json").write_text(json.dumps(info))
    done = raking("describe", image, "--title", "x")
    assert done.returncode == 1
    assert "not written by Raking" in done.stderr
    assert json.loads((image / "info.json").read_text()) == info


def test_facts_go_along_with_convert_and_info(image: Path, tmp_path: Path) -> None:
    raking("describe", image, *OPTIONS)
    raking("convert", image, "-o", tmp_path / "tiled", "--tiles")
    assert read_image(tmp_path / "tiled").facts == FACTS
    told = raking("info", tmp_path / "tiled").stdout
    assert "Object number" in told
    assert "BM 1902,0412.7" in told


def test_training_records_them_and_is_another_without(photographs: Path, tmp_path: Path) -> None:
    command = ["train", photographs, "-o", tmp_path / "ptm", "--model", "ptm", "--no-normals"]
    assert raking(*command, *OPTIONS).returncode == 0
    assert read_image(tmp_path / "ptm").facts == FACTS
    assert "done before" in raking(*command, *OPTIONS).stdout
    assert raking(*command).returncode == 1


def test_a_site_shows_them_to_search_engines_and_brings_the_notes(
    image: Path, tmp_path: Path
) -> None:
    raking("describe", image, "--title", "Tablet", *OPTIONS)
    (image / NOTES).write_text('{"items": [{"id": "https://example.org/1"}]}')
    site = tmp_path / "site"
    assert raking("site", image, "-o", site).returncode == 0
    page = (site / "index.html").read_text()
    assert '<meta property="og:title" content="Tablet">' in page
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; from the lower town." in page
    assert '<meta name="dcterms.license" content="CC-BY-4.0">' in page
    assert "<script>" not in page
    assert (site / "images/image" / NOTES).read_text() == (image / NOTES).read_text()
    assert "done before" in raking("site", image, "-o", site).stdout
    shutil.copy(image / "info.json", tmp_path)
    (image / NOTES).write_text("{")
    refused = raking("site", image, "-o", tmp_path / "other")
    assert refused.returncode == 1
    assert "damaged" in refused.stderr


def test_notes_are_for_the_browser(image: Path) -> None:
    refused = raking("view", image, "--window", "--notes")
    assert refused.returncode == 2
    assert "--notes goes with the browser" in refused.stderr
