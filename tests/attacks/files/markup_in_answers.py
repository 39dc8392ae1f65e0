"""Harms who reads the feedback: scripts, links and forms in the answer to a question and in the student's own cells."""

from tests.support.handins import filled, save, solved, with_cells

MARKUP = """<script>alert(1)</script> <img src=x onerror=alert(2)> <svg onload=alert(3)> [a](javascript:alert(4))
<a href=" &#106;avascript:alert(5)">b</a> <iframe srcdoc="<script>alert(6)</script>"></iframe> <style>*{display:none}</style>
<form action=http://localhost><input name=password></form> ![x](x"onerror=alert(7)//) $\\href{javascript:alert(8)}{x}$
<math><mtext><table><mglyph><style><img src=x onerror=alert(9)></style></table></mtext></math> ![secret](../../../gradebook.db)
</div></body><base href=http://localhost> <meta http-equiv=refresh content=0> {{ resources }} {% for x in y %}"""


def hand_in(folder, course):
    quiet = MARKUP.replace('"', "'")
    in_a_comment = "# " + MARKUP.replace("\n", " ")
    wrong = filled(
        solved(course, "tiny"), double=f'def double(x):\n    """{quiet}"""\n    return x', shift=in_a_comment
    )
    for cell in wrong["cells"]:
        if cell["id"] == "why":
            cell["source"] = MARKUP
    own = [{"cell_type": kind, "id": kind, "metadata": {}, "source": MARKUP} for kind in ("markdown", "raw")]
    return save(folder / "tiny.ipynb", with_cells(wrong, *own))
