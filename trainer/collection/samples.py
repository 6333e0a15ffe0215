"""The object pixels of a collection, as training takes them: all lights of a pixel together."""

import copy
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from trainer.collection.mlic import Mlic, Photographs

CUDA_SHARE = 0.5  # of the device's free memory that the photographs may take
MOST_SEEN = 512  # pictures of several cameras that stand for all of them


class Samples:
    """The object pixels under the training lights, as the integers of the photographs.

    `conditions` are what a decoder is told of a photograph: the light's x and y, [L, 2], or where
    the camera moved those of the view and of the light, [L, 4]. A pixel is named by its place among
    the P object pixels, and known by its values under `seen` [S]: the photographs of one camera, or
    some of those of several, which have much in common, drawn at random.

    The photographs stay in the machine's memory, and only what is asked for goes to `device`; a
    CUDA device with room for them holds a copy, so that no step waits for the host.
    """

    def __init__(self, mlic: Mlic, device: torch.device) -> None:
        self.mlic = mlic
        self.device = device
        everywhere = np.arange(mlic.height * mlic.width, dtype=np.int32)
        inside = everywhere if mlic.mask is None else everywhere[mlic.mask.ravel()]
        self.place = torch.from_numpy(inside)  # [P] int32, row-major place in the picture
        self.lights = _in_plane(mlic.train.lights, device)  # [L, 2]
        self.conditions = _conditions(mlic.train, device)
        self.test_conditions = _conditions(mlic.test, device)  # [T, 2] or [T, 4]
        self._rows = _near(_bytes_by_pixel(mlic.train.stored), device)
        self._columns = torch.from_numpy(mlic.train.columns).to(device)  # [L]
        self._test_columns = torch.from_numpy(mlic.test.columns).to(device)  # [T]
        self.seen = self._some()

    def __len__(self) -> int:
        return len(self.place)

    def without(self, lights: Sequence[int]) -> "Samples":
        """The same pixels under the training lights [L] but for some; nothing is copied."""
        kept = [i for i in range(len(self.lights)) if i not in set(lights)]
        fewer = copy.copy(self)
        fewer.lights = self.lights[kept]
        fewer.conditions = self.conditions[kept]
        fewer._columns = self._columns[kept]
        fewer.seen = fewer._some()
        return fewer

    def values(self, pixels: Tensor, under: Tensor | None = None) -> Tensor:
        """[B] object pixels -> [B, A, 3] values, 0..1, of the training photographs `under` [A]; by
        default of those that are `seen`."""
        return self._values(pixels, self._columns[self.seen if under is None else under])

    def test_values(self, pixels: Tensor) -> Tensor:
        """[B] object pixels -> [B, T, 3] values under the held-out lights, 0..1."""
        return self._values(pixels, self._test_columns)

    def _values(self, pixels: Tensor, columns: Tensor) -> Tensor:
        # Whole rows of bytes first: to pick single values out of memory takes four times as long.
        rows = self._rows.index_select(0, pixels.to(self._rows.device)).to(self.device)
        itemsize = self.mlic.train.stored.itemsize
        stored = rows.unflatten(1, (-1, 3 * itemsize)).index_select(1, columns)
        stored = stored if itemsize == 1 else stored.view(torch.uint16)
        return stored.float().div_(self.mlic.train.white)

    def _some(self) -> Tensor:
        """The photographs that stand for all, [S] in ascending order."""
        number = len(self.conditions)
        if self.mlic.train.views is None or number <= MOST_SEEN:
            return torch.arange(number, device=self.device)
        drawn = torch.randperm(number, generator=torch.Generator().manual_seed(0))[:MOST_SEEN]
        return drawn.sort().values.to(self.device)

    @property
    def columns(self) -> np.ndarray:
        """Which of the stored photographs of the collection the training lights [L] are of."""
        return self._columns.cpu().numpy()

    @property
    def row_bytes(self) -> int:
        """Those of a pixel in all photographs of the collection."""
        return self._rows.shape[1]

    @property
    def rim(self) -> float:
        """How far from the centre of the (x, y) disc the outermost training light is."""
        return float(self.lights.norm(dim=1).max())


def _conditions(photographs: Photographs, device: torch.device) -> Tensor:
    return torch.from_numpy(photographs.conditions).to(device)


def _in_plane(directions: np.ndarray, device: torch.device) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(directions[:, :2])).to(device)


def _bytes_by_pixel(stored: np.ndarray) -> Tensor:
    """[P, A, 3] uint8 or uint16 -> [P, 3 A or 6 A] uint8, a view."""
    return torch.from_numpy(stored.reshape(len(stored), -1).view(np.uint8))


def _near(rows: Tensor, device: torch.device) -> Tensor:
    if device.type == "cuda" and rows.nbytes < CUDA_SHARE * torch.cuda.mem_get_info(device)[0]:
        return rows.to(device)
    return rows
