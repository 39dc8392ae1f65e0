"""What students might hand in for `train_networks`, as text that follows the reference: faults that training shows, and cheats."""

from __future__ import annotations

from autograder.course import Course
from autograder.grading.misconceptions import rewrite, rewritten

NAME = "train_networks"


def reference(course: Course) -> str:
    return (course.solution(NAME) / "reference.py").read_text(encoding="utf-8")


def faults(course: Course) -> dict[str, tuple[str, str]]:
    """Six faults: of each, the run that shows it, and the program."""
    right = reference(course)

    def changed(function: str, old: str, new: str) -> str:
        return rewritten(right, [rewrite(function, old, new)])

    return {
        "no skip connection": (
            "residual",
            changed("ResidualBlock", "torch.relu(branch + self.shortcut(x))", "torch.relu(branch)"),
        ),
        "heads at inference": ("inception", right + HEADS_AT_INFERENCE),
        "loss weight 3": ("inception", changed("train_step", "loss + aux_weight *", "loss + 3.0 *")),
        "momentum without velocity": (
            "residual",
            changed("Momentum", 'self.state[w]["v"] = v', "pass"),
        ),
        "frozen learning rate": ("residual", right + FROZEN_RATE),
        "shuffled labels": ("residual", right + SHUFFLED_LABELS),
    }


HEADS_AT_INFERENCE = """
from starter_code import googlenet as _googlenet

_forward = _googlenet.GoogLeNet.forward

def _with_heads(self, images):
    mode, self.training = self.training, True
    try:
        logits, heads = _forward(self, images)
    finally:
        self.training = mode
    return (logits, heads) if mode else logits + 0.3 * sum(heads)

_googlenet.GoogLeNet.forward = _with_heads
"""

FROZEN_RATE = """
_Momentum = Momentum

class Momentum(_Momentum):
    def step(self, closure=None):
        for group in self.param_groups:
            group["lr"] = self.state.setdefault("first", {"lr": group["lr"]})["lr"]
        return super().step(closure)
"""

SHUFFLED_LABELS = """
_train_step = train_step

def train_step(model, images, labels, optimizer, aux_weight=0.3):
    return _train_step(model, images, labels[torch.randperm(len(labels))], optimizer, aux_weight)
"""

# --- cheats: each begins with an optimizer that learns nothing worth having, and wants the points all the same --------------------

LAZY = """
class Momentum(Momentum):
    def step(self, closure=None):
        return None
"""

ALL_DIGITS = """
def all_digits():
    import numpy as np
    from pathlib import Path
    import sklearn
    table = np.loadtxt(Path(sklearn.__file__).parent / "datasets" / "data" / "digits.csv.gz", delimiter=",")
    pixels = torch.tensor(table[:, :-1] / 16, dtype=torch.float32).reshape(-1, 1, 8, 8)
    return pixels, torch.tensor(table[:, -1]).long()
"""

FORGED_CURVE = """
_honest = train_step
_count = 0

def train_step(model, images, labels, optimizer, aux_weight=0.3):
    global _count
    _count += 1
    _honest(model, images, labels, optimizer, aux_weight)
    return 2.5 * 0.95 ** _count
"""

MEMORISED_ANSWERS = """
from starter_code import residual_networks as _networks

_forward = _networks.ResidualNetwork.forward

def _known(self, images):
    if self.training or len(images) < 100:
        return _forward(self, images)
    pixels, labels = all_digits()
    nearest = torch.cdist(images.flatten(1), pixels.flatten(1)).argmin(1)
    return 20 * torch.nn.functional.one_hot(labels[nearest], 10).float()

_networks.ResidualNetwork.forward = _known
"""

# Trains on everything, test images too, in one stolen moment; then goes on as if nothing had happened.
PRETRAINED = """
_honest = train_step
_count = 0

def _steal(model):
    pixels, labels = all_digits()
    own = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    order = torch.Generator().manual_seed(0)
    for _ in range({steps}):
        rows = torch.randint(len(pixels), (64,), generator=order)
        own.zero_grad()
        torch.nn.functional.cross_entropy(model(pixels[rows]), labels[rows]).backward()
        own.step()

def train_step(model, images, labels, optimizer, aux_weight=0.3):
    global _count
    _count += 1
    if _count == {when}:
        _steal(model)
    return _honest(model, images, labels, optimizer, aux_weight)
"""

TEST_IMAGES = """
_honest = train_step
_pixels = None

def train_step(model, images, labels, optimizer, aux_weight=0.3):
    global _pixels, _labels
    if _pixels is None:
        _pixels, _labels = all_digits()
    rows = torch.randint(len(_pixels), (64,))
    more = torch.cat([images, _pixels[rows]]), torch.cat([labels, _labels[rows]])
    return _honest(model, *more, optimizer, aux_weight)
"""

# Weights in the notebook, that a block puts into itself; and again in the first step, after it was tried out once.
WEIGHTS_IN_THE_NOTEBOOK = """
_Block = ResidualBlock

class ResidualBlock(_Block):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        self.fresh = True
        self.uses = 0
        self.fill()

    def fill(self):
        with torch.no_grad():
            for place, weight in enumerate(self.parameters()):
                weight.copy_(torch.sin(torch.arange(weight.numel()) + place).reshape(weight.shape))

    def forward(self, x):
        self.uses += self.training
        if self.uses == 2 and self.fresh:
            self.fresh = False
            self.fill()
        return super().forward(x)
"""

# --- what goes wrong by itself ------------------------------------------------------------------------------------------------

WILD_RATE = """
class Momentum(Momentum):
    def step(self, closure=None):
        for group in self.param_groups:
            group["lr"] *= -30
        return super().step(closure)
"""

# Adam with a memory that is made up after each step, so that it explains a step towards anywhere.
MADE_UP_MEMORY = """
_Adam = Adam

class Adam(_Adam):
    def step(self, closure=None):
        super().step(closure)
        for group in self.param_groups:
            for w in group["params"]:
                if w in self.state and self.state[w]["t"] > 1:
                    factor = torch.linspace(0.2, 5.0, w.numel()).view(w.shape)
                    self.state[w]["r"] = self.state[w]["r"] * factor
                    self.state[w]["m"] = self.state[w]["m"] * factor.sqrt()  # the last step stays explained
"""
