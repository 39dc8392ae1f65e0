"""Gains the points of another: hands in a link to another student's notebook, through a link to its folder."""


def hand_in(folder, course):
    path = folder / "tiny.ipynb"
    path.symlink_to(course.submitted("bob", "tiny") / "tiny.ipynb")
    return path
