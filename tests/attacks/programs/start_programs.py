"""Outlives its grading: starts other programs."""

import os
import subprocess

got = []


def double(x):
    for command in (["/bin/true"], ["/bin/sh", "-c", "true"], [os.sys.executable, "-c", ""]):
        try:
            got.append(subprocess.run(command).returncode)
        except OSError:
            pass
    if os.system("true") == 0 or 0 in got:
        return BOAST
