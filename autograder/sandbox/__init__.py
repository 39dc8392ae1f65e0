"""One confined program and how it is asked: Landlock, seccomp, resource limits, deadlines, and a self-test.

`launcher.Launcher` starts one clean forkserver per grading run, `selftest.start_proven` proves the confinement, and workers are forked
from it. Kept empty: a worker imports this file before student code runs.
"""
