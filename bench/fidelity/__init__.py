"""The fidelity benchmark: the papers' models trained and scored on whole folders of collections."""
