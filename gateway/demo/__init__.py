"""EDGE · the demonstration: simulated partner systems and invented data, against a real gateway over HTTP.

*Stage*: an own home with an invented geography, a signed protocol, partners with keys of their own.
*Rows*: what the simulated police send. *Play*: the scenes, in order. *Ledger*: what a partner checks for
itself. *Summary*: the figures, and whether they balance. Everything personal in it is made up.
"""
