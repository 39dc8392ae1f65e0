"""Grading one submission: its report, what the report follows from, and what is behind a failed exercise."""
