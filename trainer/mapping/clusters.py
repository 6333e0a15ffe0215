"""Pixels grouped by what they are made of, and how well two groupings agree."""

import math

import numpy as np
from scipy.cluster.vq import kmeans2, vq
from scipy.special import comb
from skimage.color import rgb2lab

BRIGHT = 0.9  # the quantile over lights that shows gloss
STARTS = 4  # of k-means, of which the best is kept
GAMMA = 2.2
CELL = 2.0  # of a and b: colours that are hardly told apart


def appearance(responses: np.ndarray) -> np.ndarray:
    """[N, M, 3] display-referred responses -> [N, 2], what tells materials apart but not slopes.

    That is the colour without its lightness, a and b of CIELAB, under the brighter lights: there
    metals show their own colour, glazes their gloss, and slopes differ least.
    """
    linear = responses.astype(np.float64) ** GAMMA
    bright = np.quantile(linear, BRIGHT, axis=1) ** (1 / GAMMA)
    return np.asarray(rgb2lab(bright[None])[0, :, 1:])


def grouped(points: np.ndarray, number: int, seed: int) -> np.ndarray:
    """[N, D] -> [N] int, k-means (k-means++) of thinned points, the largest cluster 0."""
    few = thinned(points, number)
    number = min(number, len(np.unique(few, axis=0)))
    best, least = np.zeros(len(points), int), np.inf
    for start in range(STARTS):
        centres, labels = kmeans2(few, number, minit="++", seed=seed + start, missing="warn")
        error = float(np.square(few - centres[labels]).sum())
        if error < least:
            best, least = vq(points, centres)[0], error
    sizes = np.bincount(best, minlength=number)
    rank = np.argsort(np.argsort(-sizes, kind="stable"))
    return np.asarray(rank[best])


def thinned(points: np.ndarray, fewest: int) -> np.ndarray:
    """[N, D] -> [M, D], of the points in each cell the square root of their number, and `fewest`.

    So that clusters are cut where colours are rare: k-means would rather halve the material that
    most pixels are of than tell two small ones apart.
    """
    _, cells = np.unique(np.floor(points / CELL), axis=0, return_inverse=True)
    kept = []
    for inside in np.split(*_runs(cells.ravel())):
        count = min(len(inside), max(fewest, math.ceil(math.sqrt(len(inside)))))
        kept.append(inside[np.arange(count) * len(inside) // count])
    return points[np.concatenate(kept)]


def _runs(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The points [N] by cell, and where each further cell begins among them."""
    order = np.argsort(cells, kind="stable")
    return order, np.flatnonzero(np.diff(cells[order])) + 1


def adjusted_rand(one: np.ndarray, other: np.ndarray) -> float:
    """How two groupings [N] agree: 1 where they are the same, 0 as much as by chance.

    Hubert and Arabie 1985, Comparing Partitions.
    """
    _, a = np.unique(one, return_inverse=True)
    _, b = np.unique(other, return_inverse=True)
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1)
    rows, columns = comb(table.sum(axis=1), 2).sum(), comb(table.sum(axis=0), 2).sum()
    expected = rows * columns / comb(len(a), 2)
    most = (rows + columns) / 2
    if most == expected:
        return 1.0
    return float((comb(table, 2).sum() - expected) / (most - expected))
