"""The metrics against values worked out by hand, and against whole pictures at once."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import flip_evaluator
import numpy as np
import pytest
import torch
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import structural_similarity
from torch import nn
from torch.nn import functional

from trainer.quality import lpips_network, metrics
from trainer.quality.metrics import MAX_PSNR, delta_e, flip, lpips, lpips_absent, psnr, ssim

Pictures = tuple[np.ndarray, np.ndarray, np.ndarray]


@pytest.fixture
def pictures() -> Pictures:
    """A soft picture, the same with noise of its own strength everywhere, and a ragged mask."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[0:150, 0:70] / 20
    truth = 0.5 + 0.4 * np.stack([np.sin(x * y), np.cos(x + y), np.sin(y)], axis=-1)
    noise = random.normal(0, 0.1, truth.shape) * (y / 8)[..., None]
    mask = np.hypot(x - 2, y - 3.5) + random.random(x.shape) / 4 < 2.5
    return truth.astype(np.float32), (truth + noise).clip(0, 1).astype(np.float32), mask


@pytest.fixture
def strips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "STRIP_PIXELS", 16 * 70)
    monkeypatch.setattr(metrics, "STRIP_ROWS", 16)


def test_psnr_of_a_known_error() -> None:
    truth = np.full((8, 8, 3), 0.5, np.float32)
    assert psnr(truth, truth + np.float32(0.1)) == pytest.approx(20, abs=1e-4)
    assert psnr(truth, truth) == MAX_PSNR


def test_psnr_does_not_wrap_and_leaves_the_background_out() -> None:
    truth = np.zeros((4, 4, 3), np.float32)
    picture = truth.copy()
    picture[0] = 0.01  # on the object
    picture[1:] = 1.0  # off it
    mask = np.zeros((4, 4), bool)
    mask[0] = True
    assert psnr(truth, picture, mask) == pytest.approx(40, abs=1e-4)
    assert psnr(truth, picture) == pytest.approx(-10 * np.log10((12 + 4e-4) / 16), abs=1e-4)


def test_ssim_of_flat_pictures_is_its_luminance_term() -> None:
    truth, picture = np.full((16, 16, 3), 0.2), np.full((16, 16, 3), 0.6)
    c1 = 0.01**2
    by_hand = (2 * 0.2 * 0.6 + c1) / (0.2**2 + 0.6**2 + c1)
    assert ssim(truth, picture) == pytest.approx(by_hand, abs=1e-6)


def test_ssim_with_a_mask_sees_nothing_of_the_background() -> None:
    random = np.random.default_rng(0)
    truth = random.random((24, 24, 3))
    mask = np.zeros((24, 24), bool)
    mask[6:18, 6:18] = True
    picture = np.where(mask[..., None], truth, random.random((24, 24, 3)))
    assert ssim(truth, picture, mask) == pytest.approx(1)
    assert ssim(truth, picture) < 0.7


def test_delta_e_between_greys_is_their_weighted_lightness_difference() -> None:
    def grey(lightness: float) -> np.ndarray:  # CIE L* to the sRGB value
        luminance = ((lightness + 16) / 116) ** 3
        return np.full((4, 4, 3), 1.055 * luminance ** (1 / 2.4) - 0.055)

    weight = 1 + 0.015 * 5**2 / np.sqrt(20 + 5**2)  # S_L of CIEDE2000 at a mean L* of 55
    assert delta_e(grey(50), grey(60)) == pytest.approx(10 / weight, abs=1e-2)


def test_delta_e_with_a_mask() -> None:
    truth, picture = np.zeros((4, 4, 3)), np.ones((4, 4, 3))
    mask = np.zeros((4, 4), bool)
    mask[0] = True
    picture[0] = 0
    assert delta_e(truth, picture, mask) == 0
    assert delta_e(truth, picture) > 50


@pytest.mark.usefixtures("strips")
@pytest.mark.parametrize("masked", [False, True])
def test_strips_give_what_the_whole_picture_gives(pictures: Pictures, masked: bool) -> None:
    truth, picture, mask = pictures
    inside = mask if masked else np.ones_like(mask)
    one, other = truth * inside[..., None], picture * inside[..., None]
    _, similarity = structural_similarity(
        one, other, channel_axis=-1, data_range=1, gaussian_weights=True, sigma=1.5,
        use_sample_covariance=False, full=True,
    )  # fmt: skip
    difference = deltaE_ciede2000(rgb2lab(truth), rgb2lab(picture))
    error, _, _ = flip_evaluator.evaluate(one, other, "LDR", applyMagma=False)
    squared = np.square(truth.astype(np.float64) - picture)
    given = mask if masked else None
    assert ssim(truth, picture, given) == pytest.approx(similarity[inside].mean(), abs=1e-6)
    assert delta_e(truth, picture, given) == pytest.approx(difference[inside].mean(), rel=1e-6)
    assert flip(truth, picture, given) == pytest.approx(error[inside].mean(), rel=1e-6)
    by_hand = -10 * np.log10(squared[inside].mean())
    assert psnr(truth, picture, given) == pytest.approx(by_hand, abs=1e-9)


def test_flip_is_the_mean_that_its_authors_report(pictures: Pictures) -> None:
    truth, picture, _ = pictures
    _, mean, _ = flip_evaluator.evaluate(truth, picture, "LDR")
    assert flip(truth, picture) == pytest.approx(mean, rel=1e-4)
    assert flip(truth, truth) == 0


def test_flip_with_a_mask_sees_nothing_of_the_background(pictures: Pictures) -> None:
    truth, picture, mask = pictures
    beside = np.where(mask[..., None], truth, picture)
    assert flip(truth, beside, mask) == 0
    assert flip(truth, beside) > 0.01


@pytest.fixture
def find_lpips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Makes an lpips package and AlexNet's weights, drawn at random, the ones to be found."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(lpips_network, "find_spec", lambda _: None)
    metrics._lpips_network.cache_clear()

    def find(alexnet: nn.Module | None = None, layers: dict | None = None) -> None:
        origin = tmp_path / "lpips" / "__init__.py"
        spec = type("Spec", (), {"origin": str(origin)})
        monkeypatch.setattr(lpips_network, "find_spec", lambda _: spec)
        (origin.parent / "weights" / "v0.1").mkdir(parents=True)
        torch.save(layers or {}, origin.parent / "weights" / "v0.1" / "alex.pth")
        if alexnet is not None:
            weights = tmp_path / "torch" / "hub" / "checkpoints" / lpips_network.ALEXNET
            weights.parent.mkdir(parents=True)
            torch.save(alexnet.state_dict(), weights)

    yield find
    metrics._lpips_network.cache_clear()


def alexnet() -> nn.Module:
    """The convolutional part of AlexNet, as torchvision builds it."""
    torch.manual_seed(0)
    features = nn.Sequential(
        nn.Conv2d(3, 64, 11, 4, 2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(),
        nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2),
    )  # fmt: skip
    return nn.ModuleDict({"features": features})


def layer_weights() -> dict[str, torch.Tensor]:
    sizes = (64, 192, 384, 256, 256)
    return {f"lin{i}.model.1.weight": torch.rand(1, n, 1, 1) for i, n in enumerate(sizes)}


def lpips_by_hand(
    network: nn.Module, weights: dict[str, torch.Tensor], pictures: list[np.ndarray]
) -> list[torch.Tensor]:
    """The maps of the five layers [h, w], from AlexNet's own modules."""
    seen = []
    for picture in pictures:
        x = torch.from_numpy(picture).permute(2, 0, 1)[None] * 2 - 1
        x = x - torch.tensor([-0.030, -0.088, -0.188]).view(1, 3, 1, 1)
        x = x / torch.tensor([0.458, 0.448, 0.450]).view(1, 3, 1, 1)
        found = []
        for module in network["features"]:  # type: ignore[index]
            x = module(x)
            if isinstance(module, nn.ReLU):
                found.append(functional.normalize(x, dim=1))
        seen.append(found)
    return [
        ((one - other) ** 2 * weights[f"lin{i}.model.1.weight"]).sum(dim=1)[0].detach()
        for i, (one, other) in enumerate(zip(*seen, strict=True))
    ]


def test_lpips_is_the_published_sum_over_layers(
    pictures: Pictures, find_lpips: Callable[..., None]
) -> None:
    truth, picture, mask = pictures
    network, weights = alexnet(), layer_weights()
    find_lpips(network, weights)
    assert lpips_absent(truth.shape) is None
    layers = lpips_by_hand(network, weights, [truth, picture])
    by_hand = sum(float(layer.mean()) for layer in layers)
    assert lpips(truth, picture) == pytest.approx(by_hand, rel=1e-4)
    assert lpips(truth, truth) == 0

    object_only = [p * mask[..., None] for p in (truth, picture)]
    layers = lpips_by_hand(network, weights, object_only)
    enlarged = [
        functional.interpolate(layer[None, None], mask.shape, mode="bilinear")[0, 0].numpy()
        for layer in layers
    ]
    by_hand = sum(float(layer[mask].mean()) for layer in enlarged)
    assert lpips(truth, picture, mask) == pytest.approx(by_hand, rel=1e-4)
    assert lpips(truth, np.where(mask[..., None], truth, picture), mask) == 0


def test_lpips_says_what_is_missing(
    pictures: Pictures, find_lpips: Callable[..., None], tmp_path: Path
) -> None:
    truth, picture, _ = pictures
    assert lpips(truth, picture) is None
    assert re.search("install the package lpips", lpips_absent(truth.shape) or "")
    assert re.search("31 pixels", lpips_absent((30, 90, 3)) or "")

    metrics._lpips_network.cache_clear()
    find_lpips()  # without AlexNet
    assert lpips(truth, picture) is None
    assert str(tmp_path / "torch") in (lpips_absent(truth.shape) or "")

    metrics._lpips_network.cache_clear()
    weights = tmp_path / "torch" / "hub" / "checkpoints" / lpips_network.ALEXNET
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"half a file")
    assert lpips(truth, picture) is None
    assert "get it again" in (lpips_absent(truth.shape) or "")


def test_a_picture_of_nan_has_no_psnr() -> None:
    assert np.isnan(psnr(np.zeros((4, 4, 3)), np.full((4, 4, 3), np.nan)))
