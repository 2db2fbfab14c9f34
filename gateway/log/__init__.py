"""SPINE · the log: how prepared entries become contiguous, committed, sealed positions.

``commitment`` says what a row's hash covers · ``entries`` is what intake hands over · ``recording``
and ``retracting`` are the jobs that the writer runs · ``sealer`` is the ledger's tree as the store
sees it.
"""
