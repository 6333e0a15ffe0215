"""A relightable image in memory: its decoder, planes of 8-bit latents, and what belongs to them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from renderer.image.shifted import Whole, places_seen, shifted
from shaders.decoder import Decoder
from shaders.errors import RakingError
from shaders.evidence import ErrorField
from shaders.heights import Relief
from shaders.look import Picture


@dataclass
class RelightableImage:
    """One photographed surface, ready for any light.

    Latent `i` of a pixel is `planes[i // 3, y, x, i % 3]`, a level 0..255; row 0 is the top.
    `provenance` says how the image was made (software, collection, settings, held-out scores).
    `lights` are those of the photographs that it was made from, unit vectors towards them, and
    `views` those towards the cameras, where there were several.
    `title` is what the image is called where it is shown; its folder's name where there is none.
    `facts` are what is known of the object beside that, by the keys of FORMAT.md.
    `normals` are the surface's, as levels (renderer/image/normal_levels.py). `evidence` are three
    levels of a pixel from which the `error_field` tells how far photographs support it.
    With a `relief`, all of these are of places of the surface, and a camera from the side sees
    them elsewhere: `seen_from` puts them there.
    """

    decoder: Decoder
    planes: np.ndarray  # [K / 3, H, W, 3] uint8
    mask: np.ndarray | None = None  # [H, W] bool, True on the object
    provenance: dict[str, Any] = field(default_factory=dict)
    lights: np.ndarray | None = None  # [L, 3] float32
    pixel_size_mm: float | None = None
    title: str | None = None
    normals: np.ndarray | None = None  # [H, W, 3] uint8
    views: np.ndarray | None = None  # [V, 3] float32
    facts: dict[str, str] = field(default_factory=dict)
    evidence: np.ndarray | None = None  # [H, W, 3] uint8
    error_field: ErrorField | None = None
    relief: Relief | None = None

    def __post_init__(self) -> None:
        expected = (self.decoder.planes, *self.planes.shape[1:3], 3)
        if self.planes.shape != expected or self.planes.dtype != np.uint8:
            raise RakingError(
                f"the planes are {self.planes.dtype} {self.planes.shape}, where the decoder needs "
                f"uint8 {expected}"
            )
        if self.mask is not None and self.mask.shape != self.planes.shape[1:3]:
            raise RakingError(
                f"the mask is {self.mask.shape}, where the planes are {self.planes.shape[1:3]}"
            )
        for name, levels in self.pictures.items():
            expected = (*self.planes.shape[1:3], 3)
            if levels.shape != expected or levels.dtype != np.uint8:
                raise RakingError(
                    f"the {name} are {levels.dtype} {levels.shape}, where the planes need uint8 "
                    f"{expected}"
                )
        if self.relief is not None and self.relief.levels.shape != self.planes.shape[1:3]:
            raise RakingError(
                f"the relief is {self.relief.levels.shape}, where the planes are "
                f"{self.planes.shape[1:3]}"
            )

    def seen_from(self, view: Sequence[float] | np.ndarray) -> "RelightableImage":
        """The image as a camera in the direction `view` (x, y) sees its surface: every pixel has
        what belongs to the place that it shows, and there is no relief any more."""
        if self.relief is None:
            return self
        if not any(self.relief.march(view)):
            return replace(self, relief=None)
        places = places_seen(self.relief, view)
        pictures: dict[str, Any]
        pictures = {name: shifted(levels, places) for name, levels in self.pictures.items()}
        planes = np.array([shifted(plane, places) for plane in self.planes])
        return replace(self, planes=planes, mask=self._mask_at(places), relief=None, **pictures)

    def mask_from(self, view: Sequence[float] | np.ndarray) -> np.ndarray | None:
        """The mask as a camera in the direction `view` (x, y) sees it; `view` is empty where all
        was seen by one."""
        if self.relief is None or self.mask is None or not any(self.relief.march(view)):
            return self.mask
        return self._mask_at(places_seen(self.relief, view))

    def _mask_at(self, places: Whole) -> np.ndarray | None:
        if self.mask is None:
            return None
        return shifted(self.mask.astype(np.uint8) * 255, places) > 127

    @property
    def pictures(self) -> dict[Picture, np.ndarray]:
        """Those that there are beside planes and mask, each [H, W, 3] uint8."""
        named: dict[Picture, np.ndarray | None]
        named = {"normals": self.normals, "evidence": self.evidence}
        return {name: levels for name, levels in named.items() if levels is not None}

    @property
    def width(self) -> int:
        return self.planes.shape[2]

    @property
    def height(self) -> int:
        return self.planes.shape[1]

    @property
    def label(self) -> str:
        """How the papers name this model, such as DisK(20) or HSH(3)."""
        return self.decoder.label(self.provenance.get("model"))

    @property
    def test_lights(self) -> list[str] | None:
        """The names of the photographs that were held out; None where they are not known."""
        names = self.provenance.get("test_lights")
        known = isinstance(names, list) and all(isinstance(name, str) for name in names)
        return names if known else None


@dataclass
class SmallerLevels:
    """The levels of a pyramid below full size, the largest first."""

    planes: list[np.ndarray]  # each [K / 3, h, w, 3] uint8
    errors: list[dict[str, Any]]  # of the first few: width, height, psnr in dB
