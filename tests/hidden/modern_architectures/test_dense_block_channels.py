"""Hidden suite of the exercise `dense_block_channels`."""
