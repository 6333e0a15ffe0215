"""What may be written and read: writing aside, what is ours, how much memory there is."""
