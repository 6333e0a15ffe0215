"""Decoding with wgpu.

`device` finds the adapter, `relighter` decodes off screen, `frames` and `video` write what it
makes, and `window` shows it.
"""
