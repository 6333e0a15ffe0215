"""The map of an image's latent space on disk: points, clusters and a picture of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from renderer.files.aside import settle, writing_aside
from renderer.files.marks import software
from renderer.files.ours import check_folder, no_file
from renderer.image.relightable import RelightableImage
from shaders.errors import RakingError
from trainer.mapping.clusters import appearance, grouped
from trainer.mapping.embedding import Method, laid_out
from trainer.mapping.pixels import mapped_pixels, spread_lights

MOST_PIXELS = 20_000
MOST_CLUSTERS = 20
PICTURE = "map.png"
FILES = ("map.csv", "clusters.csv", PICTURE)
PANEL = 5.0  # inches
DPI = 120
POINT = 4.0  # square points


@dataclass(frozen=True, eq=False)
class LatentMap:
    """N pixels of an image, laid out."""

    points: np.ndarray  # [N, 2]
    places: np.ndarray  # [N, 2] int: x from the left, y from the top
    colours: np.ndarray  # [N, 3] under a light overhead, 0..1
    clusters: np.ndarray  # [N] int, the largest 0
    method: Method


def map_image(
    image: RelightableImage,
    method: Method = "tsne",
    pixels: int = MOST_PIXELS,
    clusters: int = 6,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> LatentMap:
    """Lays out up to so many pixels of the object by how alike they look under all lights.

    Raises RakingError as `mapped_pixels` and `laid_out` do.
    """
    chosen = mapped_pixels(image, pixels, seed)
    points = laid_out(chosen.responses, method, seed, progress)
    groups = grouped(appearance(chosen.responses, spread_lights()), clusters, seed)
    return LatentMap(points, chosen.places, chosen.responses[:, 0], groups, method)


def write_map(found: LatentMap, path: Path, title: str, asked: str) -> None:
    """Writes `map.csv` (tsne_x,tsne_y,image_x,image_y), `clusters.csv` (image_x,image_y,cluster)
    and `map.png` to the folder `path`, which appears when it is complete. Raises RakingError."""
    with writing_aside(path, check_map) as folder:
        folder.mkdir()
        table = pd.DataFrame(found.points, columns=["tsne_x", "tsne_y"])
        places = pd.DataFrame(found.places, columns=["image_x", "image_y"])
        table.join(places).to_csv(folder / FILES[0], index=False, float_format="%.6g")
        places.assign(cluster=found.clusters).to_csv(folder / FILES[1], index=False)
        metadata = {"Software": software(), "Asked": asked}
        figure = drawn(found, title)
        FigureCanvasAgg(figure).print_png(folder / PICTURE, metadata=metadata)


def drawn(found: LatentMap, title: str) -> Figure:
    """The map by colour, by cluster and by distance from the picture's centre, and the clusters
    where they are in the picture."""
    figure = Figure((4 * PANEL, PANEL), dpi=DPI, layout="constrained")
    figure.suptitle(title)
    middle = (found.places.min(axis=0) + found.places.max(axis=0)) / 2
    away = np.linalg.norm(found.places - middle, axis=1)
    panels = figure.subplots(1, 4)
    groups: dict[str, Any] = {"c": found.clusters, "cmap": "tab20", "vmin": 0, "vmax": 19}
    ways: dict[str, dict[str, Any]] = {
        "colour, light overhead": {"c": found.colours},
        "cluster": groups,
        "distance from the picture's centre": {"c": away, "cmap": "viridis"},
    }
    for panel, (name, how) in zip(panels, ways.items(), strict=False):
        panel.scatter(*found.points.T, s=POINT, linewidths=0, **how)
        panel.set(title=name, xticks=[], yticks=[], aspect="equal", facecolor="0.2")
    where = panels[-1]
    where.scatter(*found.places.T, s=POINT, marker="s", linewidths=0, **groups)
    where.invert_yaxis()
    where.set(title="clusters in the picture", xticks=[], yticks=[], aspect="equal")
    return figure


def check_map(path: Path) -> None:
    """RakingError unless a map may be written to `path`: nothing, or a map of ours, is there."""
    check_folder(path, "map", _own_files if _asked(path) is not None else no_file)


def map_is_done(path: Path, asked: str) -> bool:
    """Whether `path` holds the map that was `asked` for, with all its files."""
    settle(path)
    return _asked(path) == asked and all((path / name).is_file() for name in FILES)


def check_numbers(pixels: int, clusters: int) -> None:
    """RakingError for numbers of pixels or clusters that cannot be."""
    if not 1 <= pixels <= MOST_PIXELS:
        raise RakingError(f"a map of {pixels} pixels cannot be: choose up to {MOST_PIXELS:,}")
    if not 1 <= clusters <= MOST_CLUSTERS:
        raise RakingError(f"{clusters} clusters cannot be: choose 1 to {MOST_CLUSTERS}")


def _own_files(folder: Path) -> Callable[[str], bool]:
    return lambda name: name in FILES


def _asked(path: Path) -> str | None:
    """What the map there was asked for; None where none of ours is there."""
    try:
        with Image.open(path / PICTURE) as picture:
            return str(picture.info["Asked"])
    except (OSError, SyntaxError, ValueError, KeyError):
        return None
