"""Hidden suite of the exercise `wide_block_params`."""
