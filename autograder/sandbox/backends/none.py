"""Nothing: student code has the rights of whoever grades. Only for those who ask for it."""

from __future__ import annotations

from autograder.sandbox.backends.backend import Backend

NONE = Backend(name="none", reported="none", confines=False)
