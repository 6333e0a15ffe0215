"""What preparing photographs is worth: near lamps' fall-off divided out, and shifts mended.

python -m bench.fidelity.preparations --seeds 4 --size 640x480

Each seed is a sample with two spheres under near lamps, calibrated as a user would. A model fitted
to photographs as they are is compared with one fitted to evened ones, on photographs held out, and
in both spaces: pictures as photographed, the fall-off put back on what the second predicts; and
evened, the fall-off divided out of what the first predicts. Then photographs are shifted at random,
and fitted with and without --align, in the space of the photographs that were not.
"""

import argparse
import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from scipy import ndimage

from trainer.calibration.calibrate import Settings, calibrate
from trainer.calibration.record import write_calibration
from trainer.calibration.shots import photographs_in
from trainer.calibration.views import read_shots
from trainer.collection.mlic import Mlic, read_mlic
from trainer.models.oracle import relight
from trainer.photographs.pictures import read_picture
from trainer.photographs.srgb import coded, linear
from trainer.preparing.prepare import Preparation, Wanted, prepare
from trainer.preparing.ready import write_prepared
from trainer.preparing.sources import read_sources
from trainer.running.plan import Plan
from trainer.sample.sample import write_picture
from trainer.sample.tabletop import Tabletop, write_tabletop
from trainer.training.settings import Model, TrainingSettings
from trainer.training.train import train

SCENE = Tabletop(640, 480, noise=1.0, blur=0.6)
Change = Callable[[np.ndarray, int], np.ndarray]  # of the picture of a held-out photograph


@dataclass(frozen=True)
class Worth:
    """PSNR in dB on held-out photographs; shifts in pixels."""

    seed: int
    plain: float  # as they are, on photographs as they are
    plain_evened: float  # the same fit, its pictures evened, on evened photographs
    evened: float  # fitted to evened ones, on evened ones
    evened_back: float  # its pictures with the fall-off put back, on photographs as they are
    straight: float  # before the photographs are shifted
    shifted: float  # fitted to shifted ones, on photographs as they were
    mended: float
    missed_by: float  # pixels between shifts and what is found of them, root of the mean square
    at_worst: float


def measure(scene: Tabletop, model: Model, pixels: float, folder: Path) -> Worth:
    """A seed, in the new `folder`; photographs are shifted by a normal deviation of `pixels`."""
    write_tabletop(folder, scene)
    photographs = folder / "photographs"
    lights = folder / "lights"
    found = calibrate(read_shots(photographs_in(photographs, lambda _: None)), Settings(), Plan())
    write_calibration(found, lights, {})
    side = round(0.5 * min(scene.width, scene.height))
    box = ((scene.width - side) // 2, (scene.height - side) // 2, side, side)
    lit = lights / "lights.lp"
    plain, _ = prepared(photographs, lit, Wanted(box), folder / "plain")
    even, even_done = prepared(photographs, lit, Wanted(box, even=True), folder / "even")
    to_even = factors_of(even_done, even, (scene.height, scene.width))
    first, second = fitted(plain, model), fitted(even, model)
    wide = (box[0] - 20, box[1] - 20, side + 40, side + 40)
    shifts = shift_photographs(photographs, folder / "moved", pixels, scene.seed)
    moved, _ = prepared(folder / "moved", lit, Wanted(box), folder / "unmended")
    mended, mended_done = prepared(folder / "moved", lit, Wanted(wide, True), folder / "mended")
    off = mended_done.shifts - shifts
    inset = np.subtract(box[:2], mended_done.crop[:2])
    inside = np.s_[inset[1] : inset[1] + side, inset[0] : inset[0] + side]
    return Worth(
        scene.seed,
        score(first, plain),
        score(first, even, lambda picture, i: evened(picture, to_even[i])),
        score(second, even),
        score(second, plain, lambda picture, i: evened(picture, 1 / to_even[i])),
        score(fitted(plain, "hsh"), plain),
        score(fitted(moved, "hsh"), plain),
        score(fitted(mended, "hsh"), plain, lambda picture, _: picture[inside]),
        float(np.sqrt(np.mean(np.sum(off**2, axis=1)))),
        float(np.linalg.norm(off, axis=1).max()),
    )


def prepared(
    photographs: Path, lights: Path, wanted: Wanted, folder: Path
) -> tuple[Mlic, Preparation]:
    """The photographs, prepared in `folder` and read again."""
    sources = read_sources(photographs, lights, None, None, lambda _: None)
    shots, done = prepare(
        *(sources.shots, sources.lights, sources.mask, sources.setup, None, wanted, Plan())
    )
    write_prepared(shots, done, None, sources.held_out, folder, {})
    return read_mlic(folder), done


def fitted(mlic: Mlic, model: Model) -> Callable[[np.ndarray], np.ndarray]:
    """What a model fitted to the collection shows under a light: [h, w, 3], 0..1."""
    image = train(mlic, TrainingSettings(model), warn=lambda _: None)
    return lambda light: next(relight(image, light[:2]))


def score(
    shown: Callable[[np.ndarray], np.ndarray], mlic: Mlic, change: Change | None = None
) -> float:
    """The mean PSNR in dB over the held-out photographs, of what is shown, changed."""
    values = []
    for index, light in enumerate(mlic.test.lights):
        picture = shown(light)
        picture = picture if change is None else change(picture, index)
        truth = mlic.test.image(index)
        values.append(-10 * np.log10(np.mean((picture.clip(0, 1) - truth) ** 2)))
    return float(np.mean(values))


def factors_of(done: Preparation, mlic: Mlic, size: tuple[int, int]) -> list[np.ndarray]:
    """[h, w, 1] for each held-out photograph: by what evening multiplied it."""
    x, y, width, height = done.crop
    names = [f"{Path(name).stem}" for name in mlic.test.names]
    order = sorted(Path(file).stem for file in mlic.files)
    found = []
    for name in names:
        index = order.index(name)
        fall = done.fall_offs[index]
        factor = np.full(size, done.gains[index]) * (1 if fall is None else fall.factors(size))
        found.append(factor[y : y + height, x : x + width, None].astype(np.float32))
    return found


def evened(picture: np.ndarray, factor: np.ndarray) -> np.ndarray:
    return coded(linear(np.asarray(picture, np.float32), 1.0) * factor)


def shift_photographs(source: Path, folder: Path, pixels: float, seed: int) -> np.ndarray:
    """Copies of photographs, each shifted by its own part of pixels; [L, 2] right and down."""
    folder.mkdir()
    files = sorted(source.glob("*.png"))
    shifts = np.random.default_rng(seed).normal(0, pixels, (len(files), 2))
    shifts -= np.median(shifts, axis=0)
    for file, (right, down) in zip(files, shifts, strict=True):
        values = read_picture(file).values.astype(float)
        moved = ndimage.shift(values, (down, right, 0), order=5, mode="mirror")
        write_picture(folder / file.name, np.rint(moved.clip(0, 255)).astype(np.uint8))
    return shifts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--size", default=f"{SCENE.width}x{SCENE.height}")
    parser.add_argument("--model", default="hsh")
    parser.add_argument("--shifts", type=float, default=0.4, help="deviation in pixels")
    given = parser.parse_args()
    width, height = map(int, given.size.split("x"))
    all_of_it = []
    for seed in range(given.first, given.first + given.seeds):
        scene = replace(SCENE, width=width, height=height, seed=seed)
        with tempfile.TemporaryDirectory() as folder:
            all_of_it.append(measure(scene, given.model, given.shifts, Path(folder) / "table"))
        print(json.dumps(asdict(all_of_it[-1])), flush=True)
    keys = [key for key in asdict(all_of_it[0]) if key != "seed"]
    means = {key: float(np.mean([asdict(worth)[key] for worth in all_of_it])) for key in keys}
    print(json.dumps({"mean": {key: round(value, 3) for key, value in means.items()}}, indent=1))


if __name__ == "__main__":
    main()
