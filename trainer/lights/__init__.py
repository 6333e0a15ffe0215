"""Light directions and the files that they stand in."""
