"""What students import: visible checks, the gradient checker, data and plots. It is copied beside every notebook."""
