"""Word lists that a lawyer can read and extend: data files, each entry with its source."""
