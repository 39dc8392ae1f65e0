"""Ways to keep student code in its place: one file for each, and `table`, which lists them, the strongest first."""
