"""Right answers to `auxiliary_loss` written in other ways: the hidden suite has to give each of them full marks."""

from solutions.auxiliary_loss import right_heads, right_losses

ALTERNATIVES = [*right_losses.ALTERNATIVES, *right_heads.ALTERNATIVES]
