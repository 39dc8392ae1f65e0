"""Wrong residual blocks: title, hint, and the changes of the reference as (old, new)."""

from autograder.suite.misconceptions import Table

SUM = "return torch.relu(branch + self.shortcut(x))"

RESIDUAL_BLOCK: Table = {
    "no-shortcut": (
        "The input is not added to the branch.",
        "Without the sum this is a plain block. What should come out when the branch computes zero?",
        [(SUM, "return torch.relu(branch)")],
    ),
    "relu-before-sum": (
        "The branch goes through a ReLU before the sum, so that it can only add.",
        "The branch is the change F = H - x. Which signs must a change be able to have?",
        [(SUM, "return torch.relu(torch.relu(branch) + self.shortcut(x))")],
    ),
    "no-relu-after-sum": (
        "No ReLU follows the sum.",
        "Look at where the last ReLU stands in the formula, and at what the docstring says of the signs of the output.",
        [(SUM, "return branch + self.shortcut(x)")],
    ),
    "relu-on-the-branch-alone": (
        "The last ReLU is applied to the branch, and the input is added after it.",
        "H = F + x is formed first. The last ReLU sees the sum.",
        [(SUM, "return torch.relu(branch) + self.shortcut(x)")],
    ),
    "no-inner-relu": (
        "There is no ReLU between the two convolutions.",
        "What are two linear maps, one after the other, without anything between them?",
        [("hidden = torch.relu(self.norm1(self.conv1(x)))", "hidden = self.norm1(self.conv1(x))")],
    ),
    "relu-before-norm": (
        "The first ReLU comes before its BN.",
        "The order inside the branch is convolution, BN, ReLU. What does a BN make of numbers that are all positive?",
        [("hidden = torch.relu(self.norm1(self.conv1(x)))", "hidden = self.norm1(torch.relu(self.conv1(x)))")],
    ),
    "projection-always": (
        "The shortcut is a projection everywhere, also where the shape stays.",
        "An identity has nothing to learn. When can x be added as it is?",
        [("if stride != 1 or in_channels != out_channels:", "if stride or in_channels:")],
    ),
    "projection-for-stride-only": (
        "There is a projection only where the stride is 2; a change of depth is forgotten.",
        "Two things can change the shape. Try a block of stride 1 from 3 to 5 channels.",
        [("if stride != 1 or in_channels != out_channels:", "if stride != 1:")],
    ),
    "projection-for-depth-only": (
        "There is a projection only where the depth changes; the stride is forgotten.",
        "Two things can change the shape. Try a block of stride 2 from 4 to 4 channels.",
        [("if stride != 1 or in_channels != out_channels:", "if in_channels != out_channels:")],
    ),
    "projection-without-stride": (
        "The projection does not have the stride of the block.",
        "Write the shape of both summands beside the sum, for stride 2.",
        [("out_channels, 1, stride=stride, bias=False", "out_channels, 1, bias=False")],
    ),
    "projection-without-norm": (
        "The projection is not followed by a BN.",
        "Which convolutions of this block have a BN behind them, by the docstring?",
        [("nn.Sequential(projection, nn.BatchNorm2d(out_channels))", "projection")],
    ),
    "projection-with-bias": (
        "The convolution of the projection has a bias.",
        "What does a BN do to a number that is added to all of its inputs? torch gives a bias unless it is told not to.",
        [("out_channels, 1, stride=stride, bias=False", "out_channels, 1, stride=stride")],
    ),
    "one-norm-for-both": (
        "Both convolutions share one BN.",
        "Each BN is a layer of its own, with a scale, a shift and running statistics of what comes out of *its* convolution.",
        [("branch = self.norm2(self.conv2(hidden))", "branch = self.norm1(self.conv2(hidden))")],
    ),
    "last-norm-missing": (
        "The second convolution is not followed by a BN.",
        "L14: a BN after every convolution. Count them.",
        [
            ("self.norm2 = nn.BatchNorm2d(out_channels)", "pass"),
            ("branch = self.norm2(self.conv2(hidden))", "branch = self.conv2(hidden)"),
        ],
    ),
    "stride-in-second": (
        "The stride is in the second 3x3 convolution.",
        "The docstring says which convolution has the stride. The later it comes, the more work is done on large maps.",
        [
            ("in_channels, out_channels, 3, stride=stride, padding=1", "in_channels, out_channels, 3, padding=1"),
            ("out_channels, out_channels, 3, padding=1", "out_channels, out_channels, 3, stride=stride, padding=1"),
        ],
    ),
    "convolutions-with-bias": (
        "The convolutions of the branch have a bias.",
        "What does a BN do to a number that is added to all of its inputs? torch gives a bias unless it is told not to.",
        [
            ("3, stride=stride, padding=1, bias=False", "3, stride=stride, padding=1"),
            ("out_channels, out_channels, 3, padding=1, bias=False", "out_channels, out_channels, 3, padding=1"),
        ],
    ),
    "activated-shortcut": (
        "The shortcut starts from the ReLU of the input.",
        "In a network the input of a block is never negative, so nobody notices. What does the docstring add to the branch?",
        [("self.shortcut: nn.Module = nn.Identity()", "self.shortcut: nn.Module = nn.ReLU()")],
    ),
    "statistics-not-kept": (
        "A BN keeps no running statistics, so that an image's result depends on its batch in evaluation mode too.",
        "What should one image give in evaluation mode: the same as in its batch, or not?",
        [
            (
                "self.norm1 = nn.BatchNorm2d(out_channels)",
                "self.norm1 = nn.BatchNorm2d(out_channels, track_running_stats=False)",
            )
        ],
    ),
    "shortcut-without-gradient": (
        "No gradient comes back along the shortcut.",
        "The shortcut is there for the gradient above all. What cuts it: detach, .data, no_grad?",
        [(SUM, "return torch.relu(branch + self.shortcut(x.detach()))")],
    ),
}

BOTTLENECK_BLOCK: Table = {
    "bottleneck-without-shortcut": (
        "The input is not added to the branch.",
        "Without the sum this is a plain block. What should come out when the branch computes zero?",
        [(SUM, "return torch.relu(branch)")],
    ),
    "bottleneck-relu-before-sum": (
        "The branch goes through a ReLU before the sum, so that it can only add.",
        "The branch is the change F = H - x. Which signs must a change be able to have?",
        [("branch = self.norm3(self.conv3(hidden))", "branch = torch.relu(self.norm3(self.conv3(hidden)))")],
    ),
    "bottleneck-no-relu-after-sum": (
        "No ReLU follows the sum.",
        "Look at where the last ReLU stands in the formula.",
        [(SUM, "return branch + self.shortcut(x)")],
    ),
    "bottleneck-relu-on-the-branch-alone": (
        "The last ReLU is applied to the branch, and the input is added after it.",
        "H = F + x is formed first. The last ReLU sees the sum.",
        [(SUM, "return torch.relu(branch) + self.shortcut(x)")],
    ),
    "bottleneck-relu-before-norm": (
        "The ReLUs inside the branch come before their BN.",
        "The order inside the branch is convolution, BN, ReLU. What does a BN make of numbers that are all positive?",
        [
            ("torch.relu(self.norm1(self.conv1(x)))", "self.norm1(torch.relu(self.conv1(x)))"),
            ("torch.relu(self.norm2(self.conv2(hidden)))", "self.norm2(torch.relu(self.conv2(hidden)))"),
        ],
    ),
    "bottleneck-last-norm-missing": (
        "The last 1x1 convolution of the branch is not followed by a BN.",
        "L14: a BN after every convolution. Count them.",
        [
            ("self.norm3 = nn.BatchNorm2d(wide)", "pass"),
            ("branch = self.norm3(self.conv3(hidden))", "branch = self.conv3(hidden)"),
        ],
    ),
    "stride-in-first": (
        "The stride is in the first 1x1 convolution.",
        "A 1x1 convolution with stride 2 never looks at three quarters of its input. Which one has the stride here?",
        [
            (
                "self.conv1 = nn.Conv2d(in_channels, channels, 1,",
                "self.conv1 = nn.Conv2d(in_channels, channels, 1, stride,",
            ),
            ("channels, channels, 3, stride=stride,", "channels, channels, 3,"),
        ],
    ),
    "no-expansion": (
        "The last convolution does not widen the maps by four.",
        "A bottle is wide again after its neck: 1x1-64, 3x3-64, 1x1-256 in L14.",
        [("wide = 4 * channels", "wide = channels")],
    ),
    "no-relu-after-middle": (
        "There is no ReLU behind the 3x3 convolution.",
        "Two of the three convolutions are followed by BN and ReLU, the last one by BN alone.",
        [("hidden = torch.relu(self.norm2(self.conv2(hidden)))", "hidden = self.norm2(self.conv2(hidden))")],
    ),
    "no-relu-after-first": (
        "There is no ReLU behind the first 1x1 convolution.",
        "Two of the three convolutions are followed by BN and ReLU, the last one by BN alone.",
        [("hidden = torch.relu(self.norm1(self.conv1(x)))", "hidden = self.norm1(self.conv1(x))")],
    ),
    "compares-with-the-neck": (
        "Whether x fits is decided by the depth of the neck, not by that of the output.",
        "x is added to F. How deep is F?",
        [("if stride != 1 or in_channels != wide:", "if stride != 1 or in_channels != channels:")],
    ),
    "bottleneck-projection-always": (
        "The shortcut is a projection everywhere, also where the shape stays.",
        "An identity has nothing to learn. When can x be added as it is?",
        [("if stride != 1 or in_channels != wide:", "if stride or in_channels:")],
    ),
    "bottleneck-projection-for-stride-only": (
        "There is a projection only where the stride is 2; a change of depth is forgotten.",
        "Two things can change the shape. Try a block of stride 1 from 5 channels with a neck of 3.",
        [("if stride != 1 or in_channels != wide:", "if stride != 1:")],
    ),
    "bottleneck-projection-without-stride": (
        "The projection does not have the stride of the block.",
        "Write the shape of both summands beside the sum, for stride 2.",
        [("wide, 1, stride=stride, bias=False", "wide, 1, bias=False")],
    ),
    "bottleneck-projection-without-norm": (
        "The projection is not followed by a BN.",
        "Which convolutions of this block have a BN behind them, by the docstring?",
        [("nn.Sequential(projection, nn.BatchNorm2d(wide))", "projection")],
    ),
    "bottleneck-projection-for-depth-only": (
        "There is a projection only where the depth changes; the stride is forgotten.",
        "Two things can change the shape. Try a block of stride 2 from 12 channels with a neck of 3.",
        [("if stride != 1 or in_channels != wide:", "if in_channels != wide:")],
    ),
    "bottleneck-one-norm-for-both": (
        "The first two convolutions share one BN.",
        "Each BN is a layer of its own, with a scale, a shift and running statistics of what comes out of *its* convolution.",
        [
            (
                "hidden = torch.relu(self.norm2(self.conv2(hidden)))",
                "hidden = torch.relu(self.norm1(self.conv2(hidden)))",
            )
        ],
    ),
    "bottleneck-with-bias": (
        "The convolutions of the branch have a bias.",
        "What does a BN do to a number that is added to all of its inputs? torch gives a bias unless it is told not to.",
        [
            ("(in_channels, channels, 1, bias=False)", "(in_channels, channels, 1)"),
            ("stride=stride, padding=1, bias=False", "stride=stride, padding=1"),
            ("(channels, wide, 1, bias=False)", "(channels, wide, 1)"),
        ],
    ),
    "bottleneck-activated-shortcut": (
        "The shortcut starts from the ReLU of the input.",
        "In a network the input of a block is never negative, so nobody notices. What does the docstring add to the branch?",
        [("self.shortcut: nn.Module = nn.Identity()", "self.shortcut: nn.Module = nn.ReLU()")],
    ),
    "bottleneck-statistics-not-kept": (
        "A BN keeps no running statistics, so that an image's result depends on its batch in evaluation mode too.",
        "What should one image give in evaluation mode: the same as in its batch, or not?",
        [("self.norm2 = nn.BatchNorm2d(channels)", "self.norm2 = nn.BatchNorm2d(channels, track_running_stats=False)")],
    ),
    "bottleneck-shortcut-without-gradient": (
        "No gradient comes back along the shortcut.",
        "The shortcut is there for the gradient above all. What cuts it: detach, .data, no_grad?",
        [(SUM, "return torch.relu(branch + self.shortcut(x.detach()))")],
    ),
}
