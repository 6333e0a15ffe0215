"""The object pixels of a collection, as training takes them: all lights of a pixel together."""

import numpy as np
import torch
from torch import Tensor

from trainer.mlic import Mlic, Photographs


class Samples:
    """The object pixels under the training lights, as the integers of the photographs.

    `lights` is [L, 2] (x, y). A pixel is named by its place among the P object pixels. The
    photographs stay in the machine's memory; only what is asked for goes to `device`.
    """

    def __init__(self, mlic: Mlic, device: torch.device) -> None:
        self.mlic = mlic
        self.device = device
        everywhere = np.arange(mlic.height * mlic.width)
        inside = everywhere if mlic.mask is None else np.flatnonzero(mlic.mask)
        self.place = torch.from_numpy(inside)  # [P], row-major place in the picture
        self.lights = _directions(mlic.train).to(device)
        self.test_lights = _directions(mlic.test).to(device)
        self._train = _by_pixel(mlic.train)
        self._test = _by_pixel(mlic.test)

    def __len__(self) -> int:
        return len(self.place)

    def values(self, pixels: Tensor) -> Tensor:
        """[B] object pixels -> [B, L, 3] values under the training lights, 0..1."""
        chosen = self._train[self.place[pixels]].float() / self.mlic.train.white
        return chosen.to(self.device)

    def test_values(self, pixels: Tensor) -> Tensor:
        """[B] object pixels -> [B, T, 3] values under the held-out lights, 0..1."""
        chosen = self._test[self.place[pixels]].float() / self.mlic.test.white
        return chosen.to(self.device)

    @property
    def rim(self) -> float:
        """How far from the centre of the (x, y) disc the outermost training light is."""
        return float(self.lights.norm(dim=1).max())


def _directions(photographs: Photographs) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(photographs.lights[:, :2]))


def _by_pixel(photographs: Photographs) -> Tensor:
    height, width, lights, _ = photographs.pixels.shape
    return torch.from_numpy(photographs.pixels.reshape(height * width, lights, 3))
