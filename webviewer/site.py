"""A site: images and the viewer in one folder, for any static host."""

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path

from renderer.aside import writing_aside
from renderer.image import check_image, read_info_text
from renderer.info import parse_info
from renderer.pyramid import tile_folder
from shaders.errors import RakingError
from webviewer.server import APP, SHADERS

MARK = "raking-viewer.js"  # what tells a site from a folder of something else
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; connect-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="{policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{title}</title>
    <link rel="icon" href="icon.svg">
    <link rel="stylesheet" href="page.css">
    <link rel="preload" as="style" href="style.css">
    <script type="module" src="main.js"></script>
</head>
<body>
    <main><raking-viewer standalone src="{addresses}">
        <p>These images need JavaScript and a web server: browsers run no modules from a file. Put
        this folder on a web host, or serve it, such as with <code>python -m http.server</code>.</p>
    </raking-viewer></main>
</body>
</html>
"""

Progress = Callable[[int, int], None]


def write_site(images: Sequence[Path], path: Path, progress: Progress | None = None) -> list[str]:
    """Writes a site that shows `images`, flat or tiled, as they are.

    It is complete when it appears. `progress` is told the files copied, and of how many. Returns
    the images' addresses within the site. Raises RakingError where an image cannot be shown, or
    where `path` holds something else than an earlier site.
    """
    check_site(path)
    pictures = [check_image(image) for image in images]
    addresses = [f"images/{name}/" for name in _names(images)]
    with writing_aside(path) as aside:
        copies = [*_viewer_files(aside)]
        for image, address, found in zip(images, addresses, pictures, strict=True):
            files = [image / "info.json", *_with_tiles(found)]
            copies += [(file, aside / address / file.relative_to(image)) for file in files]
        for done, (file, copy) in enumerate(copies, start=1):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
            if progress:
                progress(done, len(copies))
        page = PAGE.format(
            policy=POLICY,
            title=escape(", ".join(map(_title, images))),
            addresses=escape(" ".join(addresses)),
        )
        (aside / "index.html").write_text(page, "utf-8")
    return addresses


def check_site(path: Path) -> None:
    """RakingError unless a site may be written to `path`."""
    if path.is_dir():
        if any(path.iterdir()) and not (path / MARK).is_file():
            raise RakingError(f"{path} is not empty and no site; choose another folder or empty it")
    elif path.exists():
        raise RakingError(f"{path} is a file; choose a folder to write the site to")


def _names(images: Sequence[Path]) -> list[str]:
    """A folder name for each image, of characters that need no care in an address, each once."""
    names: list[str] = []
    for image in images:
        name = re.sub(r"[^A-Za-z0-9_-]+", "-", image.resolve().name).strip("-") or "image"
        number = 1 + sum(re.fullmatch(rf"{name}(-[0-9]+)?", other) is not None for other in names)
        names.append(name if number == 1 else f"{name}-{number}")
    return names


def _title(image: Path) -> str:
    info, _ = parse_info(read_info_text(image), image / "info.json")
    title = (info.raking and info.raking.title) or ""
    return title.strip() or image.resolve().name


def _viewer_files(site: Path) -> list[tuple[Path, Path]]:
    """The viewer's files, and where they are copied to."""
    application = sorted(file for file in APP.rglob("*") if file.is_file())
    copies = [(file, site / file.relative_to(APP)) for file in application]
    templates = sorted(SHADERS.glob("*.jinja"))
    return [*copies, *((file, site / "shaders" / file.name) for file in templates)]


def _with_tiles(pictures: Sequence[Path]) -> Iterator[Path]:
    for picture in pictures:
        yield picture
        if picture.suffix == ".dzi":
            yield from sorted(tile_folder(picture).glob("*/*_*.*"))
