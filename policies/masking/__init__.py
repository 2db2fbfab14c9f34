"""Masking: a narrative goes in; what comes out names nobody but the parties that were agreed.

A word passes only if it is known to be harmless. Text is normalised (``normal``), UK identifiers are
found by validated patterns (``patterns``, ``numbers``, ``addresses``), every remaining word is judged by
an allow-list and by where it stands (``words``, ``judged``), and the parties named in the record's own
fields are kept (``parties``). ``narrative`` does it until nothing changes any more, or withholds the whole.
Pure: text in, text out, the lists of words from packages.
"""
