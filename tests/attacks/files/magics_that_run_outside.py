"""Breaks out: magics and shell lines, which IPython would run, and which the grader translates."""

from tests.support.handins import code, released, save, with_cells

CELLS = [
    "!touch {0}/harm\n!cat {0}/host-file",
    "%run {0}/host-file\n%load {0}/host-file\n%%writefile {0}/harm",
    "%%bash\ntouch {0}/harm",
    "%%python\nopen('{0}/harm', 'w')",
    "%%writefile {0}/harm\nharm",
    "%system touch {0}/harm\n%sx touch {0}/harm\n%cd {0}\n%load_ext harm",
    "get_ipython().system('touch {0}/harm')\nget_ipython().getoutput('touch {0}/harm')",
    "x = !cat {0}/host-file\ndef double(y):\n    return str(x)",
    "double = get_ipython().run_line_magic('time', 'open(\"{0}/host-file\").read()')",
    "%time open('{0}/harm', 'w')\n%timeit open('{0}/harm', 'w')\n%prun open('{0}/harm', 'w')",
]


def hand_in(folder, course):
    canary = folder.parent.parent / "canary"
    cells = [code(source.replace("{0}", str(canary))) for source in CELLS]
    return save(folder / "tiny.ipynb", with_cells(released(course, "tiny"), *cells))
