"""`python -m streamer` is `crackdown`."""

from streamer.cli import main

main()
