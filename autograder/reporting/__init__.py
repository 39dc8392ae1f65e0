"""What people look at that is made from a report."""
