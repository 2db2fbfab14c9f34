"""A data set on disk: one subscription's records or counts as Parquet, by year and month, kept up to date.

**planned** (what stands in each part, and its fingerprint) → **written** (what changed, into a folder of
the gateway's own) → committed to the ledger → **moved** into place → the manifest, last. A run that is
killed at any point is taken up by the next: what it wrote is used again, what it moved is found by its hash.
"""
