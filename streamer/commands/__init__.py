"""One module per command. Each takes what the user typed, calls the parts that work, and shows the result."""
