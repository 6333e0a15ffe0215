"""Pictures from several cameras under several lights: names and tables as they are published."""

import zipfile
from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from shaders.errors import RakingError
from trainer.collection.mlic import Mlic, read_mlic

from ..conftest import bumps, train, write_collection, write_picture

Pair = tuple[int, int, int, int]  # theta and phi of the light, theta and phi of the view
Name = Callable[[Pair], str]

LIGHTS = [(0, 0), *((30, p) for p in range(0, 360, 90)), *((60, p) for p in range(0, 360, 45))]
VIEWS = [(0, 0), *((30, p) for p in range(0, 360, 120)), *((60, p) for p in range(0, 360, 90))]
PAIRS: list[Pair] = [(*light, *view) for view, light in product(VIEWS, LIGHTS)]


def ubo(pair: Pair) -> str:
    tl, pl, tv, pv = pair
    return f"{PAIRS.index(pair):05} tl{tl:03} pl{pl:03} tv{tv:03} pv{pv:03}.png"


def in_folders(pair: Pair) -> str:
    return f"tv{pair[2]:03}_pv{pair[3]:03}/{ubo(pair)}"


def img(pair: Pair) -> str:
    return "img_tv{2}_pv{3}_tl{0}_pl{1}.png".format(*pair)


def plain(pair: Pair) -> str:
    return f"camera{VIEWS.index(pair[2:])}/{LIGHTS.index(pair[:2])}.png"


def direction(theta: float, phi: float) -> np.ndarray:
    t, p = np.deg2rad([theta, phi])
    return np.array([np.sin(t) * np.cos(p), np.sin(t) * np.sin(p), np.cos(t)])


@cache
def picture(pair: Pair) -> np.ndarray:
    """What tells pairs apart: the bumps under this light, darker from the side."""
    shade = 0.5 + 0.5 * np.cos(np.deg2rad(pair[2])) * (1 - pair[3] / 1000)
    lit = bumps(direction(*pair[:2])[None])[0]
    return np.rint(lit * shade).astype(np.uint8)


def write(path: Path, name: Name = ubo, pairs: list[Pair] = PAIRS) -> Path:
    for pair in pairs:
        file = path / name(pair)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_picture(file, picture(pair))
    return path


def write_table(path: Path, name: Name, pairs: list[Pair] = PAIRS) -> Path:
    lines = ["name,light_x,light_y,light_z,view_x,view_y,view_z"]
    for pair in pairs:
        numbers = [*direction(*pair[:2]), *(2 * direction(*pair[2:]))]
        lines.append(",".join([name(pair), *(f"{number:.7f}" for number in numbers)]))
    (path / "directions.csv").write_text("\n".join(lines))
    return path


def zipped(path: Path) -> Path:
    archive = path.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w") as file:
        for inside in sorted(path.rglob("*.png")):
            file.write(inside, Path("WALLPAPER", inside.relative_to(path)))
    return archive


def check_pairs(mlic: Mlic, pairs: list[Pair]) -> None:
    """Every picture has its own light and view, and those of no other."""
    known = {picture(pair).tobytes(): pair for pair in pairs}
    assert mlic.views is not None
    assert len(mlic.names) == len(known) == len(pairs)
    for name, light, view in zip(mlic.names, mlic.lights, mlic.views, strict=True):
        pair = known[mlic.photograph(name).tobytes()]
        np.testing.assert_allclose(light, direction(*pair[:2]), atol=1e-6)
        np.testing.assert_allclose(view, direction(*pair[2:]), atol=1e-6)


@pytest.mark.parametrize("name", [ubo, in_folders, img], ids=lambda name: name.__name__)
@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_published_names(tmp_path: Path, name: Name, kind: str) -> None:
    path = write(tmp_path / "btf", name)
    mlic = read_mlic(zipped(path) if kind == "zip" else path, all_photographs=True)
    check_pairs(mlic, PAIRS)
    assert mlic.warnings == []
    stored = mlic.train.image(3) * 255
    np.testing.assert_array_equal(stored, mlic.photograph(mlic.train.names[3]))


def test_a_table_of_directions(tmp_path: Path) -> None:
    path = write_table(write(tmp_path / "btf", plain), plain)
    check_pairs(read_mlic(path, all_photographs=True), PAIRS)


def test_pairs_may_be_missing(tmp_path: Path) -> None:
    pairs = [pair for i, pair in enumerate(PAIRS) if i % 7]
    mlic = read_mlic(write(tmp_path / "btf", in_folders, pairs), all_photographs=True)
    check_pairs(mlic, pairs)


def test_held_out_are_new_cameras_under_new_lights(tmp_path: Path) -> None:
    mlic = read_mlic(write(tmp_path / "btf"))
    assert mlic.train.views is not None and mlic.test.views is not None
    for trained, held_out in (
        (mlic.train.lights, mlic.test.lights),
        (mlic.train.views, mlic.test.views),
    ):
        apart = np.linalg.norm(held_out[:, None] - trained, axis=2)
        assert apart.min() > 0.1
    assert len(mlic.test.names) >= 4
    assert any("not used" in warning for warning in mlic.warnings)


def test_one_view_is_a_collection_as_any(tmp_path: Path) -> None:
    pairs = [pair for pair in PAIRS if pair[2:] == (0, 0)]
    of_names = read_mlic(write(tmp_path / "names", pairs=pairs))
    lights = np.array([direction(*pair[:2]) for pair in pairs])
    pictures = np.array([picture(pair) for pair in pairs])
    of_file = read_mlic(write_collection(tmp_path / "file", lights, pictures))
    assert of_names.views is None
    np.testing.assert_allclose(of_names.lights, of_file.lights, atol=1e-6)
    np.testing.assert_array_equal(of_names.train.images, of_file.train.images)
    assert of_names.warnings == of_file.warnings
    assert len(of_names.test.names) > 0


def test_a_light_file_goes_before_names(tmp_path: Path) -> None:
    pairs = [pair for pair in PAIRS if pair[2:] == (0, 0)]
    path = write(tmp_path / "btf", img, pairs)
    lines = [" ".join([img(p), *map(str, direction(p[0], p[1] + 90))]) for p in pairs]
    (path / "dirs.lp").write_text("\n".join([str(len(lines)), *lines]))
    mlic = read_mlic(path, all_photographs=True)
    turned = [direction(pair[0], pair[1] + 90) for pair in pairs]
    places = [mlic.names.index(img(pair)) for pair in pairs]
    np.testing.assert_allclose(mlic.lights[places], turned, atol=1e-6)


def test_several_cameras_are_refused_by_models_of_one(tmp_path: Path) -> None:
    mlic = read_mlic(write(tmp_path / "btf"))
    with pytest.raises(RakingError, match="several cameras"):
        train(mlic, model="ptm")


def test_pictures_without_a_pair_are_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "btf")
    write_picture(path / "contact sheet.png", picture(PAIRS[0]))
    mlic = read_mlic(path, all_photographs=True)
    assert any("no pair of light and camera: contact sheet.png" in w for w in mlic.warnings)
    assert len(mlic.names) == len(PAIRS)


def rename(path: Path, old: str, new: str) -> None:
    for file in sorted(path.iterdir())[:1]:
        file.rename(path / file.name.replace(old, new))


def many_without(path: Path) -> None:
    for i in range(len(PAIRS) + 1):
        write_picture(path / f"extra{i}.png", picture(PAIRS[0]))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: rename(path, "tl000", "tl095"), "light of .* stands below the surface, 95"),
        (lambda path: rename(path, "tv000", "tv090"), "camera of .* stands below the surface"),
        (lambda path: rename(path, "tl000", "tl-10"), "at a negative angle"),
        (lambda path: rename(path, "pl000", "pl400"), "azimuth of 400 degrees"),
        (many_without, r"tell no pair of light and camera, extra0\.png for one"),
        (lambda path: (path / "directions.csv").write_text("name,x,y,z\n"), "lacks the column"),
        (lambda path: (path / "directions.csv").write_text(""), "lacks the column name"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    tmp_path: Path, spoil: Callable[[Path], object], said: str
) -> None:
    path = write(tmp_path / "btf")
    spoil(path)
    with pytest.raises(RakingError, match=said):
        read_mlic(path)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("x.png,0,0,1,0,0,-1", "camera in line 2 .* stands below the surface"),
        ("x.png,0,0,-1,0,0,1", "far below the horizon"),
        ("x.png,0,0,1,0,0", "line 2 .* is no name and six numbers"),
        ("x.png,0,0,1,0,zero,1", "line 2 .* is no name and six numbers"),
        ("x.png,0,0,1,0,0,nan", "no direction"),
        ("x.png,0,0,1,0,0,0", "no direction"),
        ("absent.png,0,0,1,0,0,1", "names no picture that is in"),
        ("", "lists no pictures"),
    ],
)
def test_a_table_that_cannot_be_is_a_sentence(tmp_path: Path, row: str, said: str) -> None:
    path = tmp_path / "btf"
    path.mkdir()
    write_picture(path / "x.png", picture(PAIRS[0]))
    heading = "name,light_x,light_y,light_z,view_x,view_y,view_z"
    (path / "directions.csv").write_text(f"{heading}\n{row}\n")
    with pytest.raises(RakingError, match=said):
        read_mlic(path)


def test_archives_that_cannot_be_read(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(b"no zip")
    with pytest.raises(RakingError, match="damaged or no zip"):
        read_mlic(archive)
    good = zipped(write(tmp_path / "btf", img)).read_bytes()
    middle = len(good) // 2
    archive.write_bytes(good[:middle] + bytes(200) + good[middle + 200 :])
    with pytest.raises(RakingError, match="damaged"):
        read_mlic(archive, all_photographs=True)
    (tmp_path / "cloth.btf").write_bytes(b"BTF")
    with pytest.raises(RakingError, match="UBO2014"):
        read_mlic(tmp_path / "cloth.btf")


def test_the_seeds_photographs(shared_data: Path) -> None:
    mlic = read_mlic(shared_data / "btf" / "ubo2003_wallpaper")
    assert mlic.views is None
    assert (len(mlic.train.names), len(mlic.test.names)) == (76, 5)
    name = "00081 tl015 pl000 tv000 pv000.jpg"
    np.testing.assert_allclose(mlic.lights[mlic.names.index(name)], direction(15, 0), atol=1e-6)
