"""The network behind LPIPS, from its published weights: AlexNet's, and those of the lpips package.

The package itself would ask for a torchvision that fits the installed torch to the build, and for
the internet. It is read, not run: only its small file of layer weights is needed.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from shaders.errors import RakingError

ALEXNET = "alexnet-owt-7be5be79.pth"
# AlexNet's convolutions by their place in its state: stride and padding; the pooling before some.
CONVOLUTIONS = {0: (4, 2), 3: (1, 2), 6: (1, 1), 8: (1, 1), 10: (1, 1)}
POOLED = (3, 6)
# What the pictures, -1..1, are shifted and scaled by: the mean and deviation of ImageNet.
SHIFT = (-0.030, -0.088, -0.188)
SCALE = (0.458, 0.448, 0.450)


class LpipsNetwork:
    """The perceptual distance of Zhang et al. 2018, version 0.1 on AlexNet.

    `alexnet` is PyTorch's file of AlexNet's weights, `layers` the lpips package's `alex.pth`.
    Raises RakingError for files that cannot be used.
    """

    def __init__(self, alexnet: Path, layers: Path) -> None:
        try:
            state = torch.load(alexnet, map_location="cpu", weights_only=True)
            weighed = torch.load(layers, map_location="cpu", weights_only=True)
            self.convolutions = [
                (state[f"features.{i}.weight"], state[f"features.{i}.bias"]) for i in CONVOLUTIONS
            ]
            self.weights = [weighed[f"lin{i}.model.1.weight"] for i in range(len(CONVOLUTIONS))]
        except Exception as error:  # torch.load raises nearly anything for a damaged file
            raise RakingError(
                f"{alexnet} or {layers} does not hold the weights that it should; get it again"
            ) from error

    @torch.inference_mode()
    def layers(self, truth: Tensor, picture: Tensor) -> Iterator[Tensor]:
        """Pictures [1, 3, H, W], 0..1 -> the distance at each place of each layer, [1, 1, h, w]."""
        pairs = zip(self._features(truth), self._features(picture), strict=True)
        for weight, (one, other) in zip(self.weights, pairs, strict=True):
            yield functional.conv2d((one - other).square(), weight)

    def _features(self, picture: Tensor) -> Iterator[Tensor]:
        """What AlexNet sees after each convolution, of unit length at every place."""
        shift, scale = (torch.tensor(v)[:, None, None] for v in (SHIFT, SCALE))
        x = (2 * picture - 1 - shift) / scale
        for (index, (stride, padding)), (weight, bias) in zip(
            CONVOLUTIONS.items(), self.convolutions, strict=True
        ):
            if index in POOLED:
                x = functional.max_pool2d(x, kernel_size=3, stride=2)
            x = functional.relu(functional.conv2d(x, weight, bias, stride, padding))
            yield x / (x.norm(dim=1, keepdim=True) + 1e-10)


def find_weights() -> tuple[Path, Path]:
    """The files of weights, AlexNet's and the package's. Nothing is ever downloaded.

    Raises RakingError that says what to install.
    """
    package = find_spec("lpips")
    if package is None or package.origin is None:
        raise RakingError("install the package lpips (raking[lpips])")
    layers = Path(package.origin).with_name("weights") / "v0.1" / "alex.pth"
    if not layers.is_file():
        raise RakingError(f"{layers} is missing; install the package lpips again")
    alexnet = Path(torch.hub.get_dir()) / "checkpoints" / ALEXNET
    if not alexnet.is_file():
        raise RakingError(
            f"put PyTorch's AlexNet weights, https://download.pytorch.org/models/{ALEXNET}, "
            f"at {alexnet}"
        )
    return alexnet, layers
