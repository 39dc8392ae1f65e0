"""Hidden suite of the exercise `bottleneck_params`."""
