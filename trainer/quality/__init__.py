"""How good a picture is: metrics, scores, smoothness, heat maps."""
