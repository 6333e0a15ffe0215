"""info.json: the table of cases that info.test.js walks as well."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from renderer.image import limits
from renderer.image.info import error_field, parse_info
from renderer.image.keys import Facts, Info, Keys, LinearBlock, LinearInfo, NeuralBlock, NeuralInfo
from shaders.decoder import Decoder
from shaders.errors import RakingError

from ...cases.table import Row, info_text, is_read, label, reading, rows

FILE = Path("images/coin/info.json")
FORMAT = Path(limits.__file__).with_name("FORMAT.md")


def read(text: str) -> dict[str, Any]:
    """What is made of a text, in the names of the table."""
    info, decoder = parse_info(text, FILE)
    ours = info.raking
    relief = ours.relief if ours else None
    found = {
        "kind": decoder.kind,
        "label": decoder.label(ours.provenance.get("model") if ours else None),
        "width": info.width,
        "height": info.height,
        "latents": decoder.latents,
        "units": decoder.units,
        "parameters": decoder.parameters,
        "latentMin": decoder.latent_min.tolist(),
        "latentMax": decoder.latent_max.tolist(),
        "lights": None if info.lights is None else info.lights[:, :2].tolist(),
        "views": None if ours is None or ours.views is None else ours.views[:, :2].tolist(),
        "pixelSize": info.pixel_size_mm,
        "title": ours.title if ours else None,
        "facts": ((ours and ours.facts) or Facts()).model_dump(),
        "planeFiles": info.plane_files(),
        "maskFile": ours.mask if ours else None,
        "normalsFile": ours.normals if ours else None,
        "relief": None if relief is None else {"low": relief.low, "high": relief.high},
        "reliefFile": None if relief is None else relief.picture,
        "evidence": evidence(info, decoder),
    }
    return json.loads(json.dumps(found))


def evidence(info: Info, decoder: Decoder) -> dict[str, Any] | None:
    field = error_field(info, decoder)
    if field is None or info.raking is None or info.raking.evidence is None:
        return None
    return {
        "file": info.raking.evidence.picture,
        "rows": field.rows.tolist(),
        "lights": field.lights[:, :2].tolist(),
        "spacing": round(float(np.degrees(field.spacing)), 6),
        "leftOut": field.left_out,
    }


@pytest.mark.parametrize("row", [r for r in rows("infos") if is_read(r)], ids=label)
def test_read(row: Row) -> None:
    assert read(info_text(row)) == reading(row)


@pytest.mark.filterwarnings("error")  # nothing is said before the sentence
@pytest.mark.parametrize("row", [r for r in rows("infos") if not is_read(r)], ids=label)
def test_refused(row: Row) -> None:
    """The table has what both languages' sentences say or, where they differ, Python's first."""
    with pytest.raises(RakingError, match=r"^images/coin/info.json") as error:
        parse_info(info_text(row), FILE)
    said = row["refused"]
    assert (said if isinstance(said, str) else said[0]) in str(error.value)
    assert len(str(error.value)) < 300


def test_the_facts_are_those_of_both_languages() -> None:
    assert tuple(Facts.model_fields) == limits.FACTS


@pytest.mark.parametrize("keys", [NeuralInfo, LinearInfo, NeuralBlock, LinearBlock])
def test_the_format_is_written_down(keys: type[Keys]) -> None:
    text = FORMAT.read_text("utf-8")
    names = [field.alias or name for name, field in keys.model_fields.items()]
    assert len(names) > 8
    assert [name for name in names if f"`{name}`" not in text] == []
