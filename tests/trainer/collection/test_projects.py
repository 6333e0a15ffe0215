"""Folders as RelightLab and RTIBuilder leave them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shaders.errors import RakingError
from trainer.collection.mlic import read_mlic

from ..conftest import SIZE, as_written, relist, ring_lights, write_picture

Write = Callable[..., Path]
LIGHTS = ring_lights()


def project(path: Path, **more: object) -> None:
    """Replaces the light file by a RelightLab project."""
    lines = (path / "dirs.lp").read_text().splitlines()[1:]
    images = []
    for line in lines:
        name, *numbers = line.split()
        direction = dict(zip("xyz", map(float, numbers), strict=True))
        images.append({"filename": name, "skip": False, "direction": direction})
    known = {"application": "RelightLab", "folder": ".", "width": SIZE, "height": SIZE}
    (path / "dirs.lp").unlink()
    (path / "coin.relight").write_text(json.dumps({**known, "images": images, **more}))


def change(path: Path, edit: Callable[[dict], None]) -> None:
    file = path / "coin.relight"
    content = json.loads(file.read_text())
    edit(content)
    file.write_text(json.dumps(content))


def test_a_project_of_relightlab_is_read(collection: Write) -> None:
    path = collection()
    project(path)
    mlic = read_mlic(path)
    as_written(mlic)
    assert mlic.warnings == []
    (path / "coin.relight").rename(path / ".relight")
    as_written(read_mlic(path))


def test_a_project_may_keep_its_lights_in_the_dome(collection: Write) -> None:
    path = collection()
    project(path)

    def newer(content: dict) -> None:
        images = content["images"]
        content["dome"] = {"directions": [image.pop("direction") for image in images]}

    change(path, newer)
    as_written(read_mlic(path))

    def without(content: dict) -> None:
        images = content["images"]
        images[3]["skip"] = True
        del content["dome"]["directions"][3]  # kept for those that are not skipped

    change(path, without)
    mlic = read_mlic(path)
    assert "image03.png" not in mlic.names
    order = [mlic.names.index(f"image{i:02}.png") for i in range(20) if i != 3]
    np.testing.assert_allclose(mlic.lights[order], np.delete(LIGHTS, 3, axis=0), atol=1e-6)
    assert mlic.warnings == ["left out, as coin.relight skips them: image03.png"]


def test_older_projects_keep_positions(collection: Write) -> None:
    path = collection()
    project(path)

    def older(content: dict) -> None:
        for image in content["images"]:
            direction = image["direction"]
            image["position"] = {axis: 50 * value for axis, value in direction.items()}
            image["direction"] = {"x": 0, "y": 0, "z": 0}

    change(path, older)
    as_written(read_mlic(path))


def test_what_a_project_lacks_or_crops_is_told(collection: Write) -> None:
    path = collection()
    project(path, crop={"left": 2, "top": 2, "width": 9, "height": 9, "angle": 0})
    change(path, lambda content: content["images"][4].pop("direction"))
    low = {"x": 1, "y": 0, "z": -0.1}
    change(path, lambda content: content["images"][5].update(direction=low))
    warnings = " ".join(read_mlic(path).warnings)
    assert "the light of image05.png in" in warnings
    assert "is below the horizon" in warnings
    assert "no light for image04.png" in warnings
    assert "crop of" in warnings
    assert "is not applied" in warnings


def test_a_project_beside_its_photographs_folder(collection: Write, tmp_path: Path) -> None:
    path = collection("coin/photos")
    project(path, folder="photos")
    shutil.move(path / "coin.relight", tmp_path / "coin")
    as_written(read_mlic(tmp_path / "coin"))
    as_written(read_mlic(path))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[" * 100_000,
        '{"images": ' + "9" * 5000 + "}",
        '{"images": [{"filename": 3}]}',
        '{"images": [null]}',
        '{"images": []}',
        '{"images": {"filename": "a"}}',
        '{"images": [{"filename": "a", "direction": {"x": 1e999, "y": NaN, "z": []}}]}',
        '{"images": [{"filename": "image00.png", "direction": {"x": 0, "y": 0, "z": -1}}]}',
        '{"images": [{"filename": "a", "direction": "up"}], "dome": {"directions": 7}}',
        "\ud800",
    ],
)
def test_what_is_no_project_is_one_short_sentence(collection: Write, text: str) -> None:
    path = collection()
    (path / "dirs.lp").unlink()
    (path / "coin.relight").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(RakingError, match=r"coin\.relight") as error:
        read_mlic(path)
    assert len(str(error.value)) < 300


def rtibuilder(path: Path, photographs: str = "jpeg-exports") -> Path:
    """A project as RTIBuilder lays it out, from a collection."""
    root = path.parent / "rti" / "coin"
    relist(path, lambda i: f"C:\\Users\\anna\\RTI\\coin\\{photographs}\\image{i:02}.png")
    (root / "assembly-files").mkdir(parents=True)
    shutil.move(path / "dirs.lp", root / "assembly-files" / "coin.lp")
    shutil.move(path, root / photographs)
    (root / "finished-files").mkdir()
    write_picture(root / "finished-files" / "image00.png", np.zeros((9, 9, 3), np.uint8))
    return root


@pytest.mark.parametrize("photographs", ["jpeg-exports", "cropped-images", "my photographs"])
def test_the_tree_of_rtibuilder_is_read(collection: Write, photographs: str) -> None:
    root = rtibuilder(collection(), photographs)
    (root / "original-captures").mkdir()
    for index in range(20):  # the same names, not those that the light file speaks of
        name = root / "original-captures" / f"image{index:02}.png"
        write_picture(name, np.zeros((SIZE, SIZE, 3), np.uint8))
    mlic = read_mlic(root)
    as_written(mlic)
    assert mlic.warnings == []
    (root / "test.txt").write_text("image03.png\n")
    assert read_mlic(root).test.names == ["image03.png"]
    as_written(read_mlic(root / "assembly-files"))
    for one_off, told in ((root / photographs, "lights"), (root.parent, "collection")):
        mlic = read_mlic(one_off)
        as_written(mlic)
        assert [w for w in mlic.warnings if f"the {told}" in w]


def test_what_is_ambiguous_is_refused_with_the_choices(collection: Write, tmp_path: Path) -> None:
    root = rtibuilder(collection(), "photographs")
    shutil.copytree(root / "photographs", root / "copies")
    shutil.copytree(root, tmp_path / "rti" / "vase")
    relisted = (root / "assembly-files" / "coin.lp").read_text().replace("photographs", "old")
    (root / "assembly-files" / "coin.lp").write_text(relisted)
    with pytest.raises(RakingError, match=r"several folders \(copies and photographs\)"):
        read_mlic(root)
    as_written(read_mlic(root / "copies"))
    with pytest.raises(RakingError, match=r"several collections \(coin and vase\)"):
        read_mlic(root.parent)
    shutil.copy(root / "assembly-files" / "coin.lp", root / "assembly-files" / "cropped.lp")
    with pytest.raises(RakingError, match=r"several \.lp files \(coin.lp, cropped.lp\).*--lights"):
        read_mlic(root)
