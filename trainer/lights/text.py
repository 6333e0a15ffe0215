"""Text files with the names of photographs, in whatever encoding they were saved."""

import codecs
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from shaders.errors import RakingError, shortened
from trainer.lights.names import LEGACY, decoded_name, folded, stem

LARGEST = 1 << 20  # bytes; the lights of 10,000 photographs are fewer
MARKS = (  # in this order, since one begins with another
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Text:
    """The lines of a file without blanks around them, and the encoding that they were in."""

    lines: list[str]
    encoding: str
    warnings: list[str]


def read_text(
    path: Path, what: str, photographs: Iterable[Path] = (), largest: int = LARGEST
) -> Text:
    """Reads a text file: UTF-8, UTF-16 or UTF-32, or else a legacy encoding, with a warning.

    UTF-16 is known without a byte-order mark, too: digits and blanks fill every other byte with
    zeros. Of the legacy encodings the one is taken in which most names of `photographs` are in the
    text. Lines end in LF, CRLF or CR. `what` names the file in errors, `largest` are its bytes.
    """
    data = read_small(path, what, largest)
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _text(_decode(data[len(mark) :], encoding, path, what), encoding)
    if b"\0" in data:
        encoding = "utf-16-be" if data[::2].count(0) > data[1::2].count(0) else "utf-16-le"
        return _text(_decode(data, encoding, path, what), encoding)
    try:
        return _text(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        text, encoding, found = _guess(data, list(photographs))
    why = "in which its names are those of the photographs" if found else "which may be wrong"
    return _text(
        text,
        encoding,
        f"{shortened(path)} is not in UTF-8; it is read in {encoding}, {why}",
    )


def read_small(path: Path, what: str, largest: int = LARGEST) -> bytes:
    """The bytes of a regular file of a size that a person would write."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise RakingError(f"{what} {shortened(path)} is no file: name one")
        if found.st_size > largest:
            size = f"{largest >> 20} MB"
            raise RakingError(f"{what} {shortened(path)} is larger than {size}: name another")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise RakingError(f"cannot read {what} {shortened(path)}: {why}") from error


def is_comment(line: str) -> bool:
    return line.startswith(("#", "//", "%"))


def _text(text: str, encoding: str, *warnings: str) -> Text:
    lines = re.split(r"\r\n|\r|\n", text.replace("\ufeff", ""))
    return Text([line.strip(" \t\v\f\0\xa0\x1a") for line in lines], encoding, list(warnings))


def _decode(data: bytes, encoding: str, path: Path, what: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise RakingError(
            f"{what} {shortened(path)} is damaged, or no {encoding.upper()}: save it as UTF-8"
        ) from None


def _guess(data: bytes, photographs: list[Path]) -> tuple[str, str, bool]:
    """The text, its encoding, and whether names of photographs tell that it is this one."""
    best = data.decode("latin-1"), "latin-1", 0
    for encoding in LEGACY:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        plain = folded(text)
        found = sum(folded(name) in plain for name in _telling(photographs, encoding))
        if found > best[2] or best[1] == "latin-1":
            best = text, encoding, found
    return best[0], best[1], best[2] > 0


def _telling(photographs: list[Path], encoding: str) -> list[str]:
    """The names without endings that look different in another encoding."""
    names = (stem(decoded_name(path, encoding)) for path in photographs)
    return [name for name in names if not name.isascii()]
