"""Relight surfaces photographed under many lights: the face of the library.

docs/library.md shows every use. PyTorch, wgpu and OpenCV are loaded by what needs them, when it is
first used: `import raking`, reading and writing images load none of them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from renderer.image import relightable
from renderer.image.normal_levels import normal_levels
from renderer.image.pyramid import TileFormat
from renderer.image.relightable import RelightableImage
from shaders.errors import RakingError
from shaders.look import Look
from trainer.running.plan import Plan, Standing
from trainer.training.settings import TrainingSettings

if TYPE_CHECKING:
    from renderer.gpu.relighter import Relighter
    from trainer.collection.mlic import Mlic
else:

    def __getattr__(name: str) -> object:
        """The class whose module loads wgpu."""
        if name != "Relighter":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from renderer.gpu.relighter import Relighter

        return Relighter


__all__ = [
    "Look",
    "RakingError",
    "RelightableImage",
    "Relighter",
    "TrainingSettings",
    "evaluate",
    "find_normals",
    "read_collection",
    "read_image",
    "store_evidence",
    "store_normals",
    "train",
    "write_image",
]


def read_collection(
    path: Path | str,
    *,
    lights: Path | str | None = None,
    test_lights: Path | str | None = None,
    all_photographs: bool = False,
) -> "Mlic":
    """The photographs of a collection and their lights, split into those to train on and those
    held out.

    `lights` is the light file, where the folder has several; `test_lights` a file that names the
    photographs to hold out; with `all_photographs` none is (docs/collections.md).

    The result has `names` [L], `lights` [L, 3], float32 unit vectors with x right, y up and z to
    the viewer, and `photograph(name)` [H, W, 3], uint8 or uint16; and `warnings`. For the rest see
    trainer.collection.mlic. Raises RakingError where the collection cannot be read.
    """
    from trainer.collection.mlic import read_mlic

    return read_mlic(
        Path(path),
        Path(test_lights) if test_lights else None,
        lights=Path(lights) if lights else None,
        all_photographs=all_photographs,
    )


def train(
    collection: "Mlic",
    settings: TrainingSettings = TrainingSettings(),
    *,
    checkpoint: Path | str | None = None,
    keep_teacher: Path | str | None = None,
    progress: Callable[[Standing], None] | None = None,
) -> RelightableImage:
    """A relightable image of the collection, with its held-out scores in `provenance["scores"]`.

    From the file `checkpoint`, written every 15 seconds while networks are trained, the same call
    resumes after an interrupt; remove it in the end. `keep_teacher` is a folder to write a newly
    trained teacher to. `progress` is told where the run stands: its `phase`, `done` of `total`,
    and the `validation_psnr` in dB, once that is known.

    Warns (warnings.warn) where a fit is not determined by the lights, or a checkpoint of no use.
    Raises RakingError for a teacher that does not fit, a device that is not there, photographs
    that are too few for the model, and training that diverges.
    """
    from trainer.training.train import train as train_image

    return train_image(
        collection,
        settings,
        checkpoint=Path(checkpoint) if checkpoint else None,
        keep_teacher=Path(keep_teacher) if keep_teacher else None,
        plan=Plan(progress),
    )


def read_image(path: Path | str) -> RelightableImage:
    """A relightable image, flat or tiled, written by this software, the published trainer or, if it
    is PTM or HSH, by Relight.

    Raises RakingError naming the file that is missing, damaged or does not fit.
    """
    return relightable.read_image(Path(path))


def write_image(
    image: RelightableImage, path: Path | str, *, tiles: bool = False, overwrite: bool = True
) -> None:
    """Writes an image to a folder, which appears when it is complete.

    With `tiles` it is written as Deep Zoom pyramids, whose smaller levels are fitted to the image
    shrunk, as `raking train --tiles` has them.

    Raises RakingError where `path` holds anything but a relightable image of ours (or anything,
    without `overwrite`), or where it cannot be written.
    """
    folder = Path(path)
    if not tiles:
        relightable.write_image(image, folder, overwrite)
        return
    relightable.check_writable(folder, overwrite)
    from trainer.training.levels import smaller_levels

    smaller = smaller_levels(image)
    relightable.write_image(image, folder, overwrite, tiles=TileFormat(), smaller=smaller)


def find_normals(source: "RelightableImage | Mlic") -> np.ndarray:
    """The normals of a surface by robust photometric stereo: [H, W, 3] float32 unit vectors, x
    right, y up, z to the viewer; (0, 0, 1) off the object.

    Of a collection they are found from the photographs to train on, of an image from what it
    decodes to, which is less exact.
    """
    from trainer.surface.normals import image_normals, photograph_normals

    if isinstance(source, RelightableImage):
        return image_normals(source)
    return photograph_normals(source.train)


def store_normals(image: RelightableImage, normals: np.ndarray) -> None:
    """Gives an image normals [H, W, 3], unit vectors, as levels of 8 bits.

    Raises RakingError where they are of another size.
    """
    levels = normal_levels(normals)
    if levels.shape != (image.height, image.width, 3):
        raise RakingError(
            f"the normals are {levels.shape}, where the image is {image.height} x {image.width}"
        )
    image.normals = levels


def store_evidence(image: RelightableImage, collection: "Mlic") -> None:
    """Gives an image what is known of how far photographs support it: those of the collection to
    train on, of one camera, from which it was trained."""
    from trainer.training.support import store_evidence as store

    store(image, collection.train)


def evaluate(
    image: RelightableImage,
    collection: "Mlic",
    *,
    fast: bool = False,
    heat_maps: Path | str | None = None,
) -> dict[str, Any]:
    """The scores of an image against the photographs that were held out, as a viewer shows it.

    Returns the means over the photographs of `psnr` (dB), `ssim`, `delta_e`, `flip` and `lpips`
    (None where it cannot be measured), and the `smoothness` between the photographs; `fast`, the
    first three alone. `intervals` are the 95 % intervals of the means, `per_image` the scores of
    each photograph, `per_elevation` those by the light's height. `heat_maps` is a new folder for
    pictures of the errors.

    Raises RakingError where the sizes differ or nothing is held out.
    """
    from trainer.quality.evaluate import ALL, FAST
    from trainer.quality.evaluate import evaluate as evaluate_image

    metrics, maps = FAST if fast else ALL, Path(heat_maps) if heat_maps else None
    return evaluate_image(image, collection, metrics=metrics, heat_maps=maps)
