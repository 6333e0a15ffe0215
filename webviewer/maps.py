"""The map of an image's latent space that the page shows: the map.csv of `raking map`."""

from pathlib import Path

MAP = "map.csv"
NO_MAP = "tsne_x,tsne_y,image_x,image_y\n"  # for an image without, which browsers would miss


def map_of(image: Path) -> Path | None:
    """The map in an image's folder or, for `coin`, in `coin-map` beside it; None without."""
    image = Path(image).absolute()
    for folder in (image, image.with_name(f"{image.name}-map")):
        file = folder / MAP
        if file.is_file() and file.resolve().is_relative_to(folder.resolve()):
            return file
    return None
