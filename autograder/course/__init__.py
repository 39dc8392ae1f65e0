"""A course as values: its folders and settings, an assignment as its text declares it, and the report of a submission."""
