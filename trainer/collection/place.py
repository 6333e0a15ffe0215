"""Where the light file of a collection lies, and where its photographs."""

from collections.abc import Sequence
from pathlib import Path, PureWindowsPath

from shaders.errors import RakingError, shortened
from trainer.collection.files import exists, light_files, pictures_in, subfolder, visible_folders
from trainer.lights.lightfile import LightFile
from trainer.lights.names import best_finder, listing
from trainer.lights.pairs import NAME as TABLE

# RTIBuilder's folders: of light files, of the photographs that it fits, and of what it makes.
ASSEMBLY = "assembly-files"
EXPORTS = "jpeg-exports"
FINISHED = "finished-files"


def collection_folder(path: Path, warnings: list[str]) -> Path:
    """The folder of the collection: `path`, or the only collection in it, with a warning.

    Raises RakingError where it holds several and is none itself.
    """
    if light_files(path) or _is_divided(path) or pictures_in(path) or exists(path / TABLE):
        return path
    inside = [
        folder
        for folder in visible_folders(path)
        if (light_files(folder) and pictures_in(folder)) or _is_divided(folder)
    ]
    inside = list({folder.resolve(): folder for folder in inside}.values())
    if len(inside) > 1:
        names = listing(shortened(folder.name, 20) for folder in inside)
        raise RakingError(f"{shortened(path)} holds several collections ({names}): name one")
    if inside:
        warnings.append(f"the collection is read from {shortened(inside[0])}")
    return inside[0] if inside else path


def find_light_file(path: Path, given: Path | None, warnings: list[str]) -> Path:
    """The light file of the collection at `path`.

    The one `given`, as a path or as the name of a file in the collection; else the only one in the
    folder; else the only one in its subfolders; else, where `path` holds the photographs of an
    RTIBuilder tree or the like, the only one in the folder above or its `assembly-files`.
    """
    shown = shortened(path)
    below = _parts(path)
    if given is not None:
        for file in (given, path / given, *(folder / given for folder in below)):
            if exists(file):
                return file
        raise RakingError(f"there is no light file {shortened(given)}, nor one in {shown}")
    if found := light_files(path):
        return _only(found, path)
    if found := [file for folder in below for file in light_files(folder)]:
        return _only(found, path)
    above = path.resolve().parent
    assembly = subfolder(above, ASSEMBLY)
    if pictures_in(path):
        for folder in filter(None, (assembly, above)):
            if found := light_files(folder):
                warnings.append(f"the lights are read from {shortened(_only(found, above))}")
                return found[0]
    raise RakingError(
        f"{shown} holds no .lp file: add one with a line 'name x y z' per image, or name a light "
        "file with --lights"
    )


def photograph_folders(path: Path, lights: Path) -> list[Path]:
    """The folders in which the photographs may be, `path` first; each holds pictures.

    `path`, its subfolders and that of the light file; else, where `path` is the folder for light
    files in an RTIBuilder tree or the like, the folders beside it.
    """
    folders = [path, *_parts(path)]
    if lights.parent.resolve() not in [folder.resolve() for folder in folders]:
        folders.append(lights.parent)
    found = [folder for folder in folders if pictures_in(folder)]
    return found or [folder for folder in _parts(path.resolve().parent) if pictures_in(folder)]


def choose_folder(path: Path, folders: Sequence[Path], lights: LightFile) -> Path:
    """The one of the folders that holds the photographs.

    `path` if it holds any that the light file names. Else the folder that holds most of them, and
    among equals the one that the light file speaks of, or RTIBuilder's exports. Where no name
    agrees, the only folder, or `path` if that holds pictures.
    """
    if not folders:
        raise RakingError(f"{shortened(path)} holds no photographs")
    names = [entry.name for entry in lights.entries if entry.name]
    spoken = {(entry.folder or "").lower() for entry in lights.entries}
    if lights.folder:
        spoken = {PureWindowsPath(lights.folder).name.lower()}

    def merit(folder: Path) -> tuple[int, bool, bool]:
        finder = best_finder(pictures_in(folder), names)
        found = sum(finder.find(name) is not None for name in names)
        own = folder.name.lower()
        return found, own in spoken, own == EXPORTS

    merits = {folder: merit(folder) for folder in folders}
    if path in merits and (merits[path][0] or not any(found for found, *_ in merits.values())):
        return path
    best = max(merits.values())
    chosen = [folder for folder in folders if merits[folder] == best]
    if len(chosen) > 1:
        named = listing(shortened(folder.name, 20) for folder in chosen)
        raise RakingError(
            f"{shortened(path)} holds photographs in several folders ({named}): name one of them, "
            "and the light file with --lights"
        )
    return chosen[0]


def _parts(folder: Path) -> list[Path]:
    """Subfolders, but for that of RTIBuilder's results."""
    return [inside for inside in visible_folders(folder) if inside.name.lower() != FINISHED]


def _is_divided(folder: Path) -> bool:
    """Whether the parts of a collection lie in subfolders of known names."""
    return any(subfolder(folder, name) for name in ("dome", ASSEMBLY))


def _only(found: list[Path], folder: Path) -> Path:
    if len(found) == 1:
        return found[0]
    kind = ".lp" if found[0].suffix.lower() == ".lp" else "RelightLab"
    names = ", ".join(shortened(path.name, 24) for path in found[:4])
    more = f" and {len(found) - 4} more" if len(found) > 4 else ""
    raise RakingError(
        f"{shortened(folder)} holds several {kind} files ({names}{more}): name one with --lights"
    )
