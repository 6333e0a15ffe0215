"""White cards photographed in the object's place: how the light falls there, and the lens lets it
through."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from shaders.errors import RakingError, shortened
from trainer.collection.files import is_folder, pictures_in
from trainer.lights.names import best_finder
from trainer.photographs.pictures import read_header, read_picture
from trainer.photographs.srgb import linear

SMOOTH = 0.01  # deviation of a blur, in longer sides: a card's grain is not the light's
LEAST = 0.02  # of the card's own mean: what is darker tells nothing
SATURATED = 0.01  # of a card's values, at white
DARKEST = 1e-3  # of white, linear: the mean of a channel that is no card's


@dataclass(frozen=True)
class FlatFields:
    """The white cards of photographs, in their order: one for all, or one for each."""

    files: list[Path]
    size: tuple[int, int]

    @property
    def of_each(self) -> bool:
        """Whether each light has its own, which then tells its brightness, too."""
        return len(self.files) > 1

    def level(self, index: int) -> float:
        """The mean of a photograph's card, linear."""
        return float(_card(self.files[index], self.size).mean())

    def factors(self, index: int) -> np.ndarray:
        """[H, W, 3] float32: by what a photograph's linear values are multiplied, 1 on the mean of
        each channel."""
        card = _card(self.files[index if self.of_each else 0], self.size)
        mean = card.mean(axis=(0, 1))
        return np.asarray(mean / np.maximum(card, LEAST * mean), np.float32)


def find_flat_fields(path: Path, photographs: Sequence[Path], size: tuple[int, int]) -> FlatFields:
    """A picture for all photographs, or a folder with one for each: of the same names or, where
    none is, as many in their order. Raises RakingError where they do not belong together."""
    if not is_folder(path):
        return _checked([path], size)
    pictures = pictures_in(path)
    finder = best_finder(pictures, [photograph.name for photograph in photographs])
    found = [finder.find(photograph.name) for photograph in photographs]
    if not any(found) and len(pictures) == len(photographs):
        return _checked(pictures, size)
    missing = next((p for p, f in zip(photographs, found, strict=True) if f is None), None)
    if missing is not None:
        raise RakingError(
            f"{shortened(path)} holds no white card for {shortened(missing.name, 40)}: add one of "
            "the same name for each photograph, or name one picture for all"
        )
    return _checked([f for f in found if f is not None], size)


def _checked(files: list[Path], size: tuple[int, int]) -> FlatFields:
    for file in files:
        found = read_header(file).size
        if found != size:
            raise RakingError(
                f"the flat field {shortened(file)} is {found[1]} x {found[0]} pixels but the "
                f"photographs are {size[1]} x {size[0]}: photograph the card with the same camera"
            )
    return FlatFields(files, size)


def _card(file: Path, size: tuple[int, int]) -> np.ndarray:
    """[H, W, 3] float32, linear and without grain."""
    values = read_picture(file).values
    white = np.iinfo(values.dtype).max
    if np.mean(values == white) > SATURATED:
        raise RakingError(
            f"the flat field {shortened(file)} is saturated, and tells nothing there: photograph "
            "the card darker"
        )
    card = linear(values, white)
    if card.mean(axis=(0, 1)).min() < DARKEST:
        raise RakingError(
            f"the flat field {shortened(file)} is black, and tells nothing: photograph a white "
            "card brighter"
        )
    return cv2.GaussianBlur(card, (0, 0), SMOOTH * max(size))
