"""Light directions and the files that they stand in.

`lightfile` reads any: tables (`lp`) and RelightLab's projects (`relightlab`), both by `text`;
`pairs` reads tables of lights and cameras, `angles` the names of pictures that tell both;
`names` finds the photographs that they name; `directions` chooses lights and tells what is odd
about them.
"""
