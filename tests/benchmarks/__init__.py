"""How fast we are, and beside what: `make bench`.

Nothing here passes or fails; the figures are for people to judge.
"""
