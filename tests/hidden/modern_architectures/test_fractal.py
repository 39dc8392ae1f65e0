"""Hidden suite of the exercise `fractal`: `fractal_join` (8 points) and `fractal_depth` (4)."""
