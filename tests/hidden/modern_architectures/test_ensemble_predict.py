"""Hidden suite of the exercise `ensemble_predict`."""
