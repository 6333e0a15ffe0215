"""The networks, their latents as levels, and decoding in PyTorch, the oracle."""
