"""Decoding a relightable image with wgpu, off screen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import wgpu

from renderer.gpu.device import LONGEST_SIDE, VARYINGS, device_name, request_device
from renderer.gpu.fan import fan_of, grid_of
from renderer.gpu.sharpen import sharpened
from renderer.gpu.shift import Shift
from renderer.image.relightable import RelightableImage
from shaders.decoder import LIGHT
from shaders.errors import RakingError
from shaders.layers import layer_count, layers_of
from shaders.look import OF_LIGHTS, OF_NEIGHBOURS, Look, is_for
from shaders.specialise import Target, baked_wgsl, best_exponential, best_varyings

# Blocks of an image that exceeds one texture; smaller than most limits to keep textures modest.
BLOCK = 4096

FORMATS: dict[str, tuple[str, type]] = {
    "unorm": (wgpu.TextureFormat.rgba8unorm, np.uint8),
    "float": (wgpu.TextureFormat.rgba32float, np.float32),
}


@dataclass
class Block:
    """A part of the image that fits one texture, and what is drawn from and to."""

    y: int
    x: int
    height: int
    width: int
    target: wgpu.GPUTexture  # RGBA, the relit colours
    bindings: wgpu.GPUBindGroup
    grid_place: wgpu.GPUBuffer | None  # of multi-light: where it lies, and the light of the fan
    shift: Shift | None  # of a surface with relief: puts the latents where a camera sees them

    @property
    def part(self) -> tuple[slice, slice]:
        """Its rows and columns of the image."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)


class Relighter:
    """One image on the GPU, its shader compiled; relights it for any light.

    `target` is "unorm" for 8-bit frames or "float" for the decoder's raw output.
    `look` is how its colours are seen. Raises RakingError where there is no adapter, and where the
    look needs a picture that the image has not, or is not for its model.
    """

    def __init__(
        self,
        image: RelightableImage,
        target: Target = "unorm",
        device: wgpu.GPUDevice | None = None,
        block: int = BLOCK,
        look: Look = Look(),
    ) -> None:
        self.device = device or request_device()
        self.image = image
        self.target: Target = target
        self.look = look
        look.check_decoder(image.decoder.kind)
        check_picture(image, look)
        self._pipeline = self._compile()
        dark = np.zeros(image.decoder.conditions)
        self._frame = self._uniform(self._frame_values(dark))
        self._look = self._uniform(self._look_values(np.zeros(2)))
        self._texel_step = self._uniform(np.ones(2, np.float32))
        self._grid = grid_of(image) if look.mode in OF_LIGHTS else None
        self._chosen = self._grid_texture() if self._grid else None
        limit = self.device.limits[LONGEST_SIDE]
        if image.relief is None:
            limit = min(block, limit)
        elif max(image.width, image.height) > limit:
            raise RakingError(
                f"an image with a relief must fit one texture, which on this device is {limit} "
                f"pixels a side at most, where it is {image.width} x {image.height}: use another "
                "device"
            )
        self.blocks = [self._upload(*part) for part in split(image.height, image.width, limit)]

    def decode(self, light: Sequence[float] | np.ndarray, scale: float = 1.0) -> None:
        """Relights every block into its target texture; `light` is x, y within the unit disc, with
        those of the view before it where the image has views.

        With `scale` below 1 only the top-left `scale` of each target is drawn, from every
        1 / scale-th texel. Of modes that are made of several pictures, or of neighbours, `frame`
        alone has all.
        """
        self._decode(self.image.decoder.conditions_of(light), scale)

    def _decode(
        self, conditions: np.ndarray, scale: float = 1.0, blocks: list[Block] | None = None
    ) -> None:
        queue = self.device.queue
        for block in self.blocks:
            if block.shift:
                block.shift.turn(conditions[:-LIGHT])
        queue.write_buffer(self._frame, 0, self._frame_values(conditions))
        queue.write_buffer(self._look, 0, self._look_values(conditions))
        queue.write_buffer(self._texel_step, 0, np.full(2, 1 / scale, np.float32))
        encoder = self.device.create_command_encoder()
        for block in self.blocks if blocks is None else blocks:
            self._draw(encoder, block, scale)
        queue.submit([encoder.finish()])

    def frame(
        self, light: Sequence[float] | np.ndarray, view: Sequence[float] | None = None
    ) -> np.ndarray:
        """The relit image for a light (x, y): [H, W, 3], uint8 or unclamped float32.

        `view` is the direction (x, y) of the camera, of an image that has several; without it the
        surface is seen from straight above. A view and a light may be given as one, too, [4].
        RakingError where the image has one camera.
        """
        given = light if view is None else (*view, *light)
        conditions = self.image.decoder.conditions_of(given)
        if self._grid:
            return self._blend(fan_of(self.look, conditions))
        self._decode(conditions)
        frame = self._read_all()
        if self.look.mode in OF_NEIGHBOURS:
            seen = self.image.seen_from(conditions[:-LIGHT])
            return sharpened(frame, seen, self.look, conditions[-LIGHT:])
        return frame

    def _blend(self, fan: np.ndarray) -> np.ndarray:
        """Of multi-light: the sum of what the lights of a fan [K, C] add, each where it counts."""
        assert self._grid
        assert self._chosen
        place = self._grid.choose(fan[:, -LIGHT:], self.look.area)
        layout = {"bytes_per_row": 4 * place.shape[1], "rows_per_image": len(place)}
        self.device.queue.write_texture(
            {"texture": self._chosen}, place, layout, (place.shape[1], len(place), 1)
        )
        size = (self.image.height, self.image.width, 3)
        total = np.zeros(size, np.uint16 if self.target == "unorm" else np.float32)
        for number, conditions in enumerate(fan):
            blocks = [
                block for block in self.blocks if self._grid.counts(number, place, block.part)
            ]
            for block in blocks:
                self._place(block, number)
            self._decode(conditions, blocks=blocks)
            for block in blocks:
                total[block.part] += self._read(block)
        return total if self.target == "float" else total.clip(0, 255).astype(np.uint8)

    def _place(self, block: Block, number: int) -> None:
        """Says where a block lies in the grid, and which light of the fan it is drawn under."""
        assert self._grid
        step = 1 / self._grid.side
        first = [(at + 0.5) * step - 0.5 for at in (block.x, block.y)]
        placed = np.array([*first, step, number], np.float32)
        self.device.queue.write_buffer(block.grid_place, 0, placed)

    def _grid_texture(self) -> wgpu.GPUTexture:
        assert self._grid
        rows, columns, _ = self._grid.moments.shape
        return self.device.create_texture(
            size=(columns, rows, 1),
            format=wgpu.TextureFormat.r32float,
            usage=wgpu.TextureUsage.TEXTURE_BINDING | wgpu.TextureUsage.COPY_DST,
        )

    def _read_all(self) -> np.ndarray:
        size = (self.image.height, self.image.width, 3)
        frame: np.ndarray = np.empty(size, FORMATS[self.target][1])
        for block in self.blocks:
            frame[block.part] = self._read(block)
        return frame

    def wait(self) -> None:
        """Returns once the GPU has finished what was asked of it, by reading one pixel back."""
        self._read(self.blocks[-1], size=(1, 1))

    def _compile(self) -> wgpu.GPURenderPipeline:
        name = device_name(self.device)
        varyings = best_varyings(name, self.device.limits[VARYINGS])
        exponential = best_exponential(name)
        source = baked_wgsl(self.image.decoder, self.target, exponential, varyings, self.look)
        module = self.device.create_shader_module(code=source, label="relight")
        return self.device.create_render_pipeline(
            layout="auto",
            vertex={"module": module, "entry_point": "cover"},
            fragment={
                "module": module,
                "entry_point": "relight",
                "targets": [{"format": FORMATS[self.target][0]}],
            },
        )

    def _frame_values(self, conditions: np.ndarray) -> np.ndarray:
        values = self.image.decoder.frame_values
        if not self.look.has_second:
            return values(conditions)
        return np.concatenate([values(conditions), values(self.look.second_conditions(conditions))])

    def _look_values(self, conditions: np.ndarray) -> np.ndarray:
        if self.look.mode == "evidence" and self.image.error_field:
            return self.image.error_field.values(conditions[-LIGHT:])
        return self.look.values(conditions)

    def _uniform(self, values: np.ndarray) -> wgpu.GPUBuffer:
        usage = wgpu.BufferUsage.UNIFORM | wgpu.BufferUsage.COPY_DST
        return self.device.create_buffer_with_data(data=values, usage=usage)

    def _upload(self, y: int, x: int, height: int, width: int) -> Block:
        part = slice(y, y + height), slice(x, x + width)
        layers = layers_of(plane[part] for plane in self.image.planes)
        if self.look.picture:
            layers = chain(layers, layers_of([self.image.pictures[self.look.picture][part]]))
        count = layer_count(self.image.decoder.planes) + bool(self.look.picture)
        planes = self.device.create_texture(
            size=(width, height, count),
            format=wgpu.TextureFormat.rgba8unorm,
            usage=wgpu.TextureUsage.TEXTURE_BINDING | wgpu.TextureUsage.COPY_DST,
        )
        layout = {"bytes_per_row": width * 4, "rows_per_image": height}
        for number, layer in enumerate(layers):
            place = {"texture": planes, "origin": (0, 0, number)}
            self.device.queue.write_texture(place, layer, layout, (width, height, 1))
        target = self.device.create_texture(
            size=(width, height, 1),
            format=FORMATS[self.target][0],
            usage=wgpu.TextureUsage.RENDER_ATTACHMENT
            | wgpu.TextureUsage.COPY_SRC
            | wgpu.TextureUsage.TEXTURE_BINDING,
        )
        relief = self.image.relief
        shift = None if relief is None else Shift(self.device, relief, planes)
        resources: dict[int, object] = {
            0: (shift.shown if shift else planes).create_view(dimension="2d-array"),
            1: {"buffer": self._frame},
            2: {"buffer": self._texel_step},
        }
        if self.look.has_numbers:
            resources[3] = {"buffer": self._look}
        grid_place = self._uniform(np.zeros(4, np.float32)) if self._chosen else None
        if self._chosen:
            resources |= {4: self._chosen.create_view(), 5: {"buffer": grid_place}}
        bindings = self.device.create_bind_group(
            layout=self._pipeline.get_bind_group_layout(0),
            entries=[{"binding": i, "resource": item} for i, item in resources.items()],
        )
        return Block(y, x, height, width, target, bindings, grid_place, shift)

    def _draw(self, encoder: wgpu.GPUCommandEncoder, block: Block, scale: float) -> None:
        attachment = {
            "view": block.target.create_view(),
            "load_op": wgpu.LoadOp.clear,
            "store_op": wgpu.StoreOp.store,
        }
        render_pass = encoder.begin_render_pass(color_attachments=[attachment])
        width, height = (max(1, round(size * scale)) for size in (block.width, block.height))
        render_pass.set_viewport(0, 0, width, height, 0, 1)
        render_pass.set_scissor_rect(0, 0, width, height)
        render_pass.set_pipeline(self._pipeline)
        render_pass.set_bind_group(0, block.bindings)
        render_pass.draw(3)
        render_pass.end()

    def _read(self, block: Block, size: tuple[int, int] | None = None) -> np.ndarray:
        width, height = size or (block.width, block.height)
        dtype = np.dtype(FORMATS[self.target][1])
        data = self.device.queue.read_texture(
            {"texture": block.target},
            {"bytes_per_row": width * 4 * dtype.itemsize, "rows_per_image": height},
            (width, height, 1),
        )
        return np.frombuffer(data, dtype).reshape(height, width, 4)[..., :3]


def can_show(image: RelightableImage, look: Look) -> bool:
    """Whether an image has the picture that a look needs, and a decoder that its mode is for."""
    return _has_picture(image, look) and is_for(look.mode, image.decoder.kind)


def check_picture(image: RelightableImage, look: Look) -> None:
    """RakingError where a look needs a picture that the image has not."""
    if _has_picture(image, look):
        return
    if look.picture == "normals":
        raise RakingError(
            f"the mode {look.mode} needs the surface's normals, which the image has not: add them "
            "with raking convert --normals"
        )
    raise RakingError(
        "nothing is stored with the image of how far photographs support it: train it again from "
        "its photographs, which must be of one camera"
    )


def _has_picture(image: RelightableImage, look: Look) -> bool:
    return look.picture is None or look.picture in image.pictures


def split(height: int, width: int, limit: int) -> Iterator[tuple[int, int, int, int]]:
    """Cuts an image into blocks (y, x, height, width) of at most `limit` a side."""
    for y in range(0, height, limit):
        for x in range(0, width, limit):
            yield y, x, min(limit, height - y), min(limit, width - x)
