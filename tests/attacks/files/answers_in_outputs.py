"""Gains points: right answers in outputs, attachments and metadata of cells, where nothing should be run."""

from tests.support.handins import code, filled, released, save, with_cells

ANSWER = "def double(x):\n    return 2 * x\n"


def hand_in(folder, course):
    html = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"text/html": ANSWER, "application/javascript": ANSWER},
    }
    cell = code("", outputs=[html], metadata={"source": ANSWER}, attachments={"a": {"text/plain": ANSWER}})
    return save(folder / "tiny.ipynb", with_cells(filled(released(course, "tiny"), double="x = 1"), cell))
