"""The course as a site: its notebooks as students get them, and its manuals. Built by `make site`, read without a network.

`pages` writes what Sphinx reads, `building` runs it and looks for leaks in what comes out.
"""
