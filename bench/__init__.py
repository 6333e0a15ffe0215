"""Measuring the browser viewer's frame rates, and holding the shaders against PyTorch."""
