"""`python -m autograder` is the command `autograder`."""

from autograder.cli.app import main

if __name__ == "__main__":
    main()
