"""Checkpoints: what was saved comes back; of anything else nothing does, with a warning."""

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from shaders.errors import RakingError
from trainer.running.checkpoint import Checkpoint

SETTINGS: dict[str, Any] = {"model": "neural", "seed": 3, "test_lights": ["a.png"]}
CASES = Path(__file__).parents[4] / "shared" / "cases" / "damaged"


class Code:
    """What a pickle of it would do when it is read."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (os.environ["TRAP"],)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / ".image.checkpoint"
    present = {"step": 7, "networks": {"weight": torch.arange(600.0)}, "best": None}
    Checkpoint(path, SETTINGS, pytest.fail).save(present=present, seconds=2.5)
    return path


def read(path: Path) -> tuple[dict[str, Any], list[str]]:
    """The state, and the warnings."""
    warnings: list[str] = []
    return Checkpoint(path, SETTINGS, warnings.append).state, warnings


def test_what_was_saved_comes_back(saved: Path) -> None:
    state, warnings = read(saved)
    assert not warnings
    assert (state["present"]["step"], state["seconds"]) == (7, 2.5)
    assert torch.equal(state["present"]["networks"]["weight"], torch.arange(600.0))


def test_any_damage_begins_anew(saved: Path) -> None:
    whole = saved.read_bytes()
    random = np.random.default_rng(0)
    damaged = [b"", b"x", whole[:-1], whole[:1000], whole + b"\0", whole[1:], bytes(len(whole))]
    for place in random.integers(len(whole), size=100):
        bit = 1 << int(random.integers(8))
        damaged.append(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
    for content in damaged:
        saved.write_bytes(content)
        state, (warning,) = read(saved)
        assert state == {}
        assert warning == f"the checkpoint {saved} is damaged; training begins anew"


@pytest.mark.parametrize("state", [None, [], {"present": 3}, {"neural": "weights"}])
def test_what_others_wrote_begins_anew(saved: Path, state: object) -> None:
    """As torch.save writes it, with the right settings and the wrong things in it."""
    stored = torch.load(saved, weights_only=True)
    torch.save({**stored, "state": state}, saved)
    found, warnings = read(saved)
    assert found == {}
    assert len(warnings) == 1


def test_code_in_a_checkpoint_is_not_run(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAP", str(tmp_path / "sprung"))
    for write in (
        lambda: saved.write_bytes(pickle.dumps(Code())),
        lambda: torch.save(Code(), saved),
    ):
        write()
        assert read(saved)[0] == {}
        Checkpoint(None, SETTINGS, pytest.fail)
    assert not (tmp_path / "sprung").exists()


def test_other_settings_begin_anew(saved: Path) -> None:
    warnings: list[str] = []
    assert Checkpoint(saved, {**SETTINGS, "seed": 4}, warnings.append).state == {}
    assert "other settings" in warnings[0]


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_named_and_stays(tmp_path: Path, make: Any) -> None:
    make(tmp_path / "checkpoint")
    with pytest.raises(RakingError, match="checkpoint cannot be used: it is no file"):
        Checkpoint(tmp_path / "checkpoint", SETTINGS, pytest.fail)
    assert (tmp_path / "checkpoint").exists()


def test_damaged_checkpoints_as_they_were_found(tmp_path: Path) -> None:
    if not CASES.is_dir():
        pytest.skip("the damaged files (../shared/cases) are not on this machine")
    found = [*CASES.glob("checkpoint-*.checkpoint"), *CASES.glob("checkpoint-*/.*.checkpoint")]
    assert len(found) == 4
    for file in found:
        (tmp_path / "checkpoint").write_bytes(file.read_bytes())
        state, (warning,) = read(tmp_path / "checkpoint")
        assert state == {}
        assert "damaged" in warning
