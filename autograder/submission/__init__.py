"""What somebody handed in: which file of a folder, its cells, and the program that a worker runs. Nothing in a file is trusted."""
