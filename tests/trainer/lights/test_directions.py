"""Which lights are held out, on domes as people build them."""

import numpy as np
import pytest

from trainer.lights.directions import held_out_by_rule, light_warnings, validation_lights

from ..conftest import ring_lights


def polar(elevations: object, azimuths: object) -> np.ndarray:
    """[L, 3] unit vectors from degrees."""
    e, a = np.broadcast_arrays(np.deg2rad(elevations), np.deg2rad(azimuths))
    return np.stack([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)], axis=-1)


def ring(number: int, elevation: float = 40, turn: float = 0) -> np.ndarray:
    return polar(elevation, np.arange(number) * 360 / number + turn)


def dense_dome(number: int = 150) -> np.ndarray:
    index = np.arange(number)
    z = 1 - (index + 0.5) / number * 0.95
    return polar(np.rad2deg(np.arcsin(z)), index * 137.508)


def widest_azimuth_gap(lights: np.ndarray) -> float:
    azimuths = np.sort(np.rad2deg(np.arctan2(lights[:, 1], lights[:, 0])))
    return float(np.diff(azimuths, append=azimuths[0] + 360).max())


def messages(lights: np.ndarray) -> str:
    names = [f"image{i}" for i in range(len(lights))]
    return "\n".join(light_warnings(names, lights, np.zeros(len(lights), bool)))


def test_the_rule_spreads_over_elevations_and_azimuths_inside_the_rim() -> None:
    lights = ring_lights()
    chosen = lights[held_out_by_rule(lights)]
    assert len(chosen) == 5
    assert held_out_by_rule(lights) == held_out_by_rule(lights.copy())
    assert (chosen[:, 2] > np.sin(np.deg2rad(21))).all(), "the lowest ring is the rim"
    assert len(np.unique(chosen[:, 2].round(3))) >= 2
    off_centre = chosen[np.hypot(chosen[:, 0], chosen[:, 1]) > 0.1, :2]
    assert np.linalg.norm(off_centre.mean(axis=0)) < 0.5 * np.linalg.norm(off_centre, axis=1).max()


def test_a_dense_dome_gives_one_light_of_each_fifth_of_the_elevations() -> None:
    lights = dense_dome()
    chosen = np.sort(lights[held_out_by_rule(lights), 2])
    inside = np.sort(lights[:, 2])[20:]
    fifths = np.searchsorted(np.quantile(inside, [0.2, 0.4, 0.6, 0.8]), chosen)
    assert np.abs(fifths - np.arange(5)).max() <= 1
    assert (np.diff(chosen) > 0.05).all()
    assert widest_azimuth_gap(lights[held_out_by_rule(lights)]) < 180


@pytest.mark.parametrize("number", [20, 24, 60])
def test_of_a_single_ring_lights_all_around_are_held_out(number: int) -> None:
    chosen = held_out_by_rule(ring(number))
    assert len(chosen) == 5
    assert widest_azimuth_gap(ring(number)[chosen]) < 110
    assert np.diff(chosen).min() > 1, "neighbours would leave a hole"


def test_any_set_of_lights_has_an_answer() -> None:
    random = np.random.default_rng(0)
    for _ in range(300):
        number = int(random.integers(7, 40))
        azimuths = random.permutation(number) * 360 / number
        lights = polar(40 + random.normal(0, 0.6, number), azimuths)
        chosen = held_out_by_rule(lights)
        assert len(set(chosen)) == min(5, number // 4, number - 6)


def test_the_ends_of_a_line_of_lights_stay() -> None:
    lights = polar(np.linspace(10, 170, 20), 0)
    chosen = held_out_by_rule(lights)
    assert len(chosen) == 5
    assert not {0, 19} & set(chosen)


def test_lights_on_one_side_are_held_out_inside() -> None:
    random = np.random.default_rng(0)
    lights = polar(random.uniform(10, 80, 40), random.uniform(-40, 60, 40))
    chosen = held_out_by_rule(lights)
    assert len(chosen) == 5
    extremes = {int(f(lights[:, axis])) for f in (np.argmin, np.argmax) for axis in (0, 1)}
    assert not extremes & set(chosen)


@pytest.mark.parametrize(("number", "most"), [(5, 0), (6, 0), (7, 1), (8, 2), (12, 3), (19, 4)])
def test_small_collections_hold_out_fewer(number: int, most: int) -> None:
    lights = np.concatenate([ring(number - 1), polar([90], [0])])
    chosen = held_out_by_rule(lights)
    assert len(chosen) == most
    assert number - 1 not in chosen, "nothing could stand in for the only light overhead"


def test_a_light_that_repeats_is_held_out_each_time() -> None:
    once = ring_lights()
    chosen = held_out_by_rule(once)
    assert held_out_by_rule(np.concatenate([once, once])) == chosen + [20 + i for i in chosen]
    assert held_out_by_rule(np.concatenate([once, once[chosen[:1]]])) == [*chosen, 20]
    assert held_out_by_rule(np.repeat(ring(4), 5, axis=0)) == []


def test_validation_lights_lie_apart_from_those_held_out() -> None:
    lights = dense_dome()
    tested = held_out_by_rule(lights)
    trained = np.delete(lights, tested, axis=0)
    chosen = validation_lights(trained, 5)
    assert len(chosen) == 5
    assert np.ptp(trained[chosen, 2]) > 0.5
    assert widest_azimuth_gap(trained[chosen]) < 180
    nearest = np.linalg.norm(trained[chosen][:, None] - lights[tested], axis=2).min(axis=1)
    assert (nearest > 0.25).all()
    assert validation_lights(trained, 2) == validation_lights(trained.copy(), 2)
    assert len(validation_lights(trained, 2)) == 2
    assert validation_lights(ring(6), 3) == []


@pytest.mark.parametrize(
    ("lights", "words"),
    [
        (ring(12, 85), "within 5 degrees of one direction"),
        (polar(np.linspace(20, 160, 12), 30), "on a line"),
        (ring(12, 45), "share one elevation"),
        (polar(np.tile([20, 50], 6), np.linspace(0, 150, 12)), "on one side, with none in 210"),
    ],
)
def test_lights_that_leave_most_of_the_sky_out_are_warned_about(
    lights: np.ndarray, words: str
) -> None:
    assert words in messages(lights)
    assert "relighting from elsewhere is a guess" in messages(lights)


@pytest.mark.parametrize("lights", [ring_lights(), dense_dome()])
def test_a_dome_is_not_warned_about(lights: np.ndarray) -> None:
    assert messages(lights) == ""


def test_many_repeats_make_one_short_warning() -> None:
    warning = messages(np.concatenate([ring_lights(), ring_lights()]))
    assert warning.startswith("lights repeat: image0 = image20, image1 = image21")
    assert warning.endswith("and 16 more")
