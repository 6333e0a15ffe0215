"""The object pixels of a collection, as training takes them: all lights of a pixel together."""

import copy
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from trainer.collection.mlic import Mlic, Photographs

CUDA_SHARE = 0.5  # of the device's free memory that the photographs may take


class Samples:
    """The object pixels under the training lights, as the integers of the photographs.

    `lights` is [L, 2] (x, y), and so are `views`, where the camera moved. A pixel is named by its
    place among the P object pixels. The photographs stay in the machine's memory, and only what is
    asked for goes to `device`; a CUDA device with room for them holds a copy, so that no step waits
    for the host.
    """

    def __init__(self, mlic: Mlic, device: torch.device) -> None:
        self.mlic = mlic
        self.device = device
        everywhere = np.arange(mlic.height * mlic.width, dtype=np.int32)
        inside = everywhere if mlic.mask is None else everywhere[mlic.mask.ravel()]
        self.place = torch.from_numpy(inside)  # [P] int32, row-major place in the picture
        self.lights = _directions(mlic.train).to(device)
        self.test_lights = _directions(mlic.test).to(device)
        self.views = _in_plane(mlic.train.views, device)  # [L, 2], or None
        self.test_views = _in_plane(mlic.test.views, device)  # [T, 2], or None
        self._rows = _near(_bytes_by_pixel(mlic.train.stored), device)
        self._columns = torch.from_numpy(mlic.train.columns).to(device)  # [L]
        self._test_columns = torch.from_numpy(mlic.test.columns).to(device)  # [T]

    def __len__(self) -> int:
        return len(self.place)

    def without(self, lights: Sequence[int]) -> "Samples":
        """The same pixels under the training lights [L] but for some; nothing is copied."""
        kept = [i for i in range(len(self.lights)) if i not in set(lights)]
        fewer = copy.copy(self)
        fewer.lights = self.lights[kept]
        fewer.views = None if self.views is None else self.views[kept]
        fewer._columns = self._columns[kept]
        return fewer

    def values(self, pixels: Tensor) -> Tensor:
        """[B] object pixels -> [B, L, 3] values under the training lights, 0..1."""
        return self._values(pixels, self._columns)

    def test_values(self, pixels: Tensor) -> Tensor:
        """[B] object pixels -> [B, T, 3] values under the held-out lights, 0..1."""
        return self._values(pixels, self._test_columns)

    def _values(self, pixels: Tensor, columns: Tensor) -> Tensor:
        # Whole rows of bytes first: to pick single values out of memory takes four times as long.
        rows = self._rows.index_select(0, pixels.to(self._rows.device)).to(self.device)
        stored = rows if self.mlic.train.stored.itemsize == 1 else rows.view(torch.uint16)
        values = stored.float().div_(self.mlic.train.white)
        return values.unflatten(1, (-1, 3)).index_select(1, columns)

    @property
    def rim(self) -> float:
        """How far from the centre of the (x, y) disc the outermost training light is."""
        return float(self.lights.norm(dim=1).max())


def _directions(photographs: Photographs) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(photographs.lights[:, :2]))


def _in_plane(views: np.ndarray | None, device: torch.device) -> Tensor | None:
    if views is None:
        return None
    return torch.from_numpy(np.ascontiguousarray(views[:, :2])).to(device)


def _bytes_by_pixel(stored: np.ndarray) -> Tensor:
    """[P, A, 3] uint8 or uint16 -> [P, 3 A or 6 A] uint8, a view."""
    return torch.from_numpy(stored.reshape(len(stored), -1).view(np.uint8))


def _near(rows: Tensor, device: torch.device) -> Tensor:
    if device.type == "cuda" and rows.nbytes < CUDA_SHARE * torch.cuda.mem_get_info(device)[0]:
        return rows.to(device)
    return rows
