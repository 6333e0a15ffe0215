"""Names of photographs: as files bear them, as light files write them, which are the same, and as
a user reads them."""

import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

# Of one photograph in several formats, the first of these; whatever else is a raw file.
EXPORTS = (".tif", ".tiff", ".png", ".jp2", ".webp", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo")
# The ending of a file's name, whatever camera or program it is of.
ENDING = re.compile(r"\.(?=[0-9]*[a-z])[a-z0-9]{2,4}$", re.IGNORECASE)
# Encodings from before Unicode, the likelier first.
LEGACY = (
    *("cp1252", "cp1251", "cp1250", "cp932", "gb18030", "big5", "cp949", "mac_roman", "cp1253"),
    *("cp1254", "cp1255", "cp1256", "cp1257", "koi8_r", "cp850", "cp866", "mac_cyrillic"),
)


def natural(name: str) -> list[tuple[int, str]]:
    """A key to sort by: image2 before image10."""
    parts = re.findall(r"\d{1,99}|\D+", unicodedata.normalize("NFC", name).lower())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def last_part(name: str) -> str:
    """A path with either slash without its folders."""
    return re.split(r"[\\/]", name)[-1]


def printable_path(path: Path) -> str:
    """A path with what is no UTF-8 in it as `\\xe9`."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def decoded_name(path: Path, encoding: str) -> str:
    """The name of a file, which is in `encoding` where it is not in UTF-8."""
    name = os.fsencode(path.name)
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode(encoding, "backslashreplace")


def stem(name: str) -> str:
    return ENDING.sub("", name)


class Finder:
    """Finds photographs by the names that people write, exactly or else in a form that is close.

    In this order: the very name; in one Unicode form; whatever the letter case; without the
    ending of either, so that the export of a raw file is found. A form that several photographs
    share finds none, but without endings the format that most of them have does, else the
    first of EXPORTS.
    """

    def __init__(self, photographs: Iterable[Path], encoding: str = "utf-8") -> None:
        self.photographs = list(photographs)
        endings = Counter(path.suffix.lower() for path in self.photographs)
        self.order = {ending: (-number, _rank(ending)) for ending, number in endings.items()}
        self.forms = [(form, self._by(form, encoding)) for form in (_exactly, nfc, folded)]
        self.stems = self._by(lambda name: folded(stem(name)), encoding)

    def _by(self, form: Callable[[str], str], encoding: str) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = defaultdict(list)
        for path in self.photographs:
            found[form(decoded_name(path, encoding))].append(path)
        return found

    def find(self, name: str) -> Path | None:
        """The photograph of a name without folders."""
        for form, paths in self.forms:
            found = paths.get(form(name), [])
            if len(found) == 1:
                return found[0]
        for close in (folded(name), folded(stem(name))):
            if found := self.stems.get(close, []):
                ending = min((path.suffix.lower() for path in found), key=self.order.__getitem__)
                same = [path for path in found if path.suffix.lower() == ending]
                return same[0] if len(same) == 1 else None
        return None


def best_finder(photographs: Sequence[Path], names: Sequence[str]) -> Finder:
    """One that finds most of `names`, where file names that are no UTF-8 may be in any encoding."""
    finder = Finder(photographs)
    if all(printable_path(path) == path.as_posix() for path in photographs):
        return finder
    finders = [finder, *(Finder(photographs, other) for other in LEGACY)]
    return max(finders, key=lambda one: sum(one.find(name) is not None for name in names))


def unique(files: Sequence[Path]) -> list[str]:
    """A printable name of each file: its own, or with its folder's where several share that."""
    own = [printable_path(Path(file.name)) for file in files]
    shared = {name for name, number in Counter(own).items() if number > 1}
    return [
        printable_path(Path(file.parent.name, file.name)) if name in shared else name
        for file, name in zip(files, own, strict=True)
    ]


def preferred_twins(photographs: Sequence[Path]) -> list[Path]:
    """Of the photographs that are there in several formats, one: as Finder prefers."""
    order: dict[str, Any] = Finder(photographs).order
    first: dict[str, Path] = {}
    for path in sorted(photographs, key=lambda path: order[path.suffix.lower()]):
        first.setdefault(nfc(path.stem), path)
    chosen = set(first.values())
    return [path for path in photographs if path in chosen]


def without_raw_twins(photographs: Sequence[Path]) -> list[Path]:
    """Without the raw files whose exports are there, too."""
    exported = {nfc(p.stem).casefold() for p in photographs if p.suffix.lower() in EXPORTS}
    return [
        path
        for path in photographs
        if path.suffix.lower() in EXPORTS or nfc(path.stem).casefold() not in exported
    ]


def _exactly(name: str) -> str:
    return name


def listing(names: Iterable[str], comma: str = ", ") -> str:
    """Up to five names as a user reads them: a, b and 3 more."""
    *others, last = names
    if len(others) > 4:
        others, last = others[:4], f"{len(others) - 3} more"
    elif comma != ", ":
        return comma.join([*others, last])
    return f"{comma.join(others)} and {last}" if others else last


def nfc(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def folded(name: str) -> str:
    return nfc(nfc(name).casefold())


def _rank(ending: str) -> int:
    return EXPORTS.index(ending) if ending in EXPORTS else len(EXPORTS)
