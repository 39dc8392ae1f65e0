"""Published networks, one family a file, whose parameter counts are those of their papers.

`zoo` lists all of them in one table, `counting` says what one costs, `accuracy` has their published accuracy. The
blocks that students write are always arguments; every other block stands in its family's file and is the default of an
argument `block`, so that the same assembly takes another one.
"""
