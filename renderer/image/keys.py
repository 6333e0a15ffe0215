"""The keys of `info.json`, as FORMAT.md has them.

Neural images have the keys of the published trainer, classical ones (PTM, HSH, RBF) those of
Relight; what these leave open is under the key `raking`, which images of other programs lack.
"""

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat

from renderer.image.limits import (
    ENDINGS,
    FOLLOWING,
    LONGEST_FACT,
    LONGEST_SIDE,
    LONGEST_TITLE,
    VERSION,
)


def _whole(value: Any) -> Any:
    """JSON has one kind of number: 48.0 is a whole one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]


class Keys(BaseModel):
    """Keys of `info.json`; those not named here belong to other programs and are ignored."""

    model_config = ConfigDict(extra="ignore", strict=True)


Fact = Annotated[str | None, Field(max_length=LONGEST_FACT)]


class Facts(Keys):
    """What is known of the object beside its title, for people."""

    number: Fact = None
    maker: Fact = None
    date: Fact = None
    credit: Fact = None
    licence: Fact = None
    description: Fact = None


class EvidenceKeys(Keys):
    """The error to be expected under each of the image's lights, as shaders/evidence.py has it."""

    picture: str
    rows: list[list[FiniteFloat]]
    spacing: FiniteFloat  # degrees
    left_out: FiniteFloat


class ReliefKeys(Keys):
    """The heights of levels 0 and 255, in pixels, as shaders/heights.py has them."""

    picture: str
    low: FiniteFloat
    high: FiniteFloat


class RakingBlock(Keys):
    """What the published keys leave open, under the key `raking`."""

    version: Whole = Field(ge=1, le=VERSION)
    planes: list[str]
    mask: str | None = None
    normals: str | None = None
    evidence: EvidenceKeys | None = None
    relief: ReliefKeys | None = None
    title: str | None = Field(None, max_length=LONGEST_TITLE)
    facts: Facts | None = None
    levels: list[dict[str, Any]] | None = None  # the smaller ones of a pyramid, as measured
    view_values: list[FiniteFloat] | None = Field(None, alias="views")
    provenance: dict[str, Any] = {}
    asked: dict[str, Any] = {}  # of the command that wrote the image, to know it again

    @property
    def views(self) -> np.ndarray | None:
        """The directions of the cameras, unit vectors [V, 3] float32; None where unknown."""
        return triples(self.view_values)

    @property
    def known_facts(self) -> dict[str, str]:
        """The facts that there are."""
        return self.facts.model_dump(exclude_none=True) if self.facts else {}

    @property
    def other_pictures(self) -> dict[str, str]:
        """The files beside the planes: those that there are of "mask", "normals", "evidence" and
        "relief"."""
        evidence = self.evidence.picture if self.evidence else None
        relief = self.relief.picture if self.relief else None
        named = {"mask": self.mask, "normals": self.normals, "evidence": evidence, "relief": relief}
        return {kind: name for kind, name in named.items() if name is not None}


class NeuralBlock(RakingBlock):
    layers: list[Whole] = Field(min_length=4, max_length=4)
    conditions: Whole = 2
    activation: str = "elu"


class DenseLayer(Keys):
    """The rows of its matrix, one after the other; its biases say how many."""

    weights: list[FiniteFloat]
    biases: list[FiniteFloat]


class MixedLayerParts(Keys):
    """A layer's own part and one for each factor, or its own alone; each as in DenseLayer."""

    weights: list[list[FiniteFloat]]
    biases: list[list[FiniteFloat]]


class HyperBlock(RakingBlock):
    version: Whole = Field(ge=FOLLOWING, le=VERSION)
    layers: list[Whole] = Field(min_length=4, max_length=4)
    conditions: Whole = 2
    activation: str = "elu"
    light_network: list[DenseLayer] = Field(min_length=1)
    mixed_layers: list[MixedLayerParts] = Field(min_length=3, max_length=3)


class LinearBlock(RakingBlock):
    order: Whole
    splines: list[list[FiniteFloat]] | None = None  # of "rbf": a row per light, and four more


class Info(Keys):
    """What every image has."""

    width: Whole = Field(gt=0, le=LONGEST_SIDE)
    height: Whole = Field(gt=0, le=LONGEST_SIDE)
    light_values: list[FiniteFloat] | None = Field(None, alias="lights")
    pixel_size_mm: FiniteFloat | None = Field(None, alias="pixelSizeInMM", gt=0)
    picture_format: Any = Field(None, alias="format")  # the ending that planes are said to have
    raking: RakingBlock | None

    @property
    def lights(self) -> np.ndarray | None:
        """The lights of the photographs, unit vectors [L, 3] float32; None where unknown."""
        return triples(self.light_values)

    @property
    def latents(self) -> int:
        """K, the latent values per pixel, three to a plane."""
        raise NotImplementedError

    def plane_files(self) -> list[list[list[str]]]:
        """The ways that the planes may be numbered: for every plane the file names that it may
        have, the preferred one first. OpenLIME counts neural planes from 1, all others from 0."""
        if self.raking:
            return [[[name] for name in self.raking.planes]]
        count = self.latents // 3
        # The published trainer states "jpg", but has PNG beside it, which loses nothing.
        best = ["png"] if isinstance(self, NeuralInfo) else []
        endings = dict.fromkeys(
            [*best, *(e for e in ENDINGS if e == self.picture_format), *ENDINGS]
        )
        return [
            [[f"plane_{i + first}.{ending}" for ending in endings] for i in range(count)]
            for first in (0, 1)
        ]


class NeuralInfo(Info):
    """The keys of the published trainer."""

    type: Literal["neural"]
    colorspace: Literal["rgb", "bgr"] = "rgb"
    min: list[FiniteFloat]
    max: list[FiniteFloat]
    weights: list[list[FiniteFloat]] = Field(min_length=3, max_length=3)
    biases: list[list[FiniteFloat]] = Field(min_length=3, max_length=3)
    raking: NeuralBlock | None = None

    @property
    def latents(self) -> int:
        return len(self.min)


class HyperInfo(Info):
    """All of it is ours."""

    type: Literal["hyper"]
    min: list[FiniteFloat]
    max: list[FiniteFloat]
    raking: HyperBlock

    @property
    def latents(self) -> int:
        return len(self.min)


class Material(Keys):
    """How Relight stores coefficient k: `(level / 255 - bias[k]) * scale[k]`."""

    scale: list[FiniteFloat]
    bias: list[FiniteFloat]


class LinearInfo(Info):
    """The keys of Relight. Its "rbf" has a `basis` of 8 bits and a Gaussian; ours has splines."""

    type: str
    colorspace: str
    nplanes: Whole
    materials: list[Material] = Field(min_length=1, max_length=1)
    raking: LinearBlock | None = None

    @property
    def latents(self) -> int:
        return self.nplanes


def triples(values: list[float] | None) -> np.ndarray | None:
    """As [N, 3] float32; None where there are none."""
    return singles(values).reshape(-1, 3) if values else None


def singles(values: Any) -> np.ndarray:
    """As float32; what exceeds it becomes infinite, which decoders refuse."""
    with np.errstate(over="ignore"):
        return np.array(values, np.float32)
