"""The parts of the event coder, in the order in which a text passes them."""
