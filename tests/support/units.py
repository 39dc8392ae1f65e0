"""How tests are spread over processes, in which order they begin, and which are left to `make test`. Used by conftest.

A unit is worked on in one process, since its tests share what is computed once: a file, or a part of one that takes minutes.
"""

from __future__ import annotations

import re

PARTS = {  # what of a test's parameters names the part
    "test_suite_quality.py": r"\[(\w+)",
    "test_attacks.py": r"\[(as-started|unprivileged)-(\w+)",
    "test_full_networks.py": r"\[(\w+)",
}


def unit_of(nodeid: str) -> str:
    """The unit that a test belongs to, without its folder."""
    name = nodeid.partition("::")[0].rpartition("/")[2]
    part = re.search(PARTS[name], nodeid) if name in PARTS else None
    return " ".join([name, *(part.groups() if part else ())])


LONGEST = (  # in the order of what they compute
    "test_training_runs.py",
    "test_suite_quality.py train_networks",
    "test_demo.py",
    "test_notebooks.py",
    "test_attacks_on_the_gradebook.py",
    "test_site.py",
    "test_term.py",
    "test_bulk.py",
    "test_attacks.py unprivileged bubblewrap",
    "test_attacks.py as-started bubblewrap",
    "test_suite_quality.py modern_architectures",
    "test_suite_quality.py inception_module",
    "test_suite_quality.py optimizers",
    "test_suite_quality.py skip_connections",
    "test_cluster.py",
    "test_slurm.py",
    "test_watch.py",
    "test_suite_quality.py inception_ops",
    "test_suite_quality.py auxiliary_loss",
    "test_one_truth.py",
    "test_regrading.py",
    "test_nbgrader_from_anywhere.py",
    "test_hub.py",
    "test_files_in_processes.py",
    "test_data_of_a_course.py",
    "test_board.py",
    "test_gradebook.py",
    "test_ways_through.py",
    "test_attacks.py as-started landlock",
    "test_load.py",
    "test_attacks.py unprivileged landlock",
    "test_formgrader_from_anywhere.py",
    "test_authors_page.py",
    "test_formgrader_in_a_browser.py",
    "test_late.py",
    "test_visible_checks.py",
    "test_grading.py",
)
SLOW = (  # of tests/engine: how names begin of what `make test-fast` leaves out
    "test_authoring.py::test_generated_stubs",
    "test_authoring.py::test_the_real_assignments",
    "test_bad_input.py",
    "test_board.py",
    "test_bubblewrap.py",
    "test_check_gpu.py",
    "test_class_exercises.py",
    "test_class_page.py",
    "test_data_of_a_course.py",
    "test_devices.py",
    "test_doctor.py",
    "test_files_in_processes.py",
    "test_gpu.py",
    "test_grading.py",
    "test_isolation.py",
    "test_missing_bands.py",
    "test_pasted_pictures.py",
    "test_quality.py",
    "test_scratch.py",
)
