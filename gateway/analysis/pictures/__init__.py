"""Pictures of shown figures as SVG, drawn on the server: areas, grid squares, map points, a tile cartogram.

No script and no style attribute: shapes have classes and presentation attributes, which the pages' strict
content security policy lets through. What is drawn is what ``table`` lists, word for word; a hidden cell has
no number to draw; the edition of the areas is printed on every picture.
"""
