"""What is made of a report for people to look at."""
