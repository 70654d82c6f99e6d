"""How messages move: runtimes, stores, feeds, senders, and the command line."""
