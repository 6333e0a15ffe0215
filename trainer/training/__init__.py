"""From a collection to a relightable image."""
