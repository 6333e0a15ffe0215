"""Decoding with wgpu: off screen, into files, and in a window."""
