"""Wrong Inception modules and auxiliary heads; same tables as in `blocks`."""

from autograder.suite.misconceptions import Table

STACK = "return torch.relu(torch.cat([one, three, five, pooled], dim=1))"

INCEPTION_MODULE: Table = {
    "branches-in-another-order": (
        "The branches are stacked in another order.",
        "The next module reads channels by their place. Which order does the docstring give?",
        [(STACK, "return torch.relu(torch.cat([pooled, one, three, five], dim=1))")],
    ),
    "five-before-three": (
        "The 3x3 branch and the 5x5 branch have changed places.",
        "The next module reads channels by their place. Which order does the docstring give?",
        [(STACK, "return torch.relu(torch.cat([one, five, three, pooled], dim=1))")],
    ),
    "no-relu-in-the-end": (
        "No ReLU follows the last convolution of each branch.",
        "A ReLU follows *every* convolution. Which ones are the last of their branch?",
        [(STACK, "return torch.cat([one, three, five, pooled], dim=1)")],
    ),
    "no-relu-in-the-1x1-branch": (
        "No ReLU follows the 1x1 convolution of the first branch.",
        "A ReLU follows every convolution, in each of the four branches.",
        [(STACK, "return torch.cat([one, torch.relu(three), torch.relu(five), torch.relu(pooled)], dim=1)")],
    ),
    "no-relu-in-the-pool-branch": (
        "No ReLU follows the 1x1 convolution of the pool branch.",
        "A ReLU follows every convolution, in each of the four branches.",
        [(STACK, "return torch.cat([torch.relu(one), torch.relu(three), torch.relu(five), pooled], dim=1)")],
    ),
    "no-relu-after-reductions": (
        "No ReLU follows the reductions.",
        "A ReLU follows every convolution, also the 1x1 ones inside two branches.",
        [
            ("torch.relu(self.three_reduce(x))", "self.three_reduce(x)"),
            ("torch.relu(self.five_reduce(x))", "self.five_reduce(x)"),
        ],
    ),
    "average-pooling": (
        "The pool branch takes averages.",
        "Which pooling does figure 2b of the paper name?",
        [("nn.MaxPool2d(3, stride=1, padding=1)", "nn.AvgPool2d(3, stride=1, padding=1)")],
    ),
    "projection-before-pooling": (
        "The pool branch projects first and pools then.",
        "Follow the docstring from left to right: pooling, then the 1x1 convolution.",
        [("self.project(self.pool(x))", "self.pool(self.project(x))")],
    ),
    "pool-branch-without-pooling": (
        "The pool branch does not pool.",
        "Four branches look at different neighbourhoods. What does the last one see?",
        [("self.project(self.pool(x))", "self.project(x)")],
    ),
    "five-reads-the-three-reduction": (
        "The 5x5 branch starts from the reduction of the 3x3 branch.",
        "Each of these two branches has a reduction of its own.",
        [
            ("self.five(torch.relu(self.five_reduce(x)))", "self.five(torch.relu(self.three_reduce(x)))"),
            ("nn.Conv2d(c5_reduce, c5, 5, padding=2)", "nn.Conv2d(c3_reduce, c5, 5, padding=2)"),
        ],
    ),
    "naive-module": (
        "The 3x3 and 5x5 convolutions read the input itself; there are no reductions.",
        "That is figure 2a. What do c3_reduce and c5_reduce save? Assignment `inception_ops` counts it.",
        [
            ("self.three(torch.relu(self.three_reduce(x)))", "self.three(x)"),
            ("self.five(torch.relu(self.five_reduce(x)))", "self.five(x)"),
            ("nn.Conv2d(c3_reduce, c3, 3, padding=1)", "nn.Conv2d(in_channels, c3, 3, padding=1)"),
            ("nn.Conv2d(c5_reduce, c5, 5, padding=2)", "nn.Conv2d(in_channels, c5, 5, padding=2)"),
        ],
    ),
    "unregistered-layers": (
        "The layers stand in a plain list or tuple, where torch does not find their parameters.",
        "Print list(module.parameters()). An optimizer sees nothing else. Assign layers to attributes, or use nn.ModuleList.",
        [
            ("self.one = nn.Conv2d(in_channels, c1, 1)", "self.hidden = [nn.Conv2d(in_channels, c1, 1)]"),
            ("one = self.one(x)", "one = self.hidden[0](x)"),
        ],
    ),
    "convolutions-without-bias": (
        "The last convolution of each branch has no bias.",
        "There is no BN here whose shift could take the place of a bias.",
        [
            ("nn.Conv2d(in_channels, c1, 1)", "nn.Conv2d(in_channels, c1, 1, bias=False)"),
            ("nn.Conv2d(c3_reduce, c3, 3, padding=1)", "nn.Conv2d(c3_reduce, c3, 3, padding=1, bias=False)"),
            ("nn.Conv2d(c5_reduce, c5, 5, padding=2)", "nn.Conv2d(c5_reduce, c5, 5, padding=2, bias=False)"),
            ("nn.Conv2d(in_channels, pool_proj, 1)", "nn.Conv2d(in_channels, pool_proj, 1, bias=False)"),
        ],
    ),
    "pool-branch-without-gradient": (
        "No gradient comes back through the pool branch.",
        "The input goes into four branches. From how many does its gradient come back?",
        [("self.project(self.pool(x))", "self.project(self.pool(x.detach()))")],
    ),
    "leftover-layer": (
        "There is a layer that the forward pass never uses.",
        "What is made in __init__ has parameters, used or not. Compare their number with what the docstring asks for.",
        [
            (
                "self.one = nn.Conv2d(in_channels, c1, 1)",
                "self.one = nn.Conv2d(in_channels, c1, 1)\n        self.naive = nn.Conv2d(in_channels, c3, 3, padding=1)",
            )
        ],
    ),
}

AUXILIARY_HEAD: Table = {
    "no-dropout": (
        "Nothing is dropped in training.",
        "Between the two linear layers stands a dropout.",
        [("self.fc2(self.dropout(units))", "self.fc2(units)")],
    ),
    "keeps-seven-in-ten": (
        "Three units in ten are dropped, where seven should be.",
        "0.7 is the share of units that is *dropped*. What does the argument of nn.Dropout mean?",
        [("nn.Dropout(0.7)", "nn.Dropout(0.3)")],
    ),
    "dropout-of-half": (
        "Half of the units are dropped, as torch does it when nothing is said.",
        "The paper drops more than half here. How many?",
        [("nn.Dropout(0.7)", "nn.Dropout()")],
    ),
    "dropout-in-evaluation": (
        "Units are dropped in evaluation mode too.",
        "nn.functional.dropout drops unless it is told not to; a layer nn.Dropout knows the mode of its module.",
        [("self.dropout(units)", "nn.functional.dropout(units, 0.7)")],
    ),
    "dropout-on-logits": (
        "The dropout comes after the last layer, so that logits are dropped.",
        "A logit of zero is a statement about a class. Which numbers should be dropped?",
        [("self.fc2(self.dropout(units))", "self.dropout(self.fc2(units))")],
    ),
    "dropout-on-the-map": (
        "The numbers that go into the first linear layer are dropped, and not those that come out of it.",
        "Which layer of the docstring has the units that are dropped: the convolution or the first linear layer?",
        [
            ("self.fc1(pooled.flatten(1))", "self.fc1(self.dropout(pooled.flatten(1)))"),
            ("self.fc2(self.dropout(units))", "self.fc2(units)"),
        ],
    ),
    "dropout-without-scaling": (
        "The units that are kept in training are not scaled up.",
        "Three units in ten are left. What must they be multiplied by, so that the mean stays what it was?",
        [("self.dropout(units)", "(units * (torch.rand_like(units) > 0.7) if self.training else units)")],
    ),
    "dropout-scaled-in-evaluation": (
        "Units are scaled down in evaluation mode, and not scaled up in training.",
        "The first paper on dropout did so. nn.Dropout does everything in training: what is left to do in evaluation mode?",
        [("self.dropout(units)", "(units * (torch.rand_like(units) > 0.7) if self.training else 0.3 * units)")],
    ),
    "one-mask-for-the-batch": (
        "All images of a batch have the same units dropped.",
        "Which shape has the mask: that of one image's units, or that of the whole batch?",
        [("self.dropout(units)", "units * self.dropout(torch.ones_like(units[:1]))")],
    ),
    "mask-drawn-once": (
        "Which units are dropped is drawn once, and stays in every pass.",
        "A unit that is never there learns nothing. When are the dice thrown?",
        [
            ("self.fc2(self.dropout(units))", "self.fc2(self.masked(units))"),
            (
                "        return logits",
                (
                    "        return logits\n\n"
                    "    def masked(self, units):\n"
                    "        if not self.training:\n"
                    "            return units\n"
                    '        if getattr(self, "mask", units[0]).shape != units.shape:\n'
                    "            self.mask = self.dropout(torch.ones_like(units))\n"
                    "        return units * self.mask"
                ),
            ),
        ],
    ),
    "max-instead-of-average": (
        "The head takes maxima where it should take averages.",
        "Which pooling does the docstring name?",
        [("nn.AdaptiveAvgPool2d(4)", "nn.AdaptiveMaxPool2d(4)")],
    ),
    "no-relu-after-convolution": (
        "No ReLU follows the 1x1 convolution.",
        "What are a convolution and a linear layer, one after the other, without anything between them?",
        [("torch.relu(self.conv(self.pool(x)))", "self.conv(self.pool(x))")],
    ),
    "no-relu-after-linear": (
        "No ReLU follows the first linear layer.",
        "What are two linear layers, one after the other, without anything between them?",
        [("torch.relu(self.fc1(pooled.flatten(1)))", "self.fc1(pooled.flatten(1))")],
    ),
    "relu-on-logits": (
        "A ReLU follows the last layer, so that no logit is negative.",
        "How would such a head say that a class is unlikely?",
        [("return logits", "return torch.relu(logits)")],
    ),
    "softmax-in-the-head": (
        "The head returns probabilities.",
        "The cross-entropy takes logits and does the softmax itself. What happens when it is done twice?",
        [("return logits", "return torch.softmax(logits, dim=1)")],
    ),
    "channels-last-flatten": (
        "The map is flattened pixel by pixel, channels last.",
        "torch flattens channel by channel. Which axis varies fastest in (C, H, W)?",
        [("pooled.flatten(1)", "pooled.permute(0, 2, 3, 1).flatten(1)")],
    ),
    "paper-pooling": (
        "The head pools 5x5 with stride 3, which fits on maps of 14x14 only.",
        "That is the paper's. Adaptive pooling takes a map of any size to 4x4, with other windows.",
        [("nn.AdaptiveAvgPool2d(4)", "nn.AvgPool2d(5, stride=3)")],
    ),
    "head-cut-off-from-the-trunk": (
        "No gradient reaches the map that the head reads.",
        "What is an auxiliary head for? Its gradient has to reach the trunk.",
        [("self.pool(x)", "self.pool(x.detach())")],
    ),
    "fixed-sizes": (
        "The sizes of the layers are those of the paper, whatever hidden and width say.",
        "Four numbers come in; which of them have you used?",
        [
            ("nn.Conv2d(in_channels, hidden, 1)", "nn.Conv2d(in_channels, 128, 1)"),
            ("nn.Linear(16 * hidden, width)", "nn.Linear(2048, 1024)"),
            ("nn.Linear(width, num_classes)", "nn.Linear(1024, num_classes)"),
        ],
    ),
}
