"""How an image of several cameras does where there was neither the camera nor the light: against
principal components of each camera, and against the nearest picture.

python -m bench.fidelity.between btf tablet

The held-out pairs are grouped by how far they are from the nearest pair that was trained on: the
root of the squared angles between the cameras and between the lights. Of each camera, PCA/RBF (nine
components, floats) is fitted to its own photographs; a view between cameras is a mixture of the
three nearest, of which each counts the less, the farther it is.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from renderer.image.relightable import read_image
from shaders.errors import RakingError
from trainer.collection.cameras import distinct
from trainer.collection.mlic import Mlic, read_mlic
from trainer.lights.directions import angles_between
from trainer.quality.evaluate import evaluate
from trainer.quality.metrics import psnr
from trainer.training.classical import fit_floats

NEAREST = 3  # cameras that are mixed
STEP = 2  # degrees: pairs are grouped by their distance, rounded to it


def compare(image: Path, collection: Path) -> list[dict[str, Any]]:
    """For each held-out pair its `distance` in degrees, and the PSNR in dB of the `image`, of `pca`
    and of the `nearest` picture.

    Raises RakingError where one camera stood still, and as `evaluate` does.
    """
    mlic = read_mlic(collection)
    if mlic.train.views is None or mlic.test.views is None:
        raise RakingError(f"{collection} is of one camera: name one of several")
    ours = evaluate(read_image(image), mlic, metrics=("psnr",))["per_image"]
    rows = zip(ours, _by_components(mlic), strict=True)
    return [
        {
            "name": found["name"],
            "distance": float(_distances(mlic, i).min()),
            "image": found["psnr"],
            "pca": _psnr(mlic, i, components),
            "nearest": _psnr(mlic, i, mlic.train.image(int(_distances(mlic, i).argmin()))),
        }
        for i, (found, components) in enumerate(rows)
    ]


def told(pairs: Sequence[dict[str, Any]]) -> str:
    """A table of means: over all pairs, and by their distance."""
    lines = ["| distance | pairs | image | PCA per camera | nearest picture |", "|" + "---|" * 5]
    distances = np.array([pair["distance"] for pair in pairs])
    rounded = STEP * np.rint(distances / STEP).astype(int)
    groups = [(f"{d} degrees", rounded == d) for d in np.unique(rounded)]
    for name, chosen in (*groups, ("all", np.ones(len(pairs), bool))):
        means = [
            np.mean([pair[key] for pair, taken in zip(pairs, chosen, strict=True) if taken])
            for key in ("image", "pca", "nearest")
        ]
        cells = [name, str(int(chosen.sum())), *(f"{mean:.2f}" for mean in means)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _by_components(mlic: Mlic) -> Iterator[np.ndarray]:
    """The held-out pairs by principal components of each camera: pictures [H, W, 3], 0..1."""
    assert mlic.train.views is not None and mlic.test.views is not None
    views, view_of = distinct(mlic.train.views)
    fitted = [
        fit_floats(_of_camera(mlic, np.flatnonzero(view_of == i)), "rbf") for i in range(len(views))
    ]
    for view, light in zip(mlic.test.views, mlic.test.lights, strict=True):
        angles = np.degrees(angles_between(views, view))
        near = np.argsort(angles, kind="stable")[:NEAREST]
        shares = 1 / np.maximum(angles[near], 1e-3)
        pictures = [next(fitted[i].pictures(light[None])).clip(0, 1) for i in near]
        yield np.tensordot(shares / shares.sum(), pictures, 1)


def _of_camera(mlic: Mlic, chosen: np.ndarray) -> Mlic:
    """The chosen pictures alone: reading them does not pass over all the others."""
    train = mlic.train
    own = replace(
        train,
        names=[train.names[i] for i in chosen],
        lights=train.lights[chosen],
        stored=np.ascontiguousarray(train.stored[:, train.columns[chosen]]),
        columns=np.arange(len(chosen)),
        views=None,
    )
    return replace(mlic, train=own)


def _distances(mlic: Mlic, index: int) -> np.ndarray:
    """How far a held-out pair is from those trained on, in degrees [L]."""
    assert mlic.train.views is not None and mlic.test.views is not None
    cameras = angles_between(mlic.train.views, mlic.test.views[index])
    lights = angles_between(mlic.train.lights, mlic.test.lights[index])
    return np.asarray(np.degrees(np.hypot(cameras, lights)))


def _psnr(mlic: Mlic, index: int, picture: np.ndarray) -> float:
    return psnr(mlic.test.image(index), picture.astype(np.float32), mlic.mask)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.fidelity.between")
    parser.add_argument("collection", type=Path, help="pictures from several cameras")
    parser.add_argument("image", type=Path, help="an image trained on them")
    parser.add_argument("--json", type=Path, help="a file to write every pair to")
    options = parser.parse_args()
    pairs = compare(options.image, options.collection)
    if options.json:
        options.json.write_text(json.dumps(pairs, indent=1))
    print(told(pairs))


if __name__ == "__main__":
    main()
