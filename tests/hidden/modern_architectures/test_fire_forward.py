"""Hidden suite of the exercise `fire_forward`."""
