"""The map of the latent space, against scikit-learn and collections whose materials are known."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.cluster.vq import kmeans2

from renderer.image.relightable import RelightableImage, write_image
from shaders.errors import RakingError
from trainer.mapping.atlas import map_image
from trainer.mapping.clusters import adjusted_rand, appearance, grouped
from trainer.mapping.embedding import laid_out, principal_axes
from trainer.mapping.pixels import mapped_pixels, spread_lights

from ...command import raking

MakeImage = Callable[..., RelightableImage]
metrics = pytest.importorskip("sklearn.metrics")  # which comes with openTSNE


def blobs(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three groups of 60 points in five dimensions, and which each is of."""
    random = np.random.default_rng(seed)
    group = np.repeat([0, 1, 2], 60)
    centres = np.array([[0, 0, 0, 0, 0], [8, 0, 0, 4, 0], [0, 9, 3, 0, 0]])
    return centres[group] + random.normal(0, 0.5, (180, 5)), group


@pytest.mark.parametrize("seed", range(5))
def test_adjusted_rand_is_scikit_learns(seed: int) -> None:
    random = np.random.default_rng(seed)
    one, other = random.integers(0, 4, 300), random.integers(0, 6, 300)
    mixed = np.where(random.random(300) < 0.7, one, other)
    for pair in ((one, other), (one, mixed), (one, one)):
        assert adjusted_rand(*pair) == pytest.approx(metrics.adjusted_rand_score(*pair))


def test_groups_are_found_and_ordered_by_size() -> None:
    points, group = blobs()
    points = np.concatenate([points, points[group == 1] + 0.01])
    labels = grouped(points, 3, seed=0)
    assert adjusted_rand(labels[:180], group) == 1
    assert (np.diff(np.bincount(labels)) <= 0).all()


def test_small_groups_are_found_beside_a_large_one() -> None:
    """Which k-means of all points would cut in two instead."""
    random = np.random.default_rng(0)
    group = np.repeat([0, 1, 2], [18_000, 100, 100])
    centres = np.array([[0, 0], [8, 0], [0, 8]])
    spread = np.array([1.2, 1, 1])[group][:, None]
    points = centres[group] + random.normal(0, 1, (len(group), 2)) * spread
    assert adjusted_rand(grouped(points, 3, seed=0), group) > 0.8
    _, plain = kmeans2(points, 3, minit="++", seed=0)
    assert adjusted_rand(plain, group) < 0.1


@pytest.mark.parametrize("colours", [1, 2])
def test_there_may_be_fewer_colours_than_groups(colours: int) -> None:
    points = np.repeat(np.arange(colours * 2.0).reshape(colours, 2), 100, axis=0)
    labels = grouped(points, 6, seed=0)
    assert adjusted_rand(labels, points[:, 0]) == 1


def test_principal_axes_are_numpys() -> None:
    points, _ = blobs()
    found = principal_axes(points, 2)
    centred = points - points.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(np.abs(found), np.abs(centred @ axes[:2].T), atol=1e-9)
    np.testing.assert_allclose(principal_axes(points[:, ::-1], 2), found, atol=1e-9)


@pytest.mark.parametrize("method", ["axes", "tsne"])
def test_layouts_keep_groups_together(method: str) -> None:
    pytest.importorskip("openTSNE")
    points, group = blobs()
    told: list[tuple[int, int]] = []
    laid = laid_out(points[:, None], method, 0, lambda *done: told.append(done))  # type: ignore[arg-type]
    apart = np.linalg.norm(laid[:, None] - laid, axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (group[apart.argmin(axis=1)] == group).mean() > 0.98
    assert method == "axes" or told[-1] == (750, 750)


def test_pixels_show_what_the_image_does(make_image: MakeImage, by_hand) -> None:  # type: ignore[no-untyped-def]
    image = make_image(width=40, height=30)
    image.mask = np.zeros((30, 40), bool)
    image.mask[5:25, 10:] = True
    image.normals = np.full((30, 40, 3), 128, np.uint8)
    image.evidence = np.zeros((30, 40, 3), np.uint8)
    chosen = mapped_pixels(image, 200, seed=1)
    assert len(chosen.places) == 200
    x, y = chosen.places.T
    assert image.mask[y, x].all()
    for index in (0, 7, 23):
        expected = by_hand(image, tuple(spread_lights()[index])).clip(0, 1)
        np.testing.assert_allclose(chosen.responses[:, index], expected[y, x], atol=1e-4)


def test_slopes_do_not_tell_materials_apart() -> None:
    """Two matte colours and one gloss on slopes of all kinds are three groups."""
    random = np.random.default_rng(0)
    lights = spread_lights()
    directions = np.column_stack([lights, np.sqrt(1 - np.square(lights).sum(axis=1))])
    normals = random.normal((0, 0, 1), 0.25, (300, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    shading = (normals @ directions.T).clip(0.02)  # [300, M]
    half = directions + np.array([0, 0, 1])
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    gloss = (normals @ half.T).clip(0) ** 60
    kind = np.repeat([0, 1, 2], 100)
    albedo = np.array([[0.5, 0.4, 0.3], [0.1, 0.3, 0.35], [0.13, 0.08, 0.02]])[kind]
    metal = np.where(kind == 2, 1.0, 0.0)[:, None, None] * [0.9, 0.66, 0.3]
    linear = shading[..., None] * albedo[:, None] + gloss[..., None] * metal
    labels = grouped(appearance(linear.clip(0, 1) ** (1 / 2.2), lights), 3, seed=0)
    assert adjusted_rand(labels, kind) > 0.95


def test_four_pixels_are_no_map(make_image: MakeImage, tmp_path: Path) -> None:
    image = make_image(width=2, height=2)
    with pytest.raises(RakingError, match="has 4 pixels of the object, where 100 are the fewest"):
        map_image(image)
    with pytest.raises(RakingError, match="5 pixels are too few for a map: choose 100 or more"):
        mapped_pixels(make_image(width=20, height=15), 5, seed=0)
    write_image(image, tmp_path / "image")
    refused = raking("map", tmp_path / "image", "-o", tmp_path / "map")
    assert refused.returncode == 1 and refused.stderr.count("\n") <= 2
    assert not (tmp_path / "map").exists()


def test_the_command(make_image: MakeImage, tmp_path: Path) -> None:
    write_image(make_image(width=20, height=15), tmp_path / "image")
    command = ("map", tmp_path / "image", "-o", tmp_path / "map", "--method", "axes")
    done = raking(*command, "--clusters", 4)
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(tmp_path / "map" / "map.csv")
    assert list(table.columns) == ["tsne_x", "tsne_y", "image_x", "image_y"]
    assert len(table.drop_duplicates(["image_x", "image_y"])) == len(table) == 300
    assert (table.image_x.max(), table.image_y.max()) == (19, 14)
    clusters = pd.read_csv(tmp_path / "map" / "clusters.csv")
    assert set(clusters.cluster) == {0, 1, 2, 3}
    with Image.open(tmp_path / "map" / "map.png") as picture:
        assert picture.width > 1000
    assert "done before" in raking(*command, "--clusters", 4).stdout
    other = raking(*command, "--clusters", 5)
    assert other.returncode == 1 and "--force replaces it" in other.stderr
    assert raking(*command, "--clusters", 5, "--force").returncode == 0
    (tmp_path / "map" / "notes.txt").write_text("mine")
    assert raking(*command, "--clusters", 6, "--force").returncode == 1
    assert (tmp_path / "map" / "notes.txt").read_text() == "mine"
