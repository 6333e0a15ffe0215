"""Where a relit picture is wrong: heat maps of its error, with their scale."""

from pathlib import Path

import numpy as np
from matplotlib import colormaps
from PIL import Image, ImageDraw, ImageFont

from renderer.files.marks import png_mark
from renderer.files.ours import check_folder, marked_files

LEVELS = 255
# Fixed, so that maps of different lights and images compare.
BRIGHTEST = 32  # of 255 levels; greater errors look the same
COLOURS = "magma"
TICKS = (0, 8, 16, 24, 32)

SMALLEST_LEGEND = 320  # pixels wide, so that its text can be read
BAR = 12  # pixels high
MARGIN = 10
TEXT = 12


def write_heat_map(
    folder: Path, name: str, truth: np.ndarray, picture: np.ndarray, mask: np.ndarray | None
) -> None:
    """Writes `NAME.png` into `folder`: the error of a picture against a photograph of that name.

    Both are [H, W, 3], 0..1. The error of a pixel is the root mean square over RGB, from black (0)
    to the brightest yellow (32 of 255 levels, or more). Off the object, where `mask` [H, W] is
    false, the map is transparent. Below it are the scale and what it means.
    """
    error = np.sqrt(np.square(truth - picture).mean(axis=2)) * (LEVELS / BRIGHTEST)
    table = (colormaps[COLOURS](np.arange(256)) * 255).round().astype(np.uint8)  # [256, RGBA]
    coloured = table[np.rint(error.clip(0, 1) * 255).astype(np.uint8)]  # [H, W, 4]
    if mask is not None:
        coloured[~mask] = 0
    legend = _legend(name, max(coloured.shape[1], SMALLEST_LEGEND), table)
    whole = Image.new("RGBA", (legend.width, coloured.shape[0] + legend.height))
    whole.paste(Image.fromarray(coloured, "RGBA"), (0, 0))
    whole.paste(legend, (0, coloured.shape[0]))
    path = folder / f"{Path(name).stem}.png"
    if path.exists():  # photographs may differ in nothing but their suffix
        path = folder / f"{name}.png"
    whole.save(path, compress_level=4, pnginfo=png_mark())


def check_heat_maps(folder: Path) -> None:
    """RakingError unless heat maps may be written to `folder`; call it before long work."""
    check_folder(folder, "folder of heat maps", marked_files)


def _legend(name: str, width: int, table: np.ndarray) -> Image.Image:
    """A white strip with the colours from 0 to BRIGHTEST, their levels and what they mean."""
    font = ImageFont.load_default(TEXT)
    legend = Image.new("RGBA", (width, 2 * MARGIN + BAR + 3 * (TEXT + 4)), "white")
    draw = ImageDraw.Draw(legend)
    draw.text((MARGIN, MARGIN), name, "black", font)
    top = MARGIN + TEXT + 4
    length = width - 4 * MARGIN
    ramp = table[np.linspace(0, 255, length).round().astype(int)]
    bar = np.broadcast_to(ramp, (BAR, length, 4))
    legend.paste(Image.fromarray(np.ascontiguousarray(bar), "RGBA"), (MARGIN, top))
    for tick in TICKS:
        x = MARGIN + (length - 1) * tick / BRIGHTEST
        text = f"{tick}+" if tick == BRIGHTEST else str(tick)
        anchor = "la" if tick == 0 else "ra" if tick == BRIGHTEST else "ma"
        draw.text((x, top + BAR + 2), text, "black", font, anchor)
    meaning = "error: RMS over RGB, in levels of 255"
    draw.text((MARGIN, top + BAR + TEXT + 6), meaning, "black", font)
    return legend
