"""`make bench`: ratios in one interleaved run, with the load printed."""
