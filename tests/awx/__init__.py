"""A stand-in of AWX: it takes and refuses what AWX 24.6.1 does, and runs jobs by ansible-runner as AWX would."""
