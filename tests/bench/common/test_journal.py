"""The journal keeps finished cases through kills, and never mixes runs."""

import json

import pytest

from bench.common.journal import Journal
from bench.speed.scenarios import Case
from shaders.errors import RakingError

SETTINGS = {"images": [{"name": "a", "sha256": "0"}], "seed": 0, "repeats": 3}
FIRST, SECOND = Case("a", 10, 10), Case("a", 20, 10)


def record(case, error=None):
    return {"case": vars(case), "error": error}


def opened(path, settings=SETTINGS, fresh=False):
    return Journal(path, Case, settings, {"cpu": "any"}, fresh)


def test_reopened_it_knows_what_is_finished(tmp_path):
    path = tmp_path / "journal.jsonl"
    opened(path).append(record(FIRST))
    assert list(opened(path).finished()) == [FIRST]


def test_a_torn_last_line_is_dropped_and_written_anew(tmp_path):
    path = tmp_path / "journal.jsonl"
    opened(path).append(record(FIRST))
    with path.open("a") as file:
        file.write(json.dumps(record(SECOND))[:25])
    journal = opened(path)
    assert list(journal.finished()) == [FIRST]
    journal.append(record(SECOND))
    assert list(opened(path).finished()) == [FIRST, SECOND]
    assert all(json.loads(line) for line in path.read_text().splitlines())


def test_torn_in_its_first_line_it_begins_anew(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_text('{"settings": {"ima')
    opened(path).append(record(FIRST))
    assert list(opened(path).finished()) == [FIRST]


def test_failed_cases_are_not_finished_until_they_succeed(tmp_path):
    journal = opened(tmp_path / "journal.jsonl")
    journal.append(record(FIRST, "The context was lost."))
    assert FIRST in journal.latest()
    assert FIRST not in journal.finished()
    journal.append(record(FIRST))
    assert FIRST in journal.finished()


def test_other_settings_are_refused_by_name(tmp_path):
    path = tmp_path / "journal.jsonl"
    opened(path).append(record(FIRST))
    with pytest.raises(RakingError, match=r"seed 0, now 7.*-o.*--fresh"):
        opened(path, SETTINGS | {"seed": 7})
    with pytest.raises(RakingError, match="other images"):
        opened(path, SETTINGS | {"images": [{"name": "a", "sha256": "1"}]})
    assert list(opened(path).finished()) == [FIRST]


def test_fresh_begins_anew(tmp_path):
    path = tmp_path / "journal.jsonl"
    opened(path).append(record(FIRST))
    assert opened(path, SETTINGS | {"seed": 7}, fresh=True).finished() == {}


def test_damage_in_the_middle_is_a_sentence(tmp_path):
    path = tmp_path / "journal.jsonl"
    opened(path).append(record(FIRST))
    path.write_text(path.read_text() + "damage\n" + json.dumps(record(SECOND)) + "\n")
    with pytest.raises(RakingError, match="damaged in line 3"):
        opened(path)
