"""Lights that are wrong, found by what the other photographs predict."""

import numpy as np
import pytest

from trainer.calibration.factors import components
from trainer.calibration.prediction import predict_each, refined_light

from ..conftest import bumps


def dome() -> np.ndarray:
    lights = []
    for number, elevation in ((4, 75), (10, 55), (12, 35), (14, 18)):
        e = np.radians(elevation)
        for turn in np.radians(elevation + np.arange(number) * 360 / number):
            lights.append((np.cos(e) * np.cos(turn), np.cos(e) * np.sin(turn), np.sin(e)))
    return np.array(lights)


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    return bumps(dome().astype(np.float32)).reshape(len(dome()), -1) / 255.0


def test_five_lights_disturbed_by_ten_degrees_are_flagged_and_brought_back(
    values: np.ndarray, angles
) -> None:
    true = dome()
    given = true.copy()
    random = np.random.default_rng(0)
    wrong = [1, 7, 12, 20, 33]
    for i in wrong:
        across = np.cross(true[i], random.normal(size=3))
        across /= np.linalg.norm(across)
        turned = np.cos(np.radians(10)) * true[i] + np.sin(np.radians(10)) * across
        given[i] = turned if turned[2] > 0.1 else 2 * np.cos(np.radians(10)) * true[i] - turned
    predictions = predict_each(given, values, np.full(len(true), 0.5))
    flagged = [i for i, prediction in enumerate(predictions) if prediction.flagged]
    assert set(wrong) <= set(flagged) and len(flagged) <= len(wrong) + 1
    for i in wrong:
        moved = refined_light(given[i], 0.5, predictions[i])
        assert angles(moved, true[i]) < 2
    for i in set(range(len(true))) - set(flagged):
        moved = refined_light(given[i], 0.5, predictions[i])
        assert angles(moved, given[i]) <= 0.5 + 1e-4


def test_right_lights_are_left(values: np.ndarray) -> None:
    predictions = predict_each(dome(), values, np.full(len(dome()), 0.5))
    assert not any(prediction.flagged for prediction in predictions)


def test_parts_of_the_picture_have_components_of_their_own(values: np.ndarray) -> None:
    first, *others = components(values)
    half = np.array_split(values, len(others) + 1, axis=1)[0]
    changed = np.hstack(
        [half, np.random.default_rng(0).uniform(size=values[:, half.shape[1] :].shape)]
    )
    assert np.allclose(first, components(changed)[0])
    assert not np.allclose(others, components(changed)[1:], atol=0.1)


def test_bright_pixels_count_no_more_than_dark_ones(values: np.ndarray) -> None:
    values = values[:, values.std(axis=0) > 0.05]
    brighter = values * np.linspace(1, 3, values.shape[1])
    assert np.allclose(np.abs(components(brighter)), np.abs(components(values)), atol=1e-6)
