"""Stand in for AWX 24.6.1.

It takes and refuses what that does, and runs jobs by ansible-runner.
"""
