"""Measure how fast the collection is, and compare that: `make bench`.

Nothing here passes or fails; the figures are for people to judge.
"""
