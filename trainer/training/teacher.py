"""Who teaches a student: networks trained just before, or a relightable image as it is stored."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from renderer.image.relightable import RelightableImage, read_image
from shaders.decoder import Decoder
from shaders.errors import RakingError
from shaders.hyper import HyperDecoder
from shaders.network import NetworkDecoder
from shaders.neural import NeuralDecoder
from trainer.collection.mlic import Mlic
from trainer.collection.samples import Samples
from trainer.models.hypernetwork import HyperNetwork
from trainer.models.networks import ENCODERS, DecoderNetwork, Networks, PixelDecoder
from trainer.models.oracle import latents_at
from trainer.training.provenance import held_out_lights


class Teacher(Protocol):
    """Something that knows the colours of every object pixel under any light."""

    def colours(self, pixels: Tensor, values: Tensor, lights: Tensor) -> Tensor:
        """[B] object pixels, their values [B, S, 3] as `Samples` has them, [A, C] conditions ->
        [B, A, 3]."""
        ...


class TrainedTeacher:
    """The networks that have just been trained on the same photographs."""

    def __init__(self, networks: Networks) -> None:
        self.networks = networks

    @torch.no_grad()
    def colours(self, pixels: Tensor, values: Tensor, lights: Tensor) -> Tensor:
        colours: Tensor = self.networks.decoder(self.networks.encoder(values.flatten(1)), lights)
        return colours


class StoredTeacher:
    """A relightable image of the same photographs, as it is stored."""

    def __init__(self, image: RelightableImage, samples: Samples) -> None:
        self.image = image
        self.samples = samples
        self.decoder = _network(image.decoder).to(samples.device)

    @torch.no_grad()
    def colours(self, pixels: Tensor, values: Tensor, lights: Tensor) -> Tensor:
        latents = latents_at(self.image, self.samples.place[pixels.cpu()].numpy())
        colours: Tensor = self.decoder(latents.to(self.samples.device), lights)
        return colours


def _network(decoder: Decoder) -> PixelDecoder:
    if isinstance(decoder, HyperDecoder):
        return HyperNetwork.from_decoder(decoder)
    assert isinstance(decoder, NeuralDecoder)
    return DecoderNetwork.from_decoder(decoder)


def read_teacher(path: Path, mlic: Mlic, warn: Callable[[str], None]) -> RelightableImage:
    """A trained image that may teach this collection.

    Raises RakingError where there is none, or where it may not: it is classical, of another size,
    mask or collection, or has seen held-out photographs.
    """
    if not path.is_dir():
        raise RakingError(
            f"no teacher {str(path)!r}: choose {' or '.join(ENCODERS)}, or name the folder of "
            "a trained image"
        )
    image = read_image(path)
    if not isinstance(image.decoder, NetworkDecoder):
        raise RakingError(f"the teacher {path} is a classical image: take a neural one")
    if (image.width, image.height) != (mlic.width, mlic.height):
        raise RakingError(
            f"the teacher {path} is {image.width} x {image.height} pixels but the photographs in "
            f"{mlic.path} are {mlic.width} x {mlic.height}: take one of this collection"
        )
    if image.mask is not None and (mlic.mask is None or (mlic.mask & ~image.mask).any()):
        raise RakingError(
            f"the teacher {path} was trained under a smaller mask than that of {mlic.path}: take "
            "one that knows all of the object"
        )
    if image.decoder.conditions != mlic.train.conditions.shape[1]:
        raise RakingError(
            f"of the teacher {path} and the photographs in {mlic.path}, only one is of several "
            "cameras: take a teacher of this collection"
        )
    collection = image.provenance.get("collection_sha256")
    if collection is None:
        warn(f"the teacher {path} does not say which collection it was trained on")
        return image
    if collection != mlic.sha256:
        raise RakingError(
            f"the teacher {path} was trained on another collection than {mlic.path}: take one of "
            "this collection, or have one trained"
        )
    if image.provenance.get("test_lights") != held_out_lights(mlic):
        raise RakingError(
            f"the teacher {path} was trained with other lights held out, so it has seen some of "
            "the held-out photographs: hold out the same, or have a teacher trained"
        )
    return image
