"""One photograph: what its file is, its pixels, and its colours."""
