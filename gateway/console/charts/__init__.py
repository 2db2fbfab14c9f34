"""Pictures of figures as SVG, made by hand: pure functions of numbers, without style, script or font.

Nothing is said by colour alone: lines and bars carry their names, marks differ in shape, and what is hidden
is hatched and says so; it is never drawn as zero. Colours are those of the Government Analysis Function. A
picture has a title and a description; beside it the page has the same figures as a table.
"""
