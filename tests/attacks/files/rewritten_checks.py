"""Gains points: rewrites locked cells, so that they print and return full marks."""

from tests.support.handins import filled, save, solved


def hand_in(folder, course):
    notebook = filled(solved(course, "tiny"), double="def double(x):\n    return x", shift="1")
    for cell in notebook["cells"]:
        if cell["id"] in {"double", "shift"}:
            cell["source"] = "50.0"
            cell["outputs"] = [
                {"output_type": "execute_result", "data": {"text/plain": "50.0"}, "metadata": {}, "execution_count": 1}
            ]
        if cell["id"] == "setup":
            cell["source"] = "import numpy as np\nnp.allclose = np.testing.assert_allclose = lambda *_, **__: True"
    return save(folder / "tiny.ipynb", notebook)
