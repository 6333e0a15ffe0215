"""The small inputs of ../shared/cases, each read as its README says; skipped where they are absent.

Copies of every kind that the tests write themselves are in test_lp.py and test_folder.py.
"""

import re
from pathlib import Path

import numpy as np
import pytest

import raking
from shaders.errors import RakingError
from trainer.collection.mlic import Mlic

CASES = Path(__file__).parents[4] / "shared" / "cases"


def case(name: str) -> Path:
    if not CASES.is_dir():
        pytest.skip("the small inputs (../shared/cases) are not on this machine")
    return CASES / name


def as_base(mlic: Mlic) -> None:
    """Asserts that a collection is c00_base under other names: its lights and its pixels."""
    base = raking.read_collection(case("collections/c00_base"))
    assert (len(base.names), base.warnings) == (24, [])
    assert base.lights.dtype == np.float32
    assert len(mlic.names) == 24
    for name, own in zip(sorted(base.names), sorted(mlic.names), strict=True):
        light, known = mlic.lights[mlic.names.index(own)], base.lights[base.names.index(name)]
        np.testing.assert_allclose(light, known, atol=1e-5)
        np.testing.assert_array_equal(mlic.photograph(own), base.photograph(name))


@pytest.mark.parametrize(
    "name",
    [
        *("c01_comma", "c03_raw_CR3", "c03_raw_NEF", "c04_utf16", "c05_comment", "c05_semicolon"),
        *("c15_rtibuilder", "c18_relightproject"),
    ],
)
def test_what_needs_no_warning(name: str) -> None:
    mlic = raking.read_collection(case(f"collections/{name}"))
    as_base(mlic)
    assert mlic.warnings == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("c02_domelp", "paired in natural order"),
        ("c06_cyr1251", "read in cp1251"),
        ("c12_pairs", r"in another format.*img_00\.tif"),
        ("c12_sphere", r"of another size.*sphere_0\.png"),
        ("c25_extra", "what follows 'name x y z' is ignored"),
    ],
)
def test_what_needs_a_warning(name: str, words: str) -> None:
    mlic = raking.read_collection(case(f"collections/{name}"))
    as_base(mlic)
    (warning,) = mlic.warnings
    assert re.search(words, warning)
    assert len(warning) < 300


def test_one_of_two_light_files_is_named() -> None:
    path = case("collections/c14_twolp")
    with pytest.raises(RakingError, match="--lights"):
        raking.read_collection(path)
    as_base(raking.read_collection(path, lights=Path("lights.lp")))
    as_base(raking.read_collection(path, lights=path / "sphere1.lp"))


def test_a_count_of_thousands_of_digits_is_told() -> None:
    mlic = raking.read_collection(case("damaged/lp-bigcount"))
    assert len(mlic.names) == 16
    assert any("declares 999999...99999999999 lights" in warning for warning in mlic.warnings)


def test_an_endless_name_is_told_in_a_short_sentence() -> None:
    with pytest.raises(RakingError, match=r"test\.txt holds out 'xxx") as error:
        raking.read_collection(case("damaged/endless-test-name/coll"))
    assert len(str(error.value)) < 300
