"""Where it stands out: top places, Getis-Ord Gi* over squares or areas, and what holds over quarters.

Pure: counts in, findings out. ``squares`` and ``neighbours`` say what is compared with what, ``getis_ord``
how much a place and its neighbours stand out, ``several_tests`` how many of so many do so by chance,
``over_quarters`` what emerges, persists and fades, ``top_places`` the plain ranking, ``asked`` the answer.
"""
