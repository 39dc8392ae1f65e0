"""What students might hand in for `train_networks`, as text that follows the reference: faults that training shows, and cheats."""

from __future__ import annotations

from autograder.course.folders import Course
from autograder.suite.misconceptions import rewrite, rewritten

NAME = "train_networks"


def reference(course: Course) -> str:
    return (course.solution(NAME) / "reference.py").read_text(encoding="utf-8")


def faults(course: Course) -> dict[str, tuple[str, str, str]]:
    """Faults: of each, the run that shows it, the program, and what the report says of it."""
    right = reference(course)

    def changed(function: str, old: str, new: str) -> str:
        return rewritten(right, [rewrite(function, old, new)])

    def optimizer(change: str, name: str = "Momentum") -> str:
        """With something done before each step of an optimizer; `group` is a group of parameters."""
        return right + BEFORE_EACH_STEP.replace("NAME", name).replace("CHANGE", change)

    relu, late = "torch.relu(branch + self.shortcut(x))", "the first of them step 2: "
    block = {
        "no skip connection": changed("ResidualBlock", relu, "torch.relu(branch)"),
        "a ReLU before the sum": changed("ResidualBlock", relu, "torch.relu(branch) + self.shortcut(x)"),
        "no ReLU inside": changed(
            "ResidualBlock", "torch.relu(self.norm1(self.conv1(x)))", "self.norm1(self.conv1(x))"
        ),
    }
    turned = "the first of them step 1: turned by"
    return {
        **{title: ("residual", source, "computes something else") for title, source in block.items()},
        "a bias too many": (
            "residual",
            changed(
                "ResidualBlock",
                "(out_channels, out_channels, 3, padding=1, bias=False)",
                "(out_channels, out_channels, 3, padding=1)",
            ),
            "has other layers",
        ),
        "statistics that hurry": (
            "residual",
            changed(
                "ResidualBlock",
                "self.norm1 = nn.BatchNorm2d(out_channels)",
                "self.norm1 = nn.BatchNorm2d(out_channels, momentum=0.3)",
            ),
            "the parameters go where they should, and the running statistics do not",
        ),
        "momentum without velocity": ("residual", changed("Momentum", 'self.state[w]["v"] = v', "pass"), late),
        "a velocity that forgets": ("residual", changed("Momentum", "v = beta *", "v = 0.5 * beta *"), late),
        "frozen learning rate": ("residual", right + FROZEN_RATE, f"{late}in the right direction"),
        "half the rate": ("residual", optimizer('group["lr"] /= 2'), "in the right direction, and 0.5 times as long"),
        "uphill": ("residual", changed("Momentum", "w.sub_(lr * v)", "w.add_(lr * v)"), "in the opposite direction"),
        "no step at all": ("residual", right + LAZY, "the parameters do not move"),
        "weights only": (
            "residual",
            changed("Momentum", "w.sub_(lr * v)", "w.sub_(lr * v * (w.ndim > 1))"),
            "furthest off: ",
        ),
        "clipped gradients": (
            "residual",
            optimizer('torch.nn.utils.clip_grad_norm_(group["params"], 0.1)'),
            "in the right direction, and 0.",
        ),
        "decaying weights": (
            "residual",
            changed("Momentum", "(1 - beta) * w.grad", "(1 - beta) * (w.grad + 0.1 * w.detach())"),
            turned,
        ),
        "shuffled labels": ("residual", right + SHUFFLED_LABELS, turned),
        "gradients that pile up": ("residual", changed("train_step", "optimizer.zero_grad()", "pass"), late),
        "evaluation mode": ("residual", changed("train_step", "model.train()", "model.eval()"), "step 1: "),
        "two steps for one": (
            "depth",
            changed("train_step", "    optimizer.step()", "    optimizer.step()\n    optimizer.step()"),
            "times as long as they should be",
        ),
        "heads at inference": ("inception", right + HEADS_AT_INFERENCE, "computes something else"),
        "loss weight 3": ("inception", changed("train_step", "loss + aux_weight *", "loss + 3.0 *"), turned),
        "no heads": ("inception", changed("train_step", "loss + aux_weight *", "loss + 0.0 *"), turned),
        "no correction": (
            "inception",
            changed("Adam", "r_hat = r / (1 - beta2**t)", "r_hat = r"),
            "in the right direction, and ",
        ),
        "a large epsilon": ("inception", changed("Adam", "+ eps)", "+ 1e-2)"), turned),
        "gradient descent for Adam": (
            "inception",
            changed("Adam", "lr * m_hat / (r_hat.sqrt() + eps)", "20 * lr * w.grad"),
            turned,
        ),
        "a trunk whose statistics go on": (
            "transfer",
            changed("freeze_for_transfer", "norm.eval()", "pass"),
            "step 81: ",
        ),
        "a trunk that learns on": (
            "transfer",
            changed("freeze_for_transfer", "parameter.requires_grad = False", "parameter.requires_grad = True"),
            "step 82: ",
        ),
    }


BEFORE_EACH_STEP = """
class NAME(NAME):
    def step(self, closure=None):
        for group in self.param_groups:
            CHANGE
        return super().step(closure)
"""

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
STOLEN = """
_honest = train_step
_count = 0

def _learned(model):
    import copy
    other = copy.deepcopy(model)
    pixels, labels = all_digits()
    other.train()
    own = torch.optim.SGD(other.parameters(), lr=0.1, momentum=0.9)
    order = torch.Generator().manual_seed(0)
    for _ in range(60):
        rows = torch.randint(len(pixels), (64,), generator=order)
        own.zero_grad()
        torch.nn.functional.cross_entropy(other(pixels[rows]), labels[rows]).backward()
        own.step()
    return [each.detach().clone() for each in other.parameters()]
"""

# Weights that were learned elsewhere, put in behind a row of numbers that are none.
JUMP_BEHIND_NAN = (
    STOLEN
    + """
def train_step(model, images, labels, optimizer, aux_weight=0.3):
    global _count, _there
    _count += 1
    if _count == 9:
        _there = _learned(model)
    if _count == 11:
        for weight, there in zip(model.parameters(), _there):
            weight.data.copy_(there)
    loss = _honest(model, images, labels, optimizer, aux_weight)
    if _count == 10:
        for weight in model.parameters():
            weight.data.fill_(torch.nan)
    return loss
"""
)

# Goes there little by little: each step ends a twentieth of its length nearer to weights that were learned elsewhere.
DRIFT = (
    STOLEN
    + """
_there = None

def train_step(model, images, labels, optimizer, aux_weight=0.3):
    global _there
    if _there is None:
        _there = _learned(model)
    weights = list(model.parameters())
    before = [each.detach().clone() for each in weights]
    loss = _honest(model, images, labels, optimizer, aux_weight)
    far = sum(float((there - each).square().sum()) for there, each in zip(_there, weights)) ** 0.5
    went = sum(float((old - each).square().sum()) for old, each in zip(before, weights)) ** 0.5
    for there, each in zip(_there, weights):
        each.data.add_((there - each.data) * (0.05 * went / far))
    return loss
"""
)

# Of each step, three hundredths of the way of the running statistics more: nothing that is learned depends on them, but the scores do.
STATISTICS = """
import starter_code.training_runs as _runs

_take_step = _runs.Run.take_step

def _drifting(run):
    norms = [layer for layer in run.model.modules() if isinstance(layer, nn.BatchNorm2d)]
    before = [(layer.running_mean.clone(), layer.running_var.clone()) for layer in norms]
    _take_step(run)
    with torch.no_grad():
        for layer, (mean, variance) in zip(norms, before):
            layer.running_mean.add_(0.03 * (layer.running_mean - mean))
            layer.running_var.add_(0.03 * (layer.running_var - variance))

_runs.Run.take_step = _drifting
"""

PRETRAINED = """
_honest = train_step
_count = 0

def _steal(model):
    pixels, labels = all_digits()
    model.train()
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

# --- what a stranger found --------------------------------------------------------------------------------------------------------

# Weights from which no gradient comes, so large that rounding hides the rest: standing still looks like the right step.
DEAD_NETWORK = """
_dead = False

def train_step(model, images, labels, optimizer, aux_weight=0.3):
    global _dead
    model.train()
    with torch.no_grad():
        model(images)
        if not _dead:
            _dead = True
            for layer in model.modules():
                if isinstance(layer, nn.BatchNorm2d):
                    layer.weight.fill_(1e4)
                    layer.bias.fill_(-1e7)
                elif isinstance(layer, (nn.Conv2d, nn.Linear)):
                    layer.weight.fill_(-1e5)
                    if layer.bias is not None:
                        layer.bias.fill_(1e7 if getattr(layer, "out_features", 0) == 10 else -1e7)
    return 1.0
"""

# The worker says that what it trains is nothing, and trains it all the same: phases cannot be told by that.
RUN_THAT_IS_NONE = """
import sys as _sys

_frame, _worker, _kept = _sys._getframe(), None, {}
while _frame is not None:
    if type(_frame.f_locals.get("self")).__name__ == "Worker":
        _worker = _frame.f_locals["self"]
    _frame = _frame.f_back
_call = _worker.call

def _mine(request):
    if request["function"] == "begin":
        _kept["run"] = _call(request)["ok"]
        return {"ok": None}
    if request["function"] == "training" and request["args"][0] is None:
        request = dict(request, args=(_kept["run"], *request["args"][1:]))
    return _call(request)

_worker.call = _mine
"""

# Right batch normalisation that puts new tensors in the place of its statistics.
NORM_BY_HAND = """
class _Norm(nn.BatchNorm2d):
    def forward(self, x):
        if self.training:
            mean, variance, count = x.mean((0, 2, 3)), x.var((0, 2, 3), unbiased=False), x.numel() / x.shape[1]
            with torch.no_grad():
                m = self.momentum
                self.running_mean = (1 - m) * self.running_mean + m * mean
                self.running_var = (1 - m) * self.running_var + m * variance * count / (count - 1)
        else:
            mean, variance = self.running_mean, self.running_var
        shape = (1, -1, 1, 1)
        normal = (x - mean.view(shape)) / torch.sqrt(variance.view(shape) + self.eps)
        return normal * self.weight.view(shape) + self.bias.view(shape)

class ResidualBlock(ResidualBlock):
    def __init__(self, a, b, stride=1):
        super().__init__(a, b, stride)
        self.norm1, self.norm2 = _Norm(b), _Norm(b)
        if stride != 1 or a != b:
            self.shortcut = nn.Sequential(nn.Conv2d(a, b, 1, stride, bias=False), _Norm(b))
"""

# A whole network that is in float64 while it learns.
IN_FLOAT64 = """
_honest = train_step

def train_step(model, images, labels, optimizer, aux_weight=0.3):
    model.double()
    loss = _honest(model, images.double(), labels, optimizer, aux_weight)
    model.float()
    return loss
"""

# In the tests a projection without its stride, which they call by name; in training the right one.
MISTAKE_THAT_CANNOT_BE_BUILT = """
_Right = ResidualBlock

class ResidualBlock(_Right):
    def __init__(self, a, b, stride=1):
        super().__init__(a, b, stride)
        if torch.get_default_dtype() == torch.float64 and (stride != 1 or a != b):
            self.shortcut = nn.Sequential(nn.Conv2d(a, b, 1, bias=False), nn.BatchNorm2d(b))
"""

# What nobody has written is not trained: a test that is about the other networks need not wait for these.
WITHOUT_GOOGLENET_AND_TRANSFER = "\n\ndel InceptionModule, freeze_for_transfer\n"
# Signs of gradients for optimizers, which no test calls by name, and a step that is not taken, which one does.
NAMED_STANDSTILL = """
class Momentum(Momentum):
    def step(self, closure=None):
        for group in self.param_groups:
            for w in group["params"]:
                w.data.sub_(group["lr"] * w.grad.sign())
"""
