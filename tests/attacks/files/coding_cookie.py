"""Breaks out: a script whose first lines ask for another encoding and an own interpreter, with code that differs by who reads it."""

from tests.support.handins import save


def hand_in(folder, course):
    text = "#!/bin/sh\n# -*- coding: utf-7 -*-\n# +AAo-open('harm', 'w')\ndef double(x):\n    return x  # %%\n# %% [markdown]\n# %%\rraise"
    return save(folder / "tiny.py", text)
