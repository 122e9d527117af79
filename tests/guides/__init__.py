"""Follow the guides of the docsite as people do."""
