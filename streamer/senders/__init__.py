"""One module per channel that carries a notice to a subscriber."""
