"""`.lp` files with the quirks of real ones."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from shaders.errors import RakingError
from trainer.lights.lp import read_lp


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


LIGHTS = np.array([[0, 0, 1], [0.5, 0, 0.8660254], [-0.48, 0.6, 0.64], [1, 0, 0]])


def table(separator: str, decimal: str, names: Sequence[str] | None, ending: str = "\n") -> str:
    """LIGHTS as a table; whole numbers without decimals, as spreadsheets write them."""
    lines = []
    for index, light in enumerate(LIGHTS):
        numbers = [f"{value:.7g}".replace(".", decimal) for value in light]
        lines.append(separator.join([*([names[index]] if names else []), *numbers]))
    return ending.join(["4", *lines, ""])


NAMES = ["a 1.jpg", "b 2.jpg", "c 3.jpg", "d 4.jpg"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("names", [NAMES, None])
@pytest.mark.parametrize(
    ("separator", "decimal"),
    [
        *((" ", "."), (" ", ","), ("\t", "."), ("\t", ","), (";", "."), (";", ",")),
        *((" ; ", ","), ("  ", ","), (",", "."), (", ", "."), ("\t\t", ",")),
    ],
)
def test_columns_are_told_apart(
    tmp_path: Path, separator: str, decimal: str, names: list[str] | None, ending: str
) -> None:
    found, directions, warnings = read(tmp_path, table(separator, decimal, names, ending))
    assert found == (names or [None] * 4)
    np.testing.assert_allclose(directions, LIGHTS, atol=1e-6)
    assert warnings == []


def test_points_and_commas_may_change_from_line_to_line(tmp_path: Path) -> None:
    found, directions, _ = read(tmp_path, "2\na.jpg 0,6 0 0,8\nb.jpg 0.6 0.0 0.8\n")
    assert found == ["a.jpg", "b.jpg"]
    np.testing.assert_allclose(directions, [[0.6, 0, 0.8]] * 2, atol=1e-6)


@pytest.mark.parametrize("names", [NAMES, None])
def test_commas_that_may_be_either_are_refused(tmp_path: Path, names: list[str] | None) -> None:
    with pytest.raises(RakingError, match=r"line 3 of .* is not 'name x y z'"):
        read(tmp_path, table(",", ",", names))


@pytest.mark.parametrize(
    "encoding",
    ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"],
)
def test_unicode_is_read_with_and_without_a_mark(tmp_path: Path, encoding: str) -> None:
    text = "1\nЩит 日本.jpg 0,6 0 0,8\r\n"
    for mark in ("", "\ufeff"):
        if encoding == "utf-32-le" and not mark:
            continue  # nobody writes that
        names, directions, warnings = read(tmp_path, (mark + text).encode(encoding))
        assert names == ["Щит 日本.jpg"]
        np.testing.assert_allclose(directions, [[0.6, 0, 0.8]], atol=1e-6)
        assert warnings == []


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1251", "Щит_00.jpg"),
        ("koi8_r", "Щит_00.jpg"),
        ("cp866", "Щит_00.jpg"),
        ("cp1252", "Prägung_Größe.jpg"),
        ("mac_roman", "Prägung_é.jpg"),
        ("cp1250", "Źródło_šž.jpg"),
        ("cp932", "石碑_表.jpg"),
        ("gb18030", "石碑_東.jpg"),
        ("cp949", "비석.jpg"),
        ("cp1253", "Στήλη.jpg"),
    ],
)
def test_an_old_encoding_is_told_by_the_photographs(
    tmp_path: Path, encoding: str, name: str
) -> None:
    decomposed = tmp_path / unicodedata.normalize("NFD", name)  # as macOS keeps names
    path = tmp_path / "dirs.lp"
    path.write_bytes(f"1\n{name} 0 0 1\n".encode(encoding))
    for photograph in (tmp_path / name, decomposed):
        entries, warnings = read_lp(path, [photograph, tmp_path / "other.jpg"])
        assert [entry.name for entry in entries] == [name]
        assert len(warnings) == 1
        assert "not in UTF-8; it is read in" in warnings[0]
        assert "in which its names are those of the photographs" in warnings[0]


def test_comments_headings_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    text = "# dome 3\n\n// 2024\n2\nfile;lx;ly;lz\na.jpg;0;0;1;;\n#b.jpg;0;0;1\nc.jpg;0,6;0;0,8\n"
    names, directions, warnings = read(tmp_path, text)
    assert names == ["a.jpg", "c.jpg"]
    np.testing.assert_allclose(directions, [[0, 0, 1], [0.6, 0, 0.8]], atol=1e-6)
    assert warnings == []
    assert read(tmp_path, "1\na.jpg 0 0 1 # the zenith\n")[2] == []


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize("separator", [" ", ";", ",", "\t"])
def test_quotes_around_names_are_taken_off(tmp_path: Path, quote: str, separator: str) -> None:
    line = separator.join([f"{quote}my  photo.jpg{quote}", "0.6", "0.0", "0.8"])
    assert read(tmp_path, f"1\n{line}\n")[0] == ["my  photo.jpg"]


@pytest.mark.parametrize("separator", [" ", "\t", ";", ","])
@pytest.mark.parametrize("more", [["1.0", "1.0", "1.0"], ["0.5"], ["LED7", "on"]])
def test_columns_after_z_are_warned_about_once(
    tmp_path: Path, separator: str, more: list[str]
) -> None:
    lines = [[f"img_{i:02}.jpg", *map(str, light), *more] for i, light in enumerate(LIGHTS)]
    text = "\n".join(["4", *(separator.join(line) for line in lines)])
    names, directions, warnings = read(tmp_path, text)
    assert names == [f"img_{i:02}.jpg" for i in range(4)]
    np.testing.assert_allclose(directions, LIGHTS, atol=1e-6)
    assert len(warnings) == 1
    assert "lines 2, 3, 4 and 5 of" in warnings[0]
    assert "what follows 'name x y z' is ignored" in warnings[0]


def test_numbers_in_names_are_not_taken_for_lights(tmp_path: Path) -> None:
    assert read(tmp_path, "1\nIMG 1 2 3 copy.jpg 0.6 0 0.8\n")[0] == ["IMG 1 2 3 copy.jpg"]
    assert read(tmp_path, "2\n1 0.6 0 0.8\n2 0 0 1\n")[0] == ["1", "2"]
    path = tmp_path / "dirs.lp"
    path.write_text("1\nphoto 1 0 0 1\n")
    for photograph in ("photo.jpg", "photo 1.jpg"):
        entries, _ = read_lp(path, [tmp_path / photograph])
        assert entries[0].name == Path(photograph).stem


def test_a_name_behind_the_numbers_is_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(RakingError, match=r"line 2 of .* is not 'name x y z'"):
        read(tmp_path, "1\n0.6 0 0.8 a.jpg\n")


@pytest.mark.parametrize("count", ["9" * 5000, "-3", "0", "+7;;;"])
def test_a_count_that_lies_is_told(tmp_path: Path, count: str) -> None:
    names, _, warnings = read(tmp_path, PLAIN.replace("2\n", f"{count}\n", 1))
    assert names == ["a.jpg", "b.jpg"]
    assert len(warnings) == 1
    assert "but lists 2; all are read" in warnings[0]
    assert len(warnings[0]) < 300


@pytest.mark.parametrize("numbers", ["1e300 0 1e300", "1e-300 0 1e-300", "1e-320 0 1e-320"])
def test_lengths_far_from_one_are_directions_all_the_same(tmp_path: Path, numbers: str) -> None:
    _, directions, _ = read(tmp_path, f"1\na.jpg {numbers}\n")
    np.testing.assert_allclose(directions, [[0.5**0.5, 0, 0.5**0.5]], atol=1e-3)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe1",  # half a character
        b"1\n" + b"x" * 100_000 + b" 0 0\n",
        b"1\n" + b"a\\" * 5000 + b" 0 1\n",
        b"1\na.jpg 1e400 0 1\n",
        b"1\na.jpg 0 0 1e\n",
        bytes(range(256)) * 8,
        b"\0" * 1000,
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    ],
)
def test_what_is_no_light_file_is_one_short_sentence(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(RakingError) as error:
        read(tmp_path, data)
    assert len(str(error.value)) < 300
    assert "dirs.lp" in str(error.value)


@pytest.mark.parametrize("seed", range(40))
def test_damaged_light_files_are_read_or_refused_in_a_sentence(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    separator, decimal = [(" ", "."), (";", ","), (",", "."), ("\t", ",")][seed % 4]
    text = table(separator, decimal, NAMES).encode(("utf-8", "utf-16")[seed % 2])
    data = np.frombuffer(text, np.uint8).copy()
    data[random.integers(0, len(data), 3)] = random.integers(0, 256, 3)
    cut = random.integers(0, len(data), 2)
    try:
        names, directions, _ = read(tmp_path, np.delete(data, slice(*sorted(cut))).tobytes())
    except RakingError as error:
        assert len(str(error)) < 300
    else:
        assert len(names) == len(directions)
        np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1, atol=1e-5)
        assert (directions[:, 2] >= 0).all()
