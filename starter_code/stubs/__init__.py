"""What students write in each notebook, as they find it; made by `autograder build`, one module per assignment."""
