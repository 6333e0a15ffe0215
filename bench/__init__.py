"""Measuring the viewer (`speed`) and the models (`fidelity`), and `verify`, which holds the shaders
against PyTorch.
"""
