"""Set-up of the engines of cluster mode, and real ones to test against."""
