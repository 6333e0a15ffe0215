"""What may be written and read.

`aside` writes under another name and renames; `ours` and `marks` tell what this software wrote, and
so may replace; `memory` is how much there is; `page` fills the templates of reports.
"""
