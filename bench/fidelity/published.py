"""What the papers report: NeuralRTI, DisK-NeuralRTI (STAG 2024; Computers & Graphics 2025).

Averages over the papers' items, of which those at hand may be a part. By group of items
(bench.fidelity.items) and by the columns' titles.
"""

# PSNR in dB and SSIM.
QUALITY = {
    "single": {
        "PTM": (25.76, 0.87),
        "HSH 2": (30.09, 0.89),
        "HSH 3": (33.33, 0.91),
        "PCA/RBF": (28.54, 0.88),
        "NeuralRTI(50)": (33.86, 0.92),
        "NeuralRTI(20)": (31.08, 0.88),
        "NeuralRTI(10)": (29.21, 0.87),
        "DisK(20)": (34.13, 0.93),
        "DisK(10)": (30.03, 0.87),
        "NeuralRTI-IT(50)": (37.09, 0.95),
        "DisK-IT(20)": (35.26, 0.93),
    },
    "multi": {
        "PTM": (22.69, 0.83),
        "HSH 2": (25.01, 0.84),
        "HSH 3": (26.46, 0.86),
        "PCA/RBF": (23.46, 0.84),
        "NeuralRTI(50)": (27.90, 0.85),
        "NeuralRTI(20)": (26.91, 0.83),
        "NeuralRTI(10)": (25.10, 0.80),
        "DisK(20)": (28.14, 0.86),
        "DisK(10)": (26.12, 0.83),
        "NeuralRTI-IT(50)": (29.83, 0.88),
        "DisK-IT(20)": (28.20, 0.86),
    },
    "realrti": {
        "PTM": (27.95, 0.88),
        "HSH 2": (30.06, 0.89),
        "HSH 3": (30.77, 0.88),
        "PCA/RBF": (28.29, 0.87),
        "NeuralRTI(50)": (31.56, 0.88),
        "NeuralRTI(20)": (29.23, 0.85),
        "NeuralRTI(10)": (27.52, 0.81),
        "DisK(20)": (30.46, 0.88),
        "DisK(10)": (28.43, 0.80),
        "NeuralRTI-IT(50)": (35.65, 0.92),
        "DisK-IT(20)": (34.98, 0.93),
    },
    "realrtihr": {
        "PTM": (29.22, 0.85),
        "HSH 3": (30.34, 0.85),
        "PCA/RBF": (29.35, 0.85),
        "NeuralRTI(50)": (34.41, 0.91),
        "NeuralRTI(20)": (31.33, 0.86),
        "DisK(20)": (34.06, 0.91),
        "NeuralRTI-IT(50)": (35.06, 0.92),
        "DisK-IT(20)": (34.24, 0.92),
    },
}

# LPIPS and Delta E.
PERCEPTUAL = {
    "single": {
        "PTM": (0.145, 3.97),
        "HSH 3": (0.079, 1.90),
        "PCA/RBF": (0.119, 3.38),
        "NeuralRTI(50)": (0.065, 1.91),
        "NeuralRTI(20)": (0.076, 2.05),
        "DisK(20)": (0.082, 2.00),
        "NeuralRTI-IT(50)": (0.039, 1.37),
        "DisK-IT(20)": (0.064, 1.55),
    },
    "multi": {
        "PTM": (0.170, 5.74),
        "HSH 3": (0.106, 3.64),
        "PCA/RBF": (0.178, 5.76),
        "NeuralRTI(50)": (0.084, 3.71),
        "NeuralRTI(20)": (0.115, 4.59),
        "DisK(20)": (0.103, 4.00),
        "NeuralRTI-IT(50)": (0.066, 3.53),
        "DisK-IT(20)": (0.088, 3.56),
    },
    "realrti": {
        "PTM": (0.132, 6.45),
        "HSH 3": (0.103, 5.51),
        "PCA/RBF": (0.111, 4.07),
        "NeuralRTI(50)": (0.078, 3.34),
        "NeuralRTI(20)": (0.142, 4.53),
        "DisK(20)": (0.088, 3.59),
        "NeuralRTI-IT(50)": (0.048, 2.23),
        "DisK-IT(20)": (0.060, 2.17),
    },
    "realrtihr": {
        "PTM": (0.059, 3.72),
        "HSH 3": (0.036, 3.32),
        "PCA/RBF": (0.074, 4.12),
        "NeuralRTI(50)": (0.018, 2.72),
        "NeuralRTI(20)": (0.033, 3.30),
        "DisK(20)": (0.023, 2.78),
        "NeuralRTI-IT(50)": (0.016, 2.48),
        "DisK-IT(20)": (0.021, 2.66),
    },
}

SURFACE_NAMES = {1: "canvas", 2: "bas-relief", 3: "tablet"}  # by N of SynthRTI's ObjectN

# PSNR in dB by group and surface.
SURFACES: dict[tuple[str, int], dict[str, float]] = {
    ("single", 1): {"HSH 3": 41.24, "NeuralRTI-IT(50)": 46.15, "DisK-IT(20)": 44.68},
    ("single", 2): {"HSH 3": 28.82, "NeuralRTI-IT(50)": 34.08, "DisK-IT(20)": 31.31},
    ("single", 3): {"HSH 3": 29.92, "NeuralRTI-IT(50)": 31.03, "DisK-IT(20)": 29.78},
    ("multi", 1): {"HSH 3": 30.03, "NeuralRTI-IT(50)": 35.94, "DisK-IT(20)": 33.21},
    ("multi", 2): {
        "PTM": 22.34,
        "HSH 3": 25.10,
        "NeuralRTI(50)": 26.08,
        "NeuralRTI(20)": 25.20,
        "DisK(20)": 26.83,
        "NeuralRTI-IT(50)": 27.98,
        "DisK-IT(20)": 26.48,
    },
    ("multi", 3): {"HSH 3": 24.24, "NeuralRTI-IT(50)": 25.57, "DisK-IT(20)": 24.91},
}

# Table 10, one image of 10 Mpx under 47 lights on an RTX 2080 Ti: per cent of its pixels ->
# PSNR of the teacher and of DisK in dB, and the minutes of both trainings.
SUBSETS = {
    1.56: (32.48, 34.47, 12),
    6.25: (33.80, 35.70, 45),
    25.0: (35.21, 34.50, 136),
    100.0: (37.57, 38.33, 232),
}


def parameter_count(units: int) -> int:
    """Weights and biases of (9 + 2) -> N -> N -> 3."""
    return (11 + 1) * units + (units + 1) * units + (units + 1) * 3
