"""Pixels grouped by what they are made of, and how well two groupings agree."""

import math

import numpy as np
from scipy.cluster.vq import kmeans2, vq
from scipy.special import comb
from skimage.color import rgb2lab

from shaders.decoder import directions

MATTE = (0.2, 0.75)  # quantiles over lights, between which there is neither shadow nor gloss
RIDGE = 1e-4  # of a fit, so that a pixel that is black under all lights has one
LIGHTNESS = 0.25  # how much lightness counts beside a and b
STARTS = 4  # of k-means, of which the best is kept
GAMMA = 2.2
CELL = 2.0  # of L, a and b: colours that are hardly told apart


def appearance(responses: np.ndarray, lights: np.ndarray) -> np.ndarray:
    """[N, M, 3] display-referred responses under `lights` [M, 2] -> [N, 4], what tells materials
    apart but not slopes: lightness, a and b of the albedo, and lightness of the gloss, in CIELAB.

    Lambert's law is fitted to each channel (photometric stereo, Woodham 1980) under the lights of
    medium brightness, which shadows and gloss leave alone; the length of what is found is the
    albedo, whatever the normal. Gloss is what the brightest light shows above it.
    """
    linear = responses.astype(np.float64) ** GAMMA
    toward = directions(np.asarray(lights, np.float64))
    grey = linear.mean(axis=2)
    low, high = np.quantile(grey, MATTE, axis=1)
    matte = ((grey >= low[:, None]) & (grey <= high[:, None])).astype(np.float64)
    squares = np.einsum("nm,mi,mj->nij", matte, toward, toward) + RIDGE * np.eye(3)
    slopes = np.linalg.solve(squares, np.einsum("nm,mi,nmc->nic", matte, toward, linear))
    shaded = np.maximum(np.einsum("mi,nic->nmc", toward, slopes), 0)
    albedo, gloss = np.linalg.norm(slopes, axis=1), (linear - shaded).max(axis=1)
    colour, shine = (_lab(each.clip(0, 1) ** (1 / GAMMA)) for each in (albedo, gloss))
    return np.hstack([colour * [LIGHTNESS, 1, 1], LIGHTNESS * shine[:, :1]])


def _lab(colours: np.ndarray) -> np.ndarray:
    """[N, 3] sRGB -> [N, 3] L, a and b."""
    return np.asarray(rgb2lab(colours[None])[0])


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
