"""Long work: `plan` has its phases and the time left, `checkpoint` what it resumes from, `threads`
how it is shared out among cores.
"""
