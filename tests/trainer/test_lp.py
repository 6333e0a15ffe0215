"""`.lp` files with the quirks of real ones."""

from pathlib import Path

import numpy as np
import pytest

from shaders.errors import RakingError
from trainer.lp import read_lp


def read(tmp_path: Path, data: str | bytes) -> tuple[list[str | None], np.ndarray, list[str]]:
    path = tmp_path / "dirs.lp"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    entries, warnings = read_lp(path)
    return [e.name for e in entries], np.array([e.direction for e in entries]), warnings


PLAIN = "2\na.jpg 0 0 1\nb.jpg 0.6 0 0.8\n"


@pytest.mark.parametrize(
    "data",
    [
        PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace(" ", "\t"),
        PLAIN.replace("\n", "   \n") + "\n \n",
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.replace("0.6 0 0.8", "1.2 0 1.6"),
        PLAIN.replace("a.jpg", "photos/a.jpg").replace("b.jpg", r"C:\My photos\b.jpg"),
        PLAIN.replace("a.jpg", "/home/me/a.jpg"),
    ],
    ids=["plain", "crlf", "tabs", "trailing", "bom", "length", "backslashes", "slashes"],
)
def test_quirks_are_read_as_they_are_meant(tmp_path: Path, data: str | bytes) -> None:
    names, directions, warnings = read(tmp_path, data)
    assert names == ["a.jpg", "b.jpg"]
    np.testing.assert_allclose(directions, [[0, 0, 1], [0.6, 0, 0.8]], atol=1e-6)
    assert warnings == []


def test_names_may_hold_spaces(tmp_path: Path) -> None:
    assert read(tmp_path, "1\nmy first photo.jpg 0 0 1\n")[0] == ["my first photo.jpg"]


def test_names_in_latin_1_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, "1\nprägung.jpg 0 0 1\n".encode("latin-1"))[0] == ["prägung.jpg"]


def test_three_columns_are_lights_without_names(tmp_path: Path) -> None:
    names, directions, warnings = read(tmp_path, "2\n0 0 1\n0.6 0 0.8\n")
    assert names == [None, None]
    assert directions.shape == (2, 3)
    assert warnings == []


def test_a_wrong_count_is_warned_about_and_all_lines_are_read(tmp_path: Path) -> None:
    names, _, warnings = read(tmp_path, PLAIN.replace("2\n", "7\n", 1))
    assert names == ["a.jpg", "b.jpg"]
    assert len(warnings) == 1
    assert "declares 7" in warnings[0]
    assert "lists 2" in warnings[0]


def test_a_missing_count_is_warned_about(tmp_path: Path) -> None:
    names, _, warnings = read(tmp_path, PLAIN.removeprefix("2\n"))
    assert names == ["a.jpg", "b.jpg"]
    assert len(warnings) == 1


def test_a_light_slightly_below_the_horizon_is_put_on_it(tmp_path: Path) -> None:
    _, directions, warnings = read(tmp_path, "1\na.jpg 0.995 0 -0.0999\n")
    np.testing.assert_allclose(directions, [[1, 0, 0]], atol=1e-6)
    assert len(warnings) == 1
    assert "line 2" in warnings[0]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a.jpg nan 0 1", "finite"),
        ("a.jpg inf 0 1", "finite"),
        ("a.jpg 0 0 0", "no direction"),
        ("a.jpg 0 0.6 -0.8", "below the horizon"),
        ("a.jpg 0 one 1", "not 'name x y z'"),
        ("a.jpg", "not 'name x y z'"),
        ("0.5 0.5", "not 'name x y z'"),
    ],
)
def test_a_line_that_is_no_light_is_named(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(RakingError, match=words) as error:
        read(tmp_path, f"2\nfirst.jpg 0 0 1\n{line}\n")
    assert "line 3 of" in str(error.value)
    assert "dirs.lp" in str(error.value)


@pytest.mark.parametrize("data", ["", "0\n", "\n\n"])
def test_a_file_without_lights_is_refused(tmp_path: Path, data: str) -> None:
    with pytest.raises(RakingError, match="lists no lights"):
        read(tmp_path, data)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RakingError, match=r"absent\.lp"):
        read_lp(tmp_path / "absent.lp")
