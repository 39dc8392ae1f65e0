"""What might be handed in, besides the faults of the tests of training. Texts that follow the reference's."""

from __future__ import annotations

# Faults of `tests.support.training_programs` by which points are tried out.
FAULTS = (
    "no skip connection",
    "half the rate",
    "no step at all",
    "momentum without velocity",
    "shuffled labels",
    "heads at inference",
    "loss weight 3",
    "gradient descent for Adam",
)
# Right answers that a processor forgives, and a GPU might not.
OTHER_RIGHT_ONES = {
    "state without a device": (
        "residual",
        """
class Momentum(torch.optim.Optimizer):
    def __init__(self, params, lr=0.1, beta=0.9):
        super().__init__(params, {"lr": lr, "beta": beta})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for w in group["params"]:
                v = self.state[w].setdefault("v", torch.zeros(w.shape))
                v.mul_(group["beta"]).add_((1 - group["beta"]) * w.grad)
                w.sub_(group["lr"] * v)
""",
    ),
    "state that is made at once": (
        "residual",
        """
class Momentum(Momentum):
    def __init__(self, params, lr=0.1, beta=0.9):
        super().__init__(params, lr, beta)
        for group in self.param_groups:
            for w in group["params"]:
                self.state[w]["v"] = torch.zeros_like(w)
""",
    ),
    "a head that flattens with view": (
        "inception",
        """
class AuxiliaryHead(AuxiliaryHead):
    def forward(self, x):
        pooled = nn.functional.adaptive_avg_pool2d(x, 4)
        assert pooled.view(len(x), -1).shape[1] == 16 * x.shape[1]
        return super().forward(x)
""",
    ),
}
