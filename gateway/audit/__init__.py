"""JOURNEY · evidence: publishing checkpoints, proving the whole, explaining one record."""
