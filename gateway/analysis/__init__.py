"""JOURNEY · questions: incidents for who may have them, and counts by the audience rule.

Both go through the one door's own steps: *decided* by the law under a named subscription of the caller,
*treated* by the functions that releases use, *disclosed* by one leaf a question, committed before a byte
leaves. A question is one disclosure: filter, log size, count and content hash, answerable by replay.
"""
