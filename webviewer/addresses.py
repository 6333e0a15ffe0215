"""The viewer's files: where they lie, and the addresses that it finds them at.

The application's own lie in `app/`. What it shares with Python lies beside its Python twins, and
is found below the application as the folders lie below the repository: `shaders/decoder.js`.
"""

from collections.abc import Iterator
from pathlib import Path

import renderer.image
import shaders

APP = Path(__file__).parent / "app"
SHARED = {
    "shaders": Path(shaders.__file__).parent,
    "renderer/image": Path(renderer.image.__file__).parent,
}
SHARED_ENDINGS = (".js", ".jinja", ".glsl")
NOT_FOR_PAGES = ("baked.wgsl.jinja", "looped.glsl.jinja")  # for wgpu, and the bench's baseline


def viewer_files() -> Iterator[tuple[Path, str]]:
    """Each file, and its address below the application's."""
    for file in sorted(file for file in APP.rglob("*") if file.suffix not in ("", ".ts")):
        yield file, file.relative_to(APP).as_posix()
    for address, folder in SHARED.items():
        for file in sorted(file for file in folder.iterdir() if file.suffix in SHARED_ENDINGS):
            if file.name not in NOT_FOR_PAGES:
                yield file, f"{address}/{file.name}"
