"""The partnership's own questions: each one URL, typed tables, and a sentence made from their figures.

A question is a few questions for counts, asked together and on record as one operation, and a function of
what came back (``answers``). That function sees counts as its reader may see them and nothing else, so
that a reader of statistics alone is told no more than the published tables tell him. Kinds of incidents
are never added up. Where residents are not known there are counts and no rates, and the answer says so.
"""
