"""What a run has measured so far, one JSON line for each case, safe against kill -9."""

import json
import os
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

from renderer.files.aside import writing_aside
from shaders.errors import RakingError

Record = dict[str, Any]
Key = TypeVar("Key", bound=Hashable)


class Journal(Generic[Key]):
    """An append-only file: a line of settings and environment, then a line for each ended case.

    Each line is on the disk before `append` returns, so a killed run loses only the case that
    it was measuring. Opened again with equal settings, it holds the cases of before. `case` makes
    what stands for one of the words that a record has of it. Raises RakingError when the settings
    differ or the file is damaged.
    """

    def __init__(
        self,
        path: Path,
        case: Callable[..., Key],
        settings: Record,
        environment: Record,
        fresh: bool = False,
    ) -> None:
        self.path = path
        self.case = case
        self.settings = settings
        self.environment = environment
        self.records: list[Record] = []
        header = {"settings": settings, "environment": environment}
        if fresh:
            with writing_aside(path) as aside:
                aside.write_text(json.dumps(header) + "\n", "utf-8")
        lines = list(self._complete_lines())
        if lines:
            self._compare(lines[0]["settings"])
            self.environment = lines[0]["environment"]
            self.records = lines[1:]
        else:
            self._write(header)

    def append(self, record: Record) -> None:
        self._write(record)
        self.records.append(record)

    def finished(self) -> dict[Key, Record]:
        """The latest record of each case that was measured without an error."""
        return {case: record for case, record in self.latest().items() if not record.get("error")}

    def latest(self) -> dict[Key, Record]:
        """The latest record of each case, failed ones included."""
        return {self.case(**record["case"]): record for record in self.records}

    def _complete_lines(self) -> Iterator[Record]:
        """The parsed lines; a torn last one is cut off the file, so that it can be appended to."""
        content = self.path.read_bytes() if self.path.exists() else b""
        complete = content[: content.rfind(b"\n") + 1]
        if complete != content:
            os.truncate(self.path, len(complete))
        for number, line in enumerate(complete.splitlines(), start=1):
            try:
                record = json.loads(line)
                record["settings" if number == 1 else "case"]
            except (ValueError, KeyError, TypeError) as error:
                raise RakingError(
                    f"{self.path} is damaged in line {number}: "
                    "measure anew with --fresh, or into another folder with -o."
                ) from error
            yield record

    def _write(self, record: Record) -> None:
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise RakingError(
                f"{self.path} cannot be written ({error.strerror}): "
                "make room, or choose another folder with -o."
            ) from error

    def _compare(self, before: Record) -> None:
        now = json.loads(json.dumps(self.settings))
        different = [key for key in now if now[key] != before.get(key)]
        if different:
            changes = "; ".join(
                describe_change(key, before.get(key), now[key]) for key in different
            )
            raise RakingError(
                f"{self.path} was begun with other settings ({changes}): "
                "choose another folder with -o, or measure anew with --fresh."
            )


def describe_change(key: str, before: object, now: object) -> str:
    return "other images" if key == "images" else f"{key} {before}, now {now}"
