"""Hidden suite of the exercise `resnext_block_params`."""
