"""What every trained image remembers of where it comes from."""

from importlib import metadata
from typing import Any

from trainer.collection.mlic import Mlic


def origin(mlic: Mlic) -> dict[str, Any]:
    """The software, the collection, and how its photographs were read and split."""
    return {
        "software": software(),
        "collection": mlic.path.resolve().name,
        "collection_sha256": mlic.sha256,
        "photographs": mlic.reading,
        "lights": len(mlic.train.names),
        "test_lights": held_out_lights(mlic),
    }


def held_out_lights(mlic: Mlic) -> list[str] | dict[str, str]:
    """The held-out lights as the image remembers them: names, or the folder that they lie in."""
    return {"test_set": mlic.test_set} if mlic.test_set else mlic.test.names


def software() -> str:
    try:
        return f"raking {metadata.version('raking')}"
    except metadata.PackageNotFoundError:
        return "raking"
