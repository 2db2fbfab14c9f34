"""The tamper-evident ledger: what happened, in an order that nobody can change unseen.

``leaf`` is what one operation says, ``tree`` the RFC 9162 Merkle tree over leaves, ``checkpoint``
the signed size and root that partners keep. No SQL, no clock, no randomness.
"""
