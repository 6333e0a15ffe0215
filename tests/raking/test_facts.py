"""Facts in words, of images whose provenance may hold anything."""

from pathlib import Path

import numpy as np
import pytest

from raking.cli.facts import held_out, readable_facts, show, size_of


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1 kB"), (999_600, "1 MB"), (4.56e9, "4.56 GB")],
)
def test_sizes(count: float, text: str) -> None:
    assert size_of(count) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (0.123456, "0.1235"),
        (10**300, "1" + 116 * "0" + "..."),
        ([1, 2, 3, 4, 5, 6, 7], "1, 2, 3, 4, 5 and 2 more"),
        ({"a": [1.23456, {"b": None}]}, "a 1.235, b"),
    ],
)
def test_values(value: object, text: str) -> None:
    assert show(value).strip() == text


def test_a_title(make_image, tmp_path: Path) -> None:
    image = make_image()
    assert "Title" not in readable_facts(image, tmp_path)
    image.title = "A coin"
    assert readable_facts(image, tmp_path)["Title"] == "A coin"


def test_the_cameras(make_image, tmp_path: Path) -> None:
    assert "Cameras" not in readable_facts(make_image(), tmp_path)
    image = make_image(conditions=4)
    assert readable_facts(image, tmp_path)["Cameras"] == "several"
    image.views = np.tile(np.float32([0, 0, 1]), (3, 1))
    assert readable_facts(image, tmp_path)["Cameras"] == "3"


def test_names_held_out() -> None:
    assert held_out(["a.jpg", "b.jpg"]) == "2: a.jpg, b.jpg"
    assert held_out([]) == "none"
    assert held_out({"test_set": "Test"}) == "all of Test"
    assert held_out(3) == held_out(None) == held_out({"x": 1}) == ""


def test_how_the_photographs_were_read(make_image, tmp_path: Path) -> None:
    image = make_image()
    record = {"colour": "Adobe RGB to sRGB", "bits": 12, "orientation_flags": "not followed"}
    image.provenance = {"photographs": record}
    read_as = readable_facts(image, tmp_path)["Read as"]
    assert read_as == "12 bits, Adobe RGB to sRGB, orientation flags not followed"


@pytest.mark.parametrize("value", [None, True, 10**4000, 1e308, -1.5, "x" * 9999, [[[]]], {"a": 1}])
def test_any_provenance_makes_short_facts(make_image, tmp_path: Path, value: object) -> None:
    image = make_image()
    keys = ("model", "scores", "seconds", "steps", "lights", "collection", "test_lights", "seed")
    image.provenance = dict.fromkeys((*keys, "software", "photographs", "something_else"), value)
    facts = readable_facts(image, tmp_path)
    assert facts["Size"] == "64 x 48 pixels"
    assert all(len(text) < 300 for text in facts.values())
    image.provenance = {"scores": dict.fromkeys(("psnr", "ssim", "delta_e"), value)}
    assert all(len(text) < 300 for text in readable_facts(image, tmp_path).values())
