"""Hidden suite of the exercise `stochastic_depth`: `stochastic_depth_forward` (8 points) and `expected_depth` (4)."""
