"""Hidden suite of the exercise `grouped_conv_forward`."""
