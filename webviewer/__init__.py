"""The browser viewer, plain ES modules in `app/`.

`server` serves it on this computer, `site` copies it with images for any host; `addresses` says
which files it consists of.
"""
