"""The visible checks, one module per assignment; a locked cell after each exercise calls them."""
