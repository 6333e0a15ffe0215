"""The command `raking`: one file for each subcommand, options and printing apart."""
