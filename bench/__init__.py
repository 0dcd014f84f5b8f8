"""Benchmarks: contenders side by side in one run, as ratios to a floor; never a timed test."""
