"""JOURNEY OUT: **decided → treated → disclosed → sent**. One door for everything that leaves.

*Decided*: the law says for each record class whether it may go to this subscription today. *Treated*:
what may go gets the form of its lane and the recipient's own id. *Disclosed*: checked again inside the
lock and committed, with its ledger leaf. *Sent*: looked at once more, record by record, and written
out. Nothing leaves whose ledger entry is not committed.
"""
