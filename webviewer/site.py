"""A site: images and the viewer in one folder, for any static host.

It lists its files with their contents' SHA-256, so that it is known again: what a site holds
besides, or what was changed in it, is somebody else's work.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from renderer.files.aside import settle, writing_aside
from renderer.files.marks import software
from renderer.files.ours import (
    check_folder,
    check_output,
    file_sha256,
    first_foreign,
    unchanged_files,
)
from renderer.image.info import parse_info
from renderer.image.notes import NOTES, no_notes, read_notes
from renderer.image.pyramid import tile_folder
from renderer.image.relightable import check_image, read_info_text
from shaders.errors import RakingError, shortened
from webviewer.addresses import APP, viewer_files
from webviewer.maps import MAP, NO_MAP, map_of

MANIFEST = "raking-site.json"
PREVIEW = "preview.jpg"
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
    {facts}
    <link rel="icon" href="icon.svg">
    <link rel="stylesheet" href="page.css">
    <link rel="preload" as="style" href="style.css">
    {preloads}
    <script type="module" src="main.js"></script>
</head>
<body>
    <main><raking-viewer standalone src="{addresses}">
        {picture}
        <p>These images need JavaScript and a web server: browsers run no modules from a file. Put
        this folder on a web host, or serve it, such as with <code>python -m http.server</code>.</p>
    </raking-viewer></main>
</body>
</html>
"""

Progress = Callable[[int, int], None]


def write_site(
    images: Sequence[Path],
    path: Path,
    progress: Progress | None = None,
    address: str = "",
    preview: bytes | None = None,
) -> list[str]:
    """Writes a site that shows `images`, flat or tiled, as they are.

    It is complete when it appears. `progress` is told the files copied, and of how many. Social
    networks are told the `address` that it will have, and a JPEG of the first image, `preview`.
    Returns the images' addresses within the site. Raises RakingError where an image cannot be
    shown, or where `path` holds something else than an earlier site.
    """
    check_site(path)
    check_output(path, images)
    copies = _copies(images)
    with writing_aside(path, check_site) as aside:
        listed = {}
        for done, (file, name) in enumerate(copies, start=1):
            (aside / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, aside / name)
            listed[name] = file_sha256(aside / name)
            if progress:
                progress(done, len(copies))
        for name, text in _texts(images, address, preview is not None).items():
            (aside / name).write_text(text, "utf-8")
            listed[name] = hashlib.sha256(text.encode()).hexdigest()
        if preview is not None:
            (aside / PREVIEW).write_bytes(preview)
            listed[PREVIEW] = hashlib.sha256(preview).hexdigest()
        manifest = json.dumps({"software": software(), "files": listed}, indent=1)
        (aside / MANIFEST).write_text(manifest, "utf-8")
    return site_addresses(images)


def check_address(address: str) -> None:
    """RakingError where `address` is none that a site can have."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise RakingError(
            f"{shortened(address)} is no address of a site; give one as https://museum.org/coin/"
        )


def site_addresses(images: Sequence[Path]) -> list[str]:
    """The images' addresses within their site."""
    return [f"images/{name}/" for name in _names(images)]


def check_site(path: Path) -> None:
    """RakingError unless a site may be written to `path`; it may take an earlier one's place."""
    check_folder(path, "site", _own_files)


def site_is_done(images: Sequence[Path], path: Path, address: str = "") -> bool:
    """Whether the site that `write_site` would write is there, to the last byte; the preview as it
    was drawn then."""
    settle(path)
    listed = _listed(path)
    if not listed or any(not (path / name).is_file() for name in listed):
        return False
    digests = {name: file_sha256(file) for file, name in _copies(images)}
    texts = _texts(images, address, PREVIEW in listed)
    digests |= {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    digests |= {PREVIEW: listed[PREVIEW]} if PREVIEW in listed else {}
    return listed == digests and first_foreign(path, _own_files) is None


def _own_files(path: Path) -> Callable[[str], bool]:
    """Which files of a folder are of the site in it, and still as they were written."""
    return unchanged_files(path, MANIFEST, _listed(path))


def _listed(path: Path) -> dict[str, str]:
    """The SHA-256 of a site's files, by their paths in it, as its manifest has them."""
    file = path / MANIFEST
    try:
        manifest = json.loads(file.read_text("utf-8")) if file.is_file() else {}
        return dict(manifest["files"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def _copies(images: Sequence[Path]) -> list[tuple[Path, str]]:
    """The files that a site is copied from, and their paths in it."""
    pictures = [check_image(image) for image in images]
    copies = list(viewer_files())
    for image, address, found in zip(images, site_addresses(images), pictures, strict=True):
        files = [image / "info.json", *_with_tiles(found)]
        if (image / NOTES).exists():
            read_notes(image)
            files.append(image / NOTES)
        copies += [(file, address + file.relative_to(image).as_posix()) for file in files]
        found_map = map_of(image)
        if found_map:
            copies.append((found_map, address + MAP))
    return copies


def _texts(images: Sequence[Path], address: str, has_preview: bool) -> dict[str, str]:
    """The files of a site that are none of the viewer's or the images', by their paths in it: its
    page, and for each image without notes or a map an empty file, which browsers would miss."""
    texts = {"index.html": _page(images, address, has_preview)}
    for image, place in zip(images, site_addresses(images), strict=True):
        if not (image / NOTES).exists():
            texts[place + NOTES] = json.dumps(no_notes(), indent=1)
        if not map_of(image):
            texts[place + MAP] = NO_MAP
    return texts


def _page(images: Sequence[Path], address: str, has_preview: bool) -> str:
    viewer = (APP / "index.html").read_text("utf-8").splitlines()
    return PAGE.format(
        policy=POLICY,
        preloads="\n    ".join(line.strip() for line in viewer if "modulepreload" in line),
        title=escape(", ".join(map(_title, images))),
        facts="\n    ".join([*_facts(images), *_place(address, has_preview)]),
        picture=f'<noscript><img src="{PREVIEW}" alt=""></noscript>' if has_preview else "",
        addresses=escape(" ".join(site_addresses(images))),
    )


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


def _facts(images: Sequence[Path]) -> Iterator[str]:
    """What search engines and social networks show of the page (Open Graph), of the first image."""
    info, _ = parse_info(read_info_text(images[0]), images[0] / "info.json")
    facts = info.raking.known_facts if info.raking else {}
    lines = [facts.get("maker"), facts.get("date"), facts.get("number"), facts.get("credit")]
    told = facts.get("description") or ", ".join(filter(None, lines))
    yield from _meta("property", "og:type", "website")
    yield from _meta("property", "og:title", ", ".join(map(_title, images)))
    yield from _meta("property", "og:description", told)
    yield from _meta("name", "description", told)
    yield from _meta("name", "author", facts.get("maker"))
    yield from _meta("name", "dcterms.license", facts.get("licence"))
    yield from _meta("name", "dcterms.rightsHolder", facts.get("credit"))


def _place(address: str, has_preview: bool) -> Iterator[str]:
    """Where the page and its picture are found, in full where that is known (Open Graph)."""
    home = f"{address.rstrip('/')}/" if address else ""
    yield from _meta("property", "og:url", home)
    if has_preview:
        yield from _meta("property", "og:image", f"{home}{PREVIEW}")
        yield from _meta("name", "twitter:card", "summary_large_image")


def _meta(kind: str, name: str, text: str | None) -> Iterator[str]:
    if text:
        yield f'<meta {kind}="{name}" content="{escape(" ".join(text.split()))}">'


def _with_tiles(pictures: Sequence[Path]) -> Iterator[Path]:
    for picture in pictures:
        yield picture
        if picture.suffix == ".dzi":
            yield from sorted(tile_folder(picture).glob("*/*_*.*"))
