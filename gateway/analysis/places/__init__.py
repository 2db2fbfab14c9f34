"""Where: which editions of areas stand, how one fits another, grid squares, named sets, what left as shapes.

All of it works on the one place that leaves with a record, or on figures that are shown; none reads a log.
"""
