"""The quality of stored relightable images, and of pictures, against held-out photographs."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from renderer.image.relightable import RelightableImage
from shaders.decoder import LIGHT
from shaders.errors import RakingError, shortened
from trainer.collection.files import AUXILIARY, visible_files
from trainer.collection.masks import find_mask, read_mask
from trainer.collection.mlic import Mlic, Photographs
from trainer.models.oracle import CHUNK_PIXELS, relight
from trainer.photographs.pictures import SUFFIXES, read_header, read_picture
from trainer.quality.expectation import evidence_correlation
from trainer.quality.scores import ALL, FAST, Pair, Progress, score
from trainer.quality.smoothness import smoothness
from trainer.running.threads import all_cores

__all__ = ["ALL", "FAST", "evaluate", "evaluate_pictures", "held_out_photographs"]


def evaluate(
    image: RelightableImage,
    mlic: Mlic,
    *,
    test: Photographs | None = None,
    metrics: Sequence[str] = ALL,
    within: np.ndarray | None = None,
    heat_maps: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The scores of the image as stored and shown, on the test lights, from their cameras.

    Pictures are compared as a viewer shows them: decoded from 8-bit planes, clamped and rounded
    to 8 bits. The collection's mask, or else the image's, restricts the means to the object, and
    `within` [H, W] bool to a part of it. The photographs `test` are those of
    `held_out_photographs` by default. `metrics` names what to measure: all, or such as FAST.
    `heat_maps` is a new folder for a picture of the error each.

    Returns what `score` does, and with "smoothness" among the metrics (see
    trainer.quality.smoothness) `smoothness`, the unsteadiness in 8-bit levels per square degree,
    `straying` in 8-bit levels, and `smoothness_ratio` and `straying_ratio`, each over that of
    HSH 3; None where there is none, as with several cameras.
    Of an image with evidence `evidence_correlation` tells how well that predicts the error
    (trainer.quality.expectation).
    Raises RakingError where the sizes differ, only one is of several cameras, or there is no test
    light.
    """
    if image.decoder.conditions != mlic.train.conditions.shape[1]:
        raise RakingError(
            f"of the image and the photographs in {mlic.path}, only one is of several cameras: "
            "evaluate it on the collection that it was trained on"
        )
    if (image.width, image.height) != (mlic.width, mlic.height):
        raise RakingError(
            f"the image is {image.width} x {image.height} pixels but the photographs in "
            f"{mlic.path} are {mlic.width} x {mlic.height}: evaluate it on the collection that "
            "it was trained on"
        )
    held_out = test or held_out_photographs(image, mlic)
    mask = image.mask if mlic.mask is None else mlic.mask
    if within is not None:
        mask = within if mask is None else mask & within
    scores = score(_pairs(image, held_out), len(held_out.names), mask, metrics, heat_maps, progress)
    if "smoothness" in metrics:
        found = smoothness(image, mlic) if mlic.views is None else None
        scores["smoothness"] = found and found.unsteadiness
        scores["smoothness_ratio"] = found and found.unsteadiness_ratio
        scores["straying"] = found and found.straying
        scores["straying_ratio"] = found and found.straying_ratio
    if image.error_field is not None:
        scores["evidence_correlation"] = evidence_correlation(image, held_out, mask)
    return scores


def evaluate_pictures(
    pictures: Path,
    truth: Path,
    *,
    metrics: Sequence[str] = ALL,
    heat_maps: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The scores of a folder of pictures against one of photographs, paired by name.

    JPEG, PNG, TIFF or WebP; names are compared without their suffix. A `mask` beside the
    photographs restricts the means to the object, and transparency counts for nothing.
    Returns what `score` does. Raises RakingError naming pictures without a partner, or of
    another size.
    """
    paired = _pair_files(_pictures_in(pictures), _pictures_in(truth), pictures, truth)
    for picture, known in paired:
        _check_size(picture, known)
    found = find_mask([truth], [])
    mask = read_mask(found, read_header(paired[0][1]).size) if found else None
    return score(_read_pairs(paired), len(paired), mask, metrics, heat_maps, progress)


def held_out_photographs(image: RelightableImage, mlic: Mlic) -> Photographs:
    """The test lights that the image remembers, if it is of this collection; else the collection's.

    Raises RakingError where there are none.
    """
    names = image.test_lights
    same = image.provenance.get("collection_sha256") == mlic.sha256
    if same and names == []:
        raise RakingError(
            f"nothing of {mlic.path} was held out when the image was trained, so there is nothing "
            "to test it with: train it again with --test-lights"
        )
    test = mlic.select(names) if same and names else mlic.test
    if not test.names:
        raise RakingError(
            f"the collection {mlic.path} has no test lights: name some images in a test.txt "
            "there, or with --test-lights"
        )
    return test


def _pairs(image: RelightableImage, test: Photographs) -> Iterator[Pair]:
    """The photographs, and the image under their lights as a viewer shows it."""
    for index, (light, conditions) in enumerate(zip(test.lights, test.conditions, strict=True)):
        shown = _shown(image.seen_from(conditions[:-LIGHT]), conditions)
        view = None if test.views is None else test.views[index]
        yield Pair(test.names[index], light, test.image(index), shown, view)


def _shown(image: RelightableImage, light: np.ndarray) -> np.ndarray:
    """The image under conditions [C], clamped and rounded to 8 bits, [H, W, 3] float32, 0..1."""
    rows = max(1, CHUNK_PIXELS // image.width)

    def show(first: int) -> np.ndarray:
        (strip,) = relight(image, light, rows=(first, min(first + rows, image.height)))
        return np.rint(strip.clip(0, 1) * 255) / 255

    with all_cores() as share_out:
        return np.concatenate(list(share_out(show, range(0, image.height, rows))))


def _pictures_in(folder: Path) -> dict[str, Path]:
    """The pictures of a folder by their name without suffix."""
    if not folder.is_dir():
        raise RakingError(f"{folder} is not a folder: name one that holds pictures")
    found: dict[str, Path] = {}
    for path in sorted(visible_files(folder)):
        if path.stem.lower() not in AUXILIARY and path.suffix.lower() in SUFFIXES:
            if path.stem in found:
                raise RakingError(
                    f"{found[path.stem]} and {path.name} have one name: remove one of the two"
                )
            found[path.stem] = path
    if not found:
        raise RakingError(f"{folder} holds no JPEG, PNG or TIFF picture")
    return found


def _pair_files(
    pictures: dict[str, Path], truths: dict[str, Path], folder: Path, truth: Path
) -> list[tuple[Path, Path]]:
    for names, others, here, there in (
        (pictures, truths, folder, truth),
        (truths, pictures, truth, folder),
    ):
        if alone := [path.name for stem, path in names.items() if stem not in others]:
            raise RakingError(
                f"{there} holds no picture of the name of {', '.join(alone)} in {here}: pictures "
                "are paired by name"
            )
    return [(pictures[stem], truths[stem]) for stem in pictures]


def _read_pairs(paired: list[tuple[Path, Path]]) -> Iterator[Pair]:
    for picture, truth in paired:
        yield Pair(truth.stem, None, _read_floats(truth), _read_floats(picture))


def _check_size(path: Path, other: Path) -> None:
    (height, width), known = read_header(path).size, read_header(other).size
    if (height, width) != known:
        raise RakingError(
            f"{shortened(path)} is {width} x {height} pixels but {shortened(other)} is "
            f"{known[1]} x {known[0]}: only pictures of one size can be compared"
        )


def _read_floats(path: Path) -> np.ndarray:
    """[H, W, 3] float32, 0..1."""
    levels = read_picture(path).values
    return levels.astype(np.float32) / np.float32(np.iinfo(levels.dtype).max)
