"""The native window: light and camera by dragging, pan and zoom, and a frame-time read-out in its
title."""

import math
import time
from collections.abc import Sequence

import numpy as np
import wgpu

from renderer.gpu.device import request_device
from renderer.gpu.relighter import Block, Relighter
from renderer.image.relightable import RelightableImage
from shaders.decoder import LIGHT
from shaders.errors import RakingError
from shaders.texts import shader_text

BACKGROUND = (0.07, 0.07, 0.08, 1.0)
KEY_STEP = 0.05  # of the unit disc per arrow key
WHEEL_ZOOM = 1.0015  # per wheel unit; a notch is about 100 units
HIGHEST = 0.996  # of a camera's x and y: 5 degrees above the surface, which it must look down on
HELP = "drag: light, {pan}, wheel: zoom, F: fit, 1: 1:1, Tab: next image"
PAN = "right drag: pan"
TURN = "right drag or Shift and arrows: camera, middle drag: pan"


class View:
    """Where the image lies in the window: device pixels per image pixel, and a centre."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.zoom, self.centre = 1.0, (width / 2, height / 2)
        self.fitted = True  # follows the window's size until panned or zoomed

    def fit(self, window: tuple[float, float]) -> None:
        """Shows the whole image."""
        self.fitted = True
        self.zoom = min(window[0] / self.width, window[1] / self.height)
        self.centre = (self.width / 2, self.height / 2)

    def pan(self, dx: float, dy: float) -> None:
        """Moves the image by window pixels."""
        self.fitted = False
        self.centre = (self.centre[0] - dx / self.zoom, self.centre[1] - dy / self.zoom)

    def zoom_at(self, factor: float, point: tuple[float, float]) -> None:
        """Zooms about a point, given in window pixels from the window's centre."""
        self.fitted = False
        zoom = min(max(self.zoom * factor, 0.01), 64.0)
        shift = 1 / self.zoom - 1 / zoom
        self.centre = (self.centre[0] + point[0] * shift, self.centre[1] + point[1] * shift)
        self.zoom = zoom

    def place(self, block: Block, window: tuple[float, float]) -> np.ndarray:
        """Clip offset and size of a block, [4] float32 (the shader's `View`)."""
        left, top = (block.x - self.centre[0]) * self.zoom, (block.y - self.centre[1]) * self.zoom
        unit = (2 / window[0], 2 / window[1])
        size = (block.width * self.zoom * unit[0], block.height * self.zoom * unit[1])
        return np.array([left * unit[0], -top * unit[1], *size], np.float32)


class Presenter:
    """Draws an image's relit blocks to the window's surface."""

    def __init__(self, relighter: Relighter, surface_format: str) -> None:
        self.relighter = relighter
        self.device = relighter.device
        module = self.device.create_shader_module(code=shader_text("present.wgsl"))
        over = {"src_factor": "one", "dst_factor": "one-minus-src-alpha", "operation": "add"}
        self._pipeline = self.device.create_render_pipeline(
            layout="auto",
            vertex={"module": module, "entry_point": "corner"},
            primitive={"topology": "triangle-strip"},
            fragment={
                "module": module,
                "entry_point": "present",
                "targets": [{"format": surface_format, "blend": {"color": over, "alpha": over}}],
            },
        )
        self._sampler = self.device.create_sampler(mag_filter="nearest", min_filter="linear")
        self._masks: list[wgpu.GPUTexture] = []
        self._camera = (0.0, 0.0)  # that sees the masks
        self._blocks = [self._bind(block) for block in relighter.blocks]

    def draw(self, target: wgpu.GPUTexture, view: View, scale: float) -> None:
        """Draws every block, decoded at `scale`, into the surface's texture."""
        size = (float(target.width), float(target.height))
        encoder = self.device.create_command_encoder()
        attachment = {
            "view": target.create_view(),
            "load_op": "clear",
            "store_op": "store",
            "clear_value": BACKGROUND,
        }
        render_pass = encoder.begin_render_pass(color_attachments=[attachment])
        render_pass.set_pipeline(self._pipeline)
        for block, (uniform, bindings) in zip(self.relighter.blocks, self._blocks, strict=True):
            drawn = [max(1, round(n * scale)) / n for n in (block.width, block.height)]
            placed = np.array([*view.place(block, size), *drawn], np.float32)
            self.device.queue.write_buffer(uniform, 0, placed)
            render_pass.set_bind_group(0, bindings)
            render_pass.draw(4)
        render_pass.end()
        self.device.queue.submit([encoder.finish()])

    def _bind(self, block: Block) -> tuple[wgpu.GPUBuffer, wgpu.GPUBindGroup]:
        usage = wgpu.BufferUsage.UNIFORM | wgpu.BufferUsage.COPY_DST
        uniform = self.device.create_buffer(size=24, usage=usage)
        self._masks.append(self._mask(block))
        resources = [
            block.target.create_view(),
            self._masks[-1].create_view(),
            self._sampler,
            {"buffer": uniform},
        ]
        bindings = self.device.create_bind_group(
            layout=self._pipeline.get_bind_group_layout(0),
            entries=[{"binding": i, "resource": item} for i, item in enumerate(resources)],
        )
        return uniform, bindings

    def _mask(self, block: Block) -> wgpu.GPUTexture:
        mask = self.relighter.image.mask
        texture = self.device.create_texture(
            size=(1, 1, 1) if mask is None else (block.width, block.height, 1),
            format="r8unorm",
            usage=wgpu.TextureUsage.TEXTURE_BINDING | wgpu.TextureUsage.COPY_DST,
        )
        self._fill(texture, np.ones((1, 1), bool) if mask is None else mask[block.part])
        return texture

    def _fill(self, texture: wgpu.GPUTexture, mask: np.ndarray) -> None:
        height, width = mask.shape
        levels = np.ascontiguousarray(mask, np.uint8) * np.uint8(255)
        layout = {"bytes_per_row": width, "rows_per_image": height}
        self.device.queue.write_texture({"texture": texture}, levels, layout, (width, height, 1))

    def turn(self, camera: tuple[float, float]) -> None:
        """Puts the mask of a surface with relief where a camera in this direction sees it."""
        if camera == self._camera or self.relighter.image.relief is None:
            return
        self._camera = camera
        mask = self.relighter.image.mask_from(camera)
        if mask is not None:
            (texture,) = self._masks
            self._fill(texture, mask)


class Window:
    """A GLFW window that relights images as the pointer drags the light or, of an image of several
    cameras, the camera.

    While either moves, the decoding scale drops as far as `target_fps` needs; at rest the
    image is decoded whole. Raises RakingError where no window can be opened.
    """

    def __init__(self, images: Sequence[RelightableImage], target_fps: float = 20.0) -> None:
        device = request_device()
        self.canvas = _open_canvas()
        self._surface = self.canvas.get_context("wgpu")
        # Colours are display-referred already: an -srgb surface would encode them twice.
        surface_format = self._surface.get_preferred_format(device.adapter).removesuffix("-srgb")
        self._surface.configure(device=device, format=surface_format)
        self.images = list(images)
        self.presenters = [Presenter(Relighter(i, device=device), surface_format) for i in images]
        self.view = View(images[0].width, images[0].height)
        self.target_fps = target_fps
        self.index, self.light, self.camera = 0, (0.0, 0.0), (0.0, 0.0)
        self.dragging: str | None = None  # "light" or "camera"
        self.decoded: tuple | None = None  # what the relit textures hold: image, conditions, scale
        self._milliseconds_whole = 0.0
        self._pointer = (0.0, 0.0)
        self.canvas.add_event_handler(
            self._handle, "pointer_down", "pointer_move", "pointer_up", "wheel", "key_down"
        )
        self.canvas.request_draw(self.draw)

    def draw(self) -> None:
        """Decodes if the light, camera, image or scale changed, and presents."""
        if self.view.fitted:
            self.view.fit(self.canvas.get_physical_size())
        scale = self._scale()
        relighter, conditions = self.presenters[self.index].relighter, self._conditions()
        if self.decoded != (self.index, conditions, scale):
            start = time.perf_counter()
            self.presenters[self.index].turn(self.camera)
            relighter.decode(conditions, scale)
            relighter.wait()
            milliseconds = (time.perf_counter() - start) * 1000
            self._milliseconds_whole = milliseconds / scale**2
            self.decoded = (self.index, conditions, scale)
            self.canvas.set_title(self._title(milliseconds, scale))
        self.presenters[self.index].draw(self._surface.get_current_texture(), self.view, scale)

    @property
    def _has_views(self) -> bool:
        return self.images[self.index].decoder.conditions > LIGHT

    def _conditions(self) -> tuple[float, ...]:
        return (*self.camera, *self.light) if self._has_views else self.light

    def _scale(self) -> float:
        """The decoding scale per axis, in sixteenths, that holds the target while dragging."""
        budget = 1000 / self.target_fps
        if not self.dragging or self._milliseconds_whole <= budget:
            return 1.0
        return max(1, math.floor(math.sqrt(budget / self._milliseconds_whole) * 16)) / 16

    def _title(self, milliseconds: float, scale: float) -> str:
        image = self.images[self.index]
        rate = image.width * image.height * scale**2 / milliseconds / 1000
        camera = f"camera {self.camera[0]:+.2f}, {self.camera[1]:+.2f}  "
        return (
            f"{image.label}  light {self.light[0]:+.2f}, {self.light[1]:+.2f}  "
            f"{camera if self._has_views else ''}"
            f"{milliseconds:.1f} ms, {rate:.0f} Mpx/s, scale {scale:.2f}  "
            f"({HELP.format(pan=TURN if self._has_views else PAN)})"
        )

    def _handle(self, event: dict) -> None:
        {
            "pointer_down": self._press,
            "pointer_move": self._move,
            "pointer_up": self._release,
            "wheel": self._wheel,
            "key_down": self._key,
        }[event["event_type"]](event)
        self.canvas.request_draw()

    def _press(self, event: dict) -> None:
        turned = "camera" if self._has_views else None
        self.dragging = {1: "light", 2: turned}.get(event["button"])
        self._pointer = (event["x"], event["y"])

    def _move(self, event: dict) -> None:
        x, y = event["x"], event["y"]
        if self.dragging:
            width, height = self.canvas.get_logical_size()
            half = min(width, height) / 2
            self._turn(self.dragging, (x - width / 2) / half, (height / 2 - y) / half)
        elif 2 in event["buttons"] or 3 in event["buttons"]:
            ratio = self.canvas.get_pixel_ratio()
            self.view.pan((x - self._pointer[0]) * ratio, (y - self._pointer[1]) * ratio)
        self._pointer = (x, y)

    def _release(self, event: dict) -> None:
        self.dragging = None

    def _turn(self, what: str, x: float, y: float) -> None:
        """Sets the light, or the camera."""
        if what == "light":
            self.light = in_disc(x, y)
        else:
            self.camera = in_disc(x, y, HIGHEST)

    def _wheel(self, event: dict) -> None:
        width, height = self.canvas.get_logical_size()
        ratio = self.canvas.get_pixel_ratio()
        point = ((event["x"] - width / 2) * ratio, (event["y"] - height / 2) * ratio)
        self.view.zoom_at(WHEEL_ZOOM ** -event["dy"], point)

    def _key(self, event: dict) -> None:
        steps = {
            "ArrowLeft": (-1, 0),
            "ArrowRight": (1, 0),
            "ArrowUp": (0, 1),
            "ArrowDown": (0, -1),
        }
        key = event["key"]
        if key in steps:
            dx, dy = steps[key]
            turns = self._has_views and "Shift" in event.get("modifiers", ())
            what, (x, y) = ("camera", self.camera) if turns else ("light", self.light)
            self._turn(what, x + dx * KEY_STEP, y + dy * KEY_STEP)
        elif key in ("f", "F", "0"):
            self.view.fit(self.canvas.get_physical_size())
        elif key == "1":
            self.view.zoom_at(1 / self.view.zoom, (0.0, 0.0))
        elif key == "Tab":
            self._show((self.index + 1) % len(self.images))
        elif key == "Escape":
            self.canvas.close()

    def _show(self, index: int) -> None:
        """Another image; view and light stay where the sizes agree."""
        self.index = index
        image = self.images[index]
        if (image.width, image.height) != (self.view.width, self.view.height):
            self.view = View(image.width, image.height)


def in_disc(x: float, y: float, most: float = 1.0) -> tuple[float, float]:
    """The direction nearest to (x, y) that lies within the disc of radius `most`."""
    beyond = max(1.0, math.hypot(x, y) / most)
    return (x / beyond, y / beyond)


def open_window(images: Sequence[RelightableImage], target_fps: float = 20.0) -> None:
    """Shows images until the window is closed."""
    from rendercanvas.glfw import loop

    Window(images, target_fps)
    loop.run()


def _open_canvas():
    try:
        from rendercanvas.glfw import RenderCanvas

        return RenderCanvas(size=(1280, 800), title="Raking", update_mode="ondemand")
    except Exception as error:
        raise RakingError(
            f"no window can be opened ({error}); start it from a desktop session, "
            "or use raking view without --window"
        ) from error
