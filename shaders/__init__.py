"""The ground floor: what a decoder is, and the decode shader specialised to it."""
