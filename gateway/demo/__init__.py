"""EDGE · the demonstration: simulated partner systems and invented data, against a real gateway over HTTP.

*Stage*: an own home with an invented map, a signed protocol and agreement, partners with keys of their own.
*Rows*: what the three systems send. *Cast*: who plays. *Sending*, *pushing*, *receiving*, *correcting*: the
scenes, which *play* puts in order. *Inbox* and *subscriber*: a system that pulls, and one that is pushed to.
*Summary*: the figures, and whether they balance. Everything personal in it is made up.
"""
