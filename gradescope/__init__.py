"""One assignment as an autograder of Gradescope: `make gradescope NAME=...` builds the file that is uploaded there."""
