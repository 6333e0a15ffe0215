"""The quality of a stored relightable image against held-out photographs."""

from typing import Any

import numpy as np

from renderer.image import RelightableImage
from shaders.errors import RakingError
from trainer.metrics import delta_e, psnr, ssim
from trainer.mlic import Mlic, Photographs
from trainer.relight import relight


def evaluate(image: RelightableImage, mlic: Mlic) -> dict[str, Any]:
    """PSNR (dB), SSIM and Delta E of the image as stored and shown, on the test lights.

    Pictures are compared as a viewer shows them: decoded from 8-bit planes, clamped and rounded
    to 8 bits. The collection's mask, or else the image's, restricts the means to the object.

    Returns `psnr`, `ssim` and `delta_e`, means over the test images, and `per_image`, a list of
    `name`, `light` (x, y, z) and the same three. Raises RakingError where the sizes differ or
    there is no test light.
    """
    if (image.width, image.height) != (mlic.width, mlic.height):
        raise RakingError(
            f"the image is {image.width} x {image.height} pixels but the photographs in "
            f"{mlic.path} are {mlic.width} x {mlic.height}: evaluate it on the collection that "
            "it was trained on"
        )
    test = held_out_photographs(image, mlic)
    mask = image.mask if mlic.mask is None else mlic.mask
    per_image = []
    for index, picture in enumerate(relight(image, test.lights[:, :2])):
        truth = test.image(index)
        shown = np.rint(picture.clip(0, 1) * 255) / 255
        per_image.append(
            {
                "name": test.names[index],
                "light": [float(value) for value in test.lights[index]],
                "psnr": psnr(truth, shown, mask),
                "ssim": ssim(truth, shown, mask),
                "delta_e": delta_e(truth, shown, mask),
            }
        )
    means = {
        key: float(np.mean([scores[key] for scores in per_image]))
        for key in ("psnr", "ssim", "delta_e")
    }
    return {**means, "per_image": per_image}


def held_out_photographs(image: RelightableImage, mlic: Mlic) -> Photographs:
    """The test lights that the image remembers, if it is of this collection; else the collection's.

    Raises RakingError where there are none.
    """
    names = image.provenance.get("test_lights")
    same = image.provenance.get("collection_sha256") == mlic.sha256
    if same and names == []:
        raise RakingError(
            f"nothing of {mlic.path} was held out when the image was trained, so there is nothing "
            "to test it with: train it again with --test-lights"
        )
    test = mlic.select(names) if same and isinstance(names, list) else mlic.test
    if not test.names:
        raise RakingError(
            f"the collection {mlic.path} has no test lights: name some images in a test.txt "
            "there, or with --test-lights"
        )
    return test
