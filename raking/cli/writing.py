"""Writing an image as a command was asked to, flat or tiled."""

from pathlib import Path
from typing import Any

from renderer.files.aside import scratch_folder
from renderer.image.pyramid import TileFormat
from renderer.image.relightable import RelightableImage, write_image
from trainer.running.plan import Plan


def write_converted(
    image: RelightableImage,
    path: Path,
    tiles: TileFormat | None,
    plan: Plan,
    asked: dict[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Writes an image, flat or tiled; returns the errors of the smaller levels."""
    if tiles is None:
        write_image(image, path, progress=plan.begin("writing"), asked=asked)
        return []
    from trainer.training.levels import smaller_levels

    smaller = smaller_levels(image, plan)
    progress = plan.begin("tiles")
    write_image(image, path, tiles=tiles, smaller=smaller, progress=progress, asked=asked)
    return smaller.errors


def write_piece(
    output: Path, tiles: TileFormat | None, piece: RelightableImage, plan: Plan
) -> None:
    """Writes a piece of an image beside `output`, only to see how long that takes."""
    with scratch_folder(output.parent, output.name) as folder:
        write_converted(piece, folder / "image", tiles, plan)
        plan.end()
