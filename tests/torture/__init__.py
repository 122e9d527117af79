"""Break runs in every known way, and count losses."""
