"""The browser viewer (plain ES modules in `app/`) and the small local server for it."""
