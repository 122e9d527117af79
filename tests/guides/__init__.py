"""The guides of the docsite, as people follow them."""
