"""Latents of a surface with relief put where a camera sees them, before they are decoded."""

from collections.abc import Sequence

import numpy as np
import wgpu

from shaders.heights import Relief, relief_wgsl, shifted_wgsl

PLACES = wgpu.TextureFormat.rg32sint


class Shift:
    """Fills the layers of the texture `shown` with those of `planes`, as a camera sees them."""

    def __init__(self, device: wgpu.GPUDevice, relief: Relief, planes: wgpu.GPUTexture) -> None:
        self.device = device
        self.relief = relief
        rows, columns = relief.levels.shape
        usage = wgpu.TextureUsage
        self.shown = device.create_texture(
            size=planes.size,
            format=planes.format,
            usage=usage.TEXTURE_BINDING | usage.RENDER_ATTACHMENT,
        )
        self._places = device.create_texture(
            size=(columns, rows, 1),
            format=PLACES,
            usage=usage.TEXTURE_BINDING | usage.RENDER_ATTACHMENT,
        )
        heights = device.create_texture(
            size=(columns, rows, 1),
            format=wgpu.TextureFormat.r8unorm,
            usage=usage.TEXTURE_BINDING | usage.COPY_DST,
        )
        layout = {"bytes_per_row": columns, "rows_per_image": rows}
        levels = np.ascontiguousarray(relief.levels)
        device.queue.write_texture({"texture": heights}, levels, layout, (columns, rows, 1))
        self._march = device.create_buffer(
            size=32, usage=wgpu.BufferUsage.UNIFORM | wgpu.BufferUsage.COPY_DST
        )
        self._find = self._pipeline(relief_wgsl(), "find", PLACES)
        self._shift = self._pipeline(shifted_wgsl(), "shift", planes.format)
        self._finding = self._bind(self._find, heights.create_view(), {"buffer": self._march})
        self._shifting = [
            self._bind(self._shift, self._places.create_view(), _layer(planes, number))
            for number in range(planes.depth_or_array_layers)
        ]
        self._seen: list[int] = []  # the march that `shown` is for

    def turn(self, view: Sequence[float] | np.ndarray) -> None:
        """To a camera in the direction `view` (x, y)."""
        march = self.relief.march(view)
        if march == self._seen:
            return
        self._seen = march
        self.device.queue.write_buffer(self._march, 0, np.array(march, np.int32))
        encoder = self.device.create_command_encoder()
        _draw(encoder, self._find, self._finding, self._places.create_view())
        for number, bindings in enumerate(self._shifting):
            _draw(encoder, self._shift, bindings, _layer(self.shown, number))
        self.device.queue.submit([encoder.finish()])

    def _pipeline(self, source: str, entry: str, made: str) -> wgpu.GPURenderPipeline:
        module = self.device.create_shader_module(code=source, label=entry)
        return self.device.create_render_pipeline(
            layout="auto",
            vertex={"module": module, "entry_point": "cover"},
            fragment={"module": module, "entry_point": entry, "targets": [{"format": made}]},
        )

    def _bind(self, pipeline: wgpu.GPURenderPipeline, *resources: object) -> wgpu.GPUBindGroup:
        return self.device.create_bind_group(
            layout=pipeline.get_bind_group_layout(0),
            entries=[{"binding": i, "resource": item} for i, item in enumerate(resources)],
        )


def _layer(texture: wgpu.GPUTexture, number: int) -> wgpu.GPUTextureView:
    return texture.create_view(dimension="2d", base_array_layer=number, array_layer_count=1)


def _draw(
    encoder: wgpu.GPUCommandEncoder,
    pipeline: wgpu.GPURenderPipeline,
    bindings: wgpu.GPUBindGroup,
    target: wgpu.GPUTextureView,
) -> None:
    attachment = {"view": target, "load_op": wgpu.LoadOp.clear, "store_op": wgpu.StoreOp.store}
    render_pass = encoder.begin_render_pass(color_attachments=[attachment])
    render_pass.set_pipeline(pipeline)
    render_pass.set_bind_group(0, bindings)
    render_pass.draw(3)
    render_pass.end()
