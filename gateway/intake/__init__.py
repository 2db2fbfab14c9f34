"""JOURNEY IN: **received → mapped → located → recorded**.

*Received*: a body becomes rows, strictly. *Mapped*: the feed's adapter makes an incident of each row;
what will not map is set aside with its field and rule. *Located*: coordinates are converted, areas and
the map point found. *Recorded*: what nobody may use is dropped at the door, the rest is coarsened,
split into an open and a sealed half, and appended to the log in one commit with its ledger leaf.
Everything before the commit runs outside the lock.
"""
