"""Photographs made ready for training: cut out, laid over each other, evenly lit.

`prepare` is what everyone else needs. Below it `setup` says what is known of lamps and spheres,
`crops` what is cut out, `shifts` how far photographs have moved, `evenness` how unevenly they are
lit, `flat_fields` reads white cards; `ready` writes it all.
"""
