"""Light directions and the files that they stand in.

`lightfile` reads any: tables (`lp`) and RelightLab's projects (`relightlab`), both by `text`;
`names` finds the photographs that they name; `directions` chooses lights and tells what is odd
about them.
"""
