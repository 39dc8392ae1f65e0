"""Right answers to `auxiliary_loss` written in other ways: the hidden suite has to give each of them full marks."""

from . import heads, losses

ALTERNATIVES = [*losses.ALTERNATIVES, *heads.ALTERNATIVES]
