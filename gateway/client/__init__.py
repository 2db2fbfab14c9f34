"""EDGE · a partner's side: gets tokens, pushes, pulls, keeps proofs. Dials only the gateway it is given.

*System*: what a partner's program uses. Below it: *proof* (of itself), *connection* (tokens, tries),
*pages* (what is pulled or pushed to it), *holdings* (what it holds after notices), *witness* (the ledger's
word against the word it kept), *webhooks* (signatures of what arrives), *state* (what outlives a run).
"""
