"""From photographs and light directions (an MLIC) to a relightable image."""
