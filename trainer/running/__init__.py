"""Long work: its phases and time left, its threads, and what it resumes from."""
