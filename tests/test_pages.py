"""The pages for those who carry on name what there is."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from .test_layout import ROOMS

ROOT = Path(__file__).parents[1]
MAP = (ROOT / "docs" / "layout.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "renderer/image/FORMAT.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
SOURCES = [
    path
    for room in ("shaders", "renderer", "trainer", "webviewer", "bench", "raking")
    for ending in ("py", "js")
    for path in (ROOT / room).rglob(f"*.{ending}")
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


def test_paths_are_those_of_files() -> None:
    named = re.findall(r"`((?:[\w-]+/)+[\w.-]+\.\w+)`", CONTRIBUTING + MAP)
    assert len(named) > 20
    assert not [path for path in named if not (ROOT / path).exists()]


def test_the_map_has_every_room_from_the_ground_up() -> None:
    mapped = re.findall(r"^\| `([\w/]+)/` \|", MAP, re.MULTILINE)
    houses = ("renderer", "trainer")  # nothing but their rooms
    rooms = [room.replace(".", "/") for room in ROOMS if room not in houses]
    assert [room for room in mapped if room in rooms] == rooms


def test_the_journeys_name_functions_that_there_are() -> None:
    journeys = MAP[MAP.index("## Journeys") :]
    names = {name.rpartition(".")[2] for name in re.findall(r"`([A-Za-z_.]+)`", journeys)}
    code = "\n".join(path.read_text("utf-8") for path in SOURCES)
    defined = set(re.findall(r"\b(?:def|class|function) (\w+)", code))
    files = {"json", "jsonl"}
    assert len(names) > 40
    assert names - files <= defined


def test_the_citation_is_of_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\nversion: {project['version']}\n" in citation
    assert f"\nlicense: {project['license']}\n" in citation


@pytest.mark.parametrize("room", [room for room in ROOMS if not room.startswith("raking")])
def test_packages_name_modules_that_there_are(room: str) -> None:
    folder = ROOT / room.replace(".", "/")
    said = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) or ""
    assert said
    assert set(re.findall(r"`(\w+)`", said)) <= {path.stem for path in folder.iterdir()}
