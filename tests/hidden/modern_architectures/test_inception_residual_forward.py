"""Hidden suite of the exercise `inception_residual_forward`."""
