"""Relightable images on disk, and decoding them with wgpu off screen and in a window."""
