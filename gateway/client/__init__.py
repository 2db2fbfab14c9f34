"""EDGE · a partner's side: gets tokens, pushes, pulls, keeps proofs. Dials only the gateway it is given."""
