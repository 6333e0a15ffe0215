"""What a page of the viewer is sent: little, and nothing from elsewhere."""

import re
from pathlib import Path

from webviewer.addresses import viewer_files


def size_without_comments(file: Path) -> int:
    """The bytes of a text but for its comments: lines, ends of lines, and templates' blocks."""
    text = re.sub(rb"{#.*?#}\n?", b"", file.read_bytes(), flags=re.S)
    text = re.sub(rb"(?m)[ \t]{2}// .*$", b"", text)
    comments = (b"//", b"/*", b"* ", b"*/")
    lines = text.splitlines(keepends=True)
    return sum(len(line) for line in lines if not line.lstrip().startswith(comments))


def test_the_page_is_small_and_loads_nothing_from_outside(open_viewer, small) -> None:
    files = [(file, address) for file, address in viewer_files() if "vendor/" not in address]
    sizes = {address: size_without_comments(file) for file, address in files}
    tables = [size for address, size in sizes.items() if address.endswith(".json")]
    assert max(tables) < 30_000  # of other languages: English needs none, others one
    assert sum(sizes.values()) - sum(tables) < 369_000  # with what loads when it is needed
    with open_viewer([small]) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.reload()
        page.evaluate("raking.ready")
        home = page.evaluate("location.origin")
        sent = [url for url in asked if not url.startswith("blob:")]
        assert len(sent) > 10
        late = (
            "snapshot.js",
            "png.js",
            "chooser.js",
            "reading.js",
            "evidence.js",
            "evidence.jinja",
            "sharpen.js",
            "sharpen_rows.js",
            "sharpen.glsl.jinja",
            "blur.js",
            "blur.glsl.jinja",
            "fan.js",
            "share.jinja",
            "levels.js",
            "shift.js",
            "between.jinja",
            "relief.jinja",
            "relief.glsl.jinja",
            "shifted.glsl.jinja",
            "notes.js",
            "facts.js",
            "region.js",
            "drawing.js",
            "strokes.js",
            "map.js",
            "latent_map.js",
            "map.css",
            "point.glsl.jinja",
            "seen.js",
            "navigator.js",
            "preview.js",
            "unzipit.module.js",
        )  # when needed
        assert not [url for url in sent if url.endswith(late)]
        opening = {url.removeprefix(f"{home}/").partition("?")[0] or "index.html" for url in sent}
        assert sum(size for address, size in sizes.items() if address in opening) < 220_000
        assert all(url.startswith(f"{home}/") for url in sent)
