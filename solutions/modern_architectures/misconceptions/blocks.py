"""Wrong blocks of stochastic depth and of dense layers; same tables as in `counts`."""

from autograder.suite.misconceptions import Table

STOCHASTIC: Table = {
    "dropped-at-inference": (
        "A coin decides about the branch at inference, too.",
        "Should a network that has been trained answer the same question in different ways?",
        [("if training:", "if True:")],
    ),
    "survival-scale-missing": (
        "At inference the branch is not scaled.",
        "How large was the share of the branch in training, on average over many steps?",
        [("survival * branch(x)", "branch(x)")],
    ),
    "scaled-by-the-drop": (
        "At inference the branch is scaled by the probability with which it was dropped.",
        "Of a branch that is hardly ever dropped, how much should be left at inference?",
        [("survival * branch(x)", "(1 - survival) * branch(x)")],
    ),
    "skip-scaled-at-inference": (
        "At inference the skip is scaled together with the branch.",
        "How often was the skip there in training?",
        [("x + survival * branch(x)", "survival * (x + branch(x))")],
    ),
    "inverted-dropout": (
        "The branch is scaled up in training, in place of being scaled down at inference.",
        "Dropout is often written that way. At which of the two times does the docstring scale, and in which direction?",
        [("x + branch(x) if", "x + branch(x) / survival if"), ("survival * branch(x)", "branch(x)")],
    ),
    "scaled-in-both-modes": (
        "A branch that survives is scaled up in training, and at inference the branch is scaled down as well.",
        "Two ways to make both modes agree are mixed here. Which of the two scalings does the docstring have?",
        [("x + branch(x) if", "x + branch(x) / survival if")],
    ),
    "scaled-in-training": (
        "A branch that survives in training is scaled as at inference.",
        "In training the coin already sees to it that the branch counts less. What happens if both do?",
        [("x + branch(x) if", "x + survival * branch(x) if")],
    ),
    "no-coin-in-training": (
        "In training the branch is scaled as at inference, in place of being kept or dropped.",
        "On average that is the same. What would it save in a training step?",
        [("if training:", "if False:")],
    ),
    "modes-swapped": (
        "Training and inference are taken for each other.",
        "When should the answer be random, and when should it be the same each time?",
        [("if training:", "if not training:")],
    ),
    "survival-inverted": (
        "The branch is dropped as often as it should survive.",
        "Is the number that you are given the probability of staying, or that of leaving?",
        [("rng.random() < survival", "rng.random() > survival")],
    ),
    "one-coin-per-sample": (
        "Each image of the batch has a coin of its own.",
        "If the whole block is to be left out of a training step, who has to share the coin?",
        [
            ("rng.random() < survival", "(rng.random(len(x)) < survival)[:, None, None, None]"),
            ("x + branch(x) if survives else x", "x + survives * branch(x)"),
        ],
    ),
    "one-coin-per-channel": (
        "Each channel of the maps has a coin of its own.",
        "What does this method drop: some of the maps, or a layer?",
        [
            ("rng.random() < survival", "(rng.random(x.shape[1]) < survival)[:, None, None]"),
            ("x + branch(x) if survives else x", "x + survives * branch(x)"),
        ],
    ),
    "one-coin-per-number": (
        "Each number of the maps has a coin of its own, as in dropout.",
        "What does this method drop: single numbers, or a layer?",
        [
            ("rng.random() < survival", "rng.random(x.shape) < survival"),
            ("x + branch(x) if survives else x", "x + survives * branch(x)"),
        ],
    ),
    "skip-dropped-too": (
        "Where the branch is dropped, the skip is dropped with it.",
        "What does the next block read in a step in which this one is left out?",
        [("else x", "else np.zeros_like(x)")],
    ),
    "fair-coin": (
        "The coin is a fair one, whatever the probability of survival.",
        "Which number decides how often the branch survives?",
        [("rng.random() < survival", "rng.random() < 0.5")],
    ),
    "coin-from-a-bell-curve": (
        "A normal number is compared with the probability of survival.",
        "How often is a number of this law below one half, and how often should the branch survive then?",
        [("rng.random() < survival", "rng.normal() < survival")],
    ),
    "no-coin-at-all": (
        "In training the answer follows from the survival alone: no coin is tossed that could fall otherwise next time.",
        "Should two training steps in a row always have the same blocks?",
        [("rng.random() < survival", "survival >= 0.5")],
    ),
    "always-there-in-training": (
        "In training the branch is always there.",
        "In which training steps should the block be left out, and what decides about that?",
        [("rng.random() < survival", "True")],
    ),
    "generator-of-its-own": (
        "In training the same survival gives the same answer in each call: the coin does not come from the generator that is passed in.",
        "Which generator were you given, and what is it there for?",
        [("rng.random() < survival", "np.random.default_rng(0).random() < survival")],
    ),
    "generator-left-as-it-was": (
        "In training rng is left as it was before the call, so that the next call tosses the same coin.",
        "If one rng is handed to all blocks of a network, should they all be dropped together?",
        [
            (
                "survives = rng.random() < survival",
                (
                    "before = rng.bit_generator.state\n"
                    "        survives = rng.random() < survival\n"
                    "        rng.bit_generator.state = before"
                ),
            )
        ],
    ),
    "coin-tossed-for-nothing": (
        "At inference a coin is tossed, although nothing depends on it.",
        "What does the docstring say about rng at inference?",
        [("if training:", "rng.random()\n    if training:")],
    ),
    "branch-called-twice": (
        "The branch is called more than once.",
        "How often does the docstring allow to call the branch?",
        [("out = x + survival * branch(x)", "branch(x)\n        out = x + survival * branch(x)")],
    ),
    "branch-reads-scaled-x": (
        "At inference the branch reads a scaled x, in place of being scaled itself.",
        "Is a branch with biases and ReLUs the same if the scale stands in front of it?",
        [("survival * branch(x)", "branch(survival * x)")],
    ),
    "x-overwritten": (
        "The answer at inference is written into x.",
        "Who else may still need the array that you add to?",
        [("out = x + survival * branch(x)", "x[...] = x + survival * branch(x)\n        out = x")],
    ),
    "x-overwritten-in-training": (
        "The answer in training is written into x.",
        "Who else may still need the array that you add to?",
        [("out: np.ndarray = x + branch(x) if survives else x", "x[...] = x + survives * branch(x)\n        out = x")],
    ),
}

EXPECTED: Table = {
    "linear-decay-from-zero": (
        "The blocks are counted from 0, so that the first one always survives and the last one too often.",
        "What always survives: the first block, or what it reads?",
        [("range(1, blocks + 1)", "range(blocks)")],
    ),
    "first-block-always-survives": (
        "Survival decays from the first block to the last, so that the first one always survives.",
        "What always survives: the first block, or what it reads?",
        [("1 - block / blocks * (1 - final_survival)", "1 - (block - 1) / max(blocks - 1, 1) * (1 - final_survival)")],
    ),
    "last-block-left-out": (
        "The last block is left out of the sum.",
        "Which numbers does the counter of your loop run through?",
        [("range(1, blocks + 1)", "range(1, blocks)")],
    ),
    "input-counted-as-a-block": (
        "What the network reads is counted as one block more.",
        "How many blocks should there be where all of them survive?",
        [("range(1, blocks + 1)", "range(blocks + 1)")],
    ),
    "halfway-between": (
        "The mean of both ends is taken for the mean of all blocks.",
        "One of the two ends is the input of the network. Is that one of the blocks?",
        [("return depth", "return blocks * (1 + final_survival) / 2")],
    ),
    "all-survive-alike": (
        "All blocks are taken to survive as often as the last one.",
        "Is every block dropped as often as the last one?",
        [("1 - block / blocks * (1 - final_survival)", "final_survival")],
    ),
    "survival-taken-for-drop": (
        "The survival of the last block is taken for the probability with which it is dropped.",
        "Put the last block into the formula: what should come out?",
        [("(1 - final_survival)", "final_survival")],
    ),
    "final-survival-of-the-paper": (
        "The last block is taken to survive half the time, whatever final survival was asked for.",
        "That is so in the paper's network; who chooses the survival of the last block here?",
        [("depth = 0.0", "final_survival = 0.5\n    depth = 0.0")],
    ),
    "mean-in-place-of-the-sum": (
        "The answer is the survival of a block on average, and not the number of blocks.",
        "How many blocks are there in a network in which all of them survive?",
        [("return depth", "return depth / blocks")],
    ),
    "geometric-decay": (
        "Each block survives as often as the one before it times a constant factor.",
        "Does survival fall by the same share from block to block, or by the same amount?",
        [("1 - block / blocks * (1 - final_survival)", "final_survival ** (block / blocks)")],
    ),
}

DENSE: Table = {
    "add-instead-of-concat": (
        "The output of each layer is added to the stack, where it should stand behind it.",
        "That is what a residual block does. What becomes of the number of channels in a dense block?",
        [("np.concatenate([stack, layer(stack)], axis=1)", "stack + layer(stack)")],
    ),
    "sees-last-only": (
        "Each layer reads the output of the layer before it, and nothing else.",
        "What is dense about a dense block: how many layers does each layer hear from?",
        [
            ("stack = x\n", "stack = last = x\n"),
            (
                "stack = np.concatenate([stack, layer(stack)], axis=1)",
                "last = layer(last)\n        stack = np.concatenate([stack, last], axis=1)",
            ),
        ],
    ),
    "sees-last-two": (
        "Each layer reads the two newest entries of the stack, and nothing older.",
        "What is dense about a dense block: how many layers does each layer hear from?",
        [
            ("stack = x\n", "stack, maps = x, [x]\n"),
            (
                "stack = np.concatenate([stack, layer(stack)], axis=1)",
                "maps.append(layer(np.concatenate(maps[-2:], axis=1)))\n        stack = np.concatenate(maps, axis=1)",
            ),
        ],
    ),
    "sees-input-only": (
        "Every layer reads the block's input, and not the outputs of the layers before it.",
        "What is dense about a dense block: how many layers does each layer hear from?",
        [("layer(stack)", "layer(x)")],
    ),
    "input-forgotten": (
        "From the second layer on, the layers do not read the block's input.",
        "What stands at the start of every stack?",
        [("layer(stack)", "layer(stack if stack is x else stack[:, x.shape[1] :])")],
    ),
    "order-reversed": (
        "Each new output is put in front of the stack.",
        "Where in the stack does the docstring put the block's input, and where the newest maps?",
        [("[stack, layer(stack)]", "[layer(stack), stack]")],
    ),
    "layers-in-reverse": (
        "The layers are called from the last one to the first.",
        "Which layer reads the block's input and nothing else?",
        [("in layers:", "in layers[::-1]:")],
    ),
    "input-not-handed-on": (
        "The block returns the outputs of its layers without its input.",
        "What can the layers behind the block read of its input, if it is not in the stack?",
        [("return stack", "return stack[:, x.shape[1] :] if layers else stack")],
    ),
    "last-output-returned": (
        "The block returns the output of its last layer only.",
        "The layers read stacks; what does the docstring say that the block returns?",
        [
            ("    return stack", "    return last"),
            ("stack = x\n", "stack = last = x\n"),
            ("[stack, layer(stack)]", "[stack, last := layer(stack)]"),
        ],
    ),
    "stacked-along-the-batch": (
        "The maps are joined along the batch, one image after the other.",
        "How many images go in, and how many should come out?",
        [("axis=1", "axis=0")],
    ),
    "layer-called-twice": (
        "Layers are called more than once.",
        "Can you keep what a layer has returned, where you need it again?",
        [("        stack = np.concatenate", "        layer(stack)\n        stack = np.concatenate")],
    ),
    "stack-in-type-of-x": (
        "The stack keeps the number type of the block's input, which cuts off the fractions of what the layers return.",
        "What happens to a fraction that is written into an array of integers?",
        [("axis=1)", "axis=1).astype(x.dtype)")],
    ),
    "layers-used-up": (
        "The list that was passed in is emptied on the way.",
        "Who else may still hold the list that you take layers from?",
        [("in layers:", "in [layers.pop(0) for _ in range(len(layers))]:")],
    ),
}
