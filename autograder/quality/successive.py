"""One program after another in one confined worker, for as long as it lives: mutants are asked little, and to start takes long."""

from __future__ import annotations

from autograder.submission.submitted import ProgramCell
from autograder.suite.answers import Answers


class SuccessiveAnswers(Answers):
    """Answers as one program, and then as the next, which binds the same names."""

    def turn_to(self, program: tuple[ProgramCell, ...]) -> None:
        """Answer as `program` from now on, as if nothing had run before; without it, what an earlier one had bound would answer."""
        worker, self.worker = self.worker, None
        Answers.__init__(self, program, self.launcher, self.limits, self.kept_mb)
        self.worker = worker
        if worker is not None and not (all(self._run(worker, cell) for cell in program) and not self.failures):
            self.close()
            Answers.__init__(self, program, self.launcher, self.limits, self.kept_mb)
