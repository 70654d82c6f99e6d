"""What a message becomes: one module per stage, a verb, with one function of the same name."""
