"""What is worked out of photographs, against what was done to them."""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from shaders.errors import RakingError
from trainer.calibration.shots import photographs_in
from trainer.calibration.views import Shots, read_shots
from trainer.photographs.pictures import read_picture
from trainer.photographs.srgb import coded, linear
from trainer.preparing.flat_fields import find_flat_fields
from trainer.preparing.prepare import Preparation, Wanted, prepare
from trainer.preparing.ready import prepared_pictures
from trainer.running.plan import Plan
from trainer.sample.sample import write_picture

from .conftest import Scene

SIDE = 209  # of the tablet, in the middle of the picture


def changed(scene: Scene, folder: Path, change: Callable[[np.ndarray, int], np.ndarray]) -> Shots:
    """The photographs, each changed in levels of 0 to 255."""
    folder.mkdir()
    for index, file in enumerate(scene.shots.files):
        values = change(read_picture(file).values.astype(float), index)
        write_picture(folder / file.name, np.rint(values.clip(0, 255)).astype(np.uint8))
    return read_shots(photographs_in(folder, pytest.fail))


def prepared(scene: Scene, shots: Shots, wanted: Wanted) -> tuple[np.ndarray, Preparation]:
    shots, done = prepare(shots, scene.lights, None, scene.setup, None, wanted, Plan())
    return np.stack(list(prepared_pictures(shots, done))).astype(float), done


def brighter(gains: np.ndarray) -> Callable[[np.ndarray, int], np.ndarray]:
    return lambda values, i: 255 * coded(linear(values, 255) * np.float32(gains[i])).astype(float)


@pytest.mark.long
def test_shifts_are_found_and_mended(scene: Scene, tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    shifts = random.normal(0, 0.5, (20, 2))
    shifts[[4, 11]] += [[3.0, -2.0], [-1.0, 4.0]]
    shifts -= np.median(shifts, axis=0)

    def moved(values: np.ndarray, i: int) -> np.ndarray:
        return np.asarray(ndimage.shift(values, (*shifts[i, ::-1], 0), order=5, mode="mirror"))

    shots = changed(scene, tmp_path / "moved", moved)
    laid, done = prepared(scene, shots, Wanted(align=True))
    off = np.linalg.norm(done.shifts - shifts, axis=1)
    assert np.sqrt(np.mean(off**2)) < 0.15 and off.max() < 0.3
    x, y, width, height = done.crop
    assert x >= 2 and y >= 3 and x + width <= 358 and y + height <= 268
    plain, _ = prepared(scene, scene.shots, Wanted((x, y, width, height)))
    before, _ = prepared(scene, shots, Wanted((x, y, width, height)))
    middle = np.s_[:, 20:-20, 20:-20]
    errors = [np.sqrt(np.mean((some[middle] - plain[middle]) ** 2)) for some in (laid, before)]
    assert errors[0] < 0.3 * errors[1]

    untouched, done = prepared(scene, shots, Wanted((x, y, width, height)))
    assert not done.shifts.any() and np.array_equal(untouched, before)
    assert any("--align mends" in warning for warning in done.warnings)


@pytest.mark.long
def test_photographs_that_have_not_moved_stay_as_they_are(scene: Scene) -> None:
    laid, done = prepared(scene, scene.shots, Wanted(align=True))
    assert np.linalg.norm(done.shifts, axis=1).max() < 0.3
    assert done.record["align"]["moved"] < 10 and not done.warnings
    still = ~done.shifts.any(axis=1)
    plain, _ = prepared(scene, scene.shots, Wanted(done.crop))
    assert still.sum() > 10 and np.array_equal(laid[still], plain[still])


def test_the_fall_off_of_near_lamps_is_divided_out(scene: Scene) -> None:
    """White diffusers that lie flat are as bright everywhere as under a lamp far away."""
    _, done = prepared(scene, scene.shots, Wanted(even=True))
    lamps = scene.setup.lamps
    assert lamps is not None
    typical = np.median(np.linalg.norm(lamps, axis=1))
    for lamp, light, fall in zip(lamps, scene.lights, done.fall_offs, strict=True):
        assert fall is not None
        factors = fall.factors((270, 360))
        for row, column in ((0, 0), (269, 359), (100, 30)):
            place = np.array([column - 179.5, 134.5 - row, 0])
            toward = lamp - place
            distance = np.linalg.norm(toward)
            radiance = (typical / distance) ** 2 * toward[2] / distance
            assert np.isclose(radiance * factors[row, column], light[2], rtol=1e-4)


def test_lights_are_those_of_the_middle_of_the_crop(scene: Scene) -> None:
    _, done = prepared(scene, scene.shots, Wanted((200, 20, 100, 60)))
    middle = np.array([249.5 - 179.5, 134.5 - 49.5, 0])
    toward = scene.setup.lamps - middle
    assert np.allclose(done.lights, toward / np.linalg.norm(toward, axis=1, keepdims=True))
    assert done.record == {"crop": [200, 20, 100, 60]}


@pytest.mark.long
def test_brightness_is_evened_by_the_photographs_and_by_a_grey_card(
    scene: Scene, tmp_path: Path
) -> None:
    gains = np.ones(20)
    gains[[3, 9, 14]] = 0.7, 0.8, 0.6
    shots = changed(scene, tmp_path / "uneven", brighter(gains))
    _, done = prepared(scene, shots, Wanted(even=True))
    others = np.delete(np.arange(20), [3, 9, 14])
    typical = np.median(done.gains[others])
    assert np.allclose(done.gains[[3, 9, 14]] * gains[[3, 9, 14]] / typical, 1, atol=0.12)
    assert np.allclose(done.gains[others] / typical, 1, atol=0.15)

    card = (163, 251, 7, 6)  # the second field of the chart
    _, done = prepared(scene, shots, Wanted(even=True, card=card))
    _, plain = prepared(scene, scene.shots, Wanted(even=True, card=card))
    assert np.allclose(
        done.gains / plain.gains * gains, np.median(done.gains / plain.gains), rtol=0.05
    )


def test_the_object_is_cut_out_and_the_spheres_are_not_in_it(scene: Scene) -> None:
    _, done = prepared(scene, scene.shots, Wanted("auto"))
    x, y, width, height = done.crop
    left, top = (360 - SIDE) / 2, (270 - SIDE) / 2
    assert abs(x - left) < 9 and abs(y - top) < 9
    assert abs(x + width - left - SIDE) < 9 and abs(y + height - top - SIDE) < 9
    for column, row, radius in scene.setup.spheres:
        near = np.clip([column, row], [x, y], [x + width, y + height])
        assert np.linalg.norm(near - [column, row]) > radius


@pytest.mark.long
def test_a_white_card_for_all_takes_off_what_the_lens_does(scene: Scene, tmp_path: Path) -> None:
    rows, columns = np.mgrid[:270, :360]
    lens = (1 / (1 + ((columns - 180) ** 2 + (rows - 135) ** 2) / 250**2))[..., None]
    shots = changed(
        scene, tmp_path / "dim", lambda v, _: 255 * coded(linear(v, 255) * lens).astype(float)
    )
    card = np.rint(255 * coded(0.6 * lens.repeat(3, axis=2)))
    write_picture(tmp_path / "card.png", card.astype(np.uint8))
    flat = find_flat_fields(tmp_path / "card.png", shots.files, shots.size)
    shots, done = prepare(shots, scene.lights, None, scene.setup, flat, Wanted(), Plan())
    even = np.stack(list(prepared_pictures(shots, done))).astype(float)
    plain = np.stack([read_picture(file).values.astype(float) for file in scene.shots.files])
    share = linear(even, 255).sum(axis=(0, 3)) / linear(plain, 255).sum(axis=(0, 3))
    assert share.std() / share.mean() < 0.02
    assert done.record == {"flat_field": "card.png"}


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (Wanted((300, 0, 100, 50)), "reaches beyond"),
        (Wanted(even=True, card=(400, 300, 20, 20)), "--grey 400,300,20,20 reaches beyond"),
        (Wanted(even=True, card=(10, 10, 1, 2)), "too small"),
    ],
)
def test_what_cannot_be_is_refused(scene: Scene, wanted: Wanted, sentence: str) -> None:
    with pytest.raises(RakingError, match=sentence):
        prepared(scene, scene.shots, wanted)


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (Wanted(align=True), "tells where they lie"),
        (Wanted(even=True, card=(10, 10, 60, 60)), "is black"),
    ],
)
def test_black_photographs_tell_nothing(
    scene: Scene, tmp_path: Path, wanted: Wanted, sentence: str
) -> None:
    shots = changed(scene, tmp_path / "black", lambda values, _: 0 * values)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RakingError, match=sentence):
            prepared(scene, shots, wanted)
        assert not prepared(scene, shots, Wanted())[0].any()


@pytest.mark.parametrize(
    ("level", "sentence"), [(255, "is saturated in some"), (0, "is black")], ids=["white", "black"]
)
def test_a_card_that_tells_nothing_is_refused_before_the_long_work(
    scene: Scene, tmp_path: Path, level: int, sentence: str
) -> None:
    def with_card(values: np.ndarray, i: int) -> np.ndarray:
        values[100:140, 150:200] = level if i > 2 or level == 0 else 120
        return values

    shots = changed(scene, tmp_path / "card", with_card)
    wanted = Wanted(align=True, even=True, card=(152, 102, 40, 30))
    phases: list[str] = []
    plan = Plan(lambda standing: phases.append(standing.phase))
    with pytest.raises(RakingError, match=sentence):
        prepare(shots, scene.lights, None, scene.setup, None, wanted, plan)
    assert set(phases) == {"looking"}


def test_a_black_card_is_refused(scene: Scene, tmp_path: Path) -> None:
    write_picture(tmp_path / "card.png", np.zeros((270, 360, 3), np.uint8))
    flat = find_flat_fields(tmp_path / "card.png", scene.shots.files, scene.shots.size)
    shots, done = prepare(scene.shots, scene.lights, None, scene.setup, flat, Wanted(), Plan())
    with pytest.raises(RakingError, match="is black"):
        next(prepared_pictures(shots, done))


def test_a_cut_that_no_longer_lies_in_all_photographs_is_refused(
    scene: Scene, tmp_path: Path
) -> None:
    def moved(values: np.ndarray, i: int) -> np.ndarray:
        return np.asarray(ndimage.shift(values, (0, -6 * (i == 3), 0), order=1, mode="mirror"))

    shots = changed(scene, tmp_path / "moved", moved)
    with pytest.raises(RakingError, match="larger --crop"):
        prepared(scene, shots, Wanted((0, 0, 3, 200), align=True))


def test_a_table_without_an_object_is_not_cut(scene: Scene, tmp_path: Path) -> None:
    random = np.random.default_rng(0)

    def bare(values: np.ndarray, _: int) -> np.ndarray:
        return np.asarray(60 + random.normal(0, 3, (*values.shape[:2], 1)) + 0 * values)

    shots = changed(scene, tmp_path / "bare", bare)
    with pytest.raises(RakingError, match="no object stands out"):
        prepared(scene, shots, Wanted("auto"))
