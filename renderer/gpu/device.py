"""The wgpu adapter and device that decode runs on."""

import os
import tempfile
from functools import cache

import wgpu
from wgpu.backends.wgpu_native.extras import set_instance_extras

from shaders.errors import RakingError

LONGEST_SIDE = "max-texture-dimension-2d"
VARYINGS = "max-inter-stage-shader-variables"


@cache
def request_device() -> wgpu.GPUDevice:
    """The default adapter's device, with the adapter's own limits on textures and varyings.

    Raises RakingError where the machine has no adapter; a software one will do.
    """
    # Without one, Vulkan's loader prints an error for each driver on machines with no desktop.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    try:
        # Vulkan, Metal and DX12 alone: looking for OpenGL too is slow and prints warnings.
        set_instance_extras(backends=["Primary"])
        adapter = wgpu.gpu.request_adapter_sync(power_preference="high-performance")
        limits = {name: adapter.limits[name] for name in (LONGEST_SIDE, VARYINGS)}
        return adapter.request_device_sync(required_limits=limits)
    except RuntimeError as error:
        raise RakingError(
            f"no GPU adapter was found ({error}); install a Vulkan driver, or the software "
            "adapter (Debian and Ubuntu: apt install mesa-vulkan-drivers)"
        ) from error


def device_name(device: wgpu.GPUDevice) -> str:
    """Such as "llvmpipe (LLVM 19.1.7, 256 bits), Vulkan"."""
    info = device.adapter.info
    return f"{info['device']}, {info['backend_type']}"
