"""`python -m raking`, as the command `raking`."""

from raking.cli.main import main

main()
