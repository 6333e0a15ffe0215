"""Which collections are found, what they are called, and of which group they are."""

from pathlib import Path

import pytest

from bench.fidelity.items import find_items
from shaders.errors import RakingError


def lay_out(root: Path, *files: str) -> Path:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(file)
    return root


def found(root: Path) -> dict[str, str]:
    return {item.name: item.group for item in find_items(root)}


def test_the_layouts_of_the_papers_and_any_folder(tmp_path: Path) -> None:
    root = lay_out(
        tmp_path / "all",
        "synth/Single/Object3/material6/Dome/dirs.lp",
        "synth/Single/Object3/material6/Test/dirs.lp",
        "synth/Multi/Object12/material5/dome/dirs.lp",
        "RealRTI/item10/dirs.lp",
        "RealRTI/item2/lights.LP",
        "RealRTI_HR/tablet/dirs.lp",
        "mine/coin/photographs/coin.lp",
        "mine/notes/readme.txt",
        ".hidden/dirs.lp",
    )
    assert found(root) == {
        "mine/coin/photographs": "other",
        "RealRTI/item2": "realrti",
        "RealRTI/item10": "realrti",
        "RealRTI_HR/tablet": "realrtihr",
        "synth/Multi/Object12/material5": "multi",
        "synth/Single/Object3/material6": "single",
    }
    assert list(found(root)).index("RealRTI/item2") < list(found(root)).index("RealRTI/item10")
    surfaces = {item.name: item.surface for item in find_items(root)}
    assert surfaces["synth/Multi/Object12/material5"] == 12
    assert surfaces["RealRTI/item2"] is None


def test_the_folder_may_be_a_part_or_one_collection(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "SynthRTI", "Single/Object1/material2/Dome/dirs.lp")
    assert found(root / "Single") == {"Object1/material2": "single"}
    alone = root / "Single/Object1/material2"
    assert found(alone) == {"Single/Object1/material2": "single"}
    assert found(lay_out(tmp_path / "item4", "dirs.lp")) == {"item4": "realrti"}
    assert found(lay_out(tmp_path / "coin", "dirs.lp")) == {"coin": "other"}


def test_links_are_followed_once(tmp_path: Path) -> None:
    lay_out(tmp_path / "elsewhere", "coin/dirs.lp")
    root = lay_out(tmp_path / "root", "near/dirs.lp")
    (root / "far").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere/round").symlink_to(root)
    assert set(found(root)) == {"near", "far/coin"}


def test_other_files_give_another_fingerprint(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "coin", "dirs.lp", "a.jpg", "Test/b.jpg", "notes.md")
    before = find_items(root)[0].sha256
    assert find_items(root)[0].sha256 == before
    (root / "notes.md").write_text("more")
    assert find_items(root)[0].sha256 == before
    for file in ("a.jpg", "Test/b.jpg", "dirs.lp"):
        (root / file).write_text("other")
        assert find_items(root)[0].sha256 != before
        before = find_items(root)[0].sha256


def test_nothing_to_find_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RakingError, match="holds no collection"):
        find_items(lay_out(tmp_path / "empty", "picture.jpg"))
    with pytest.raises(RakingError, match="not a folder"):
        find_items(tmp_path / "absent")
