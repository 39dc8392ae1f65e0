"""The command `autograder`: options, what is shown, and exit codes."""
