"""The relightable image on disk: reading, writing, its description, its pictures and pyramids."""
