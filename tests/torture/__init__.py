"""What `make torture` does: break runs in every way that we know of, and count what is lost by it."""
