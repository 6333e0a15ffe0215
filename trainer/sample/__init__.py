"""The procedural collection."""
