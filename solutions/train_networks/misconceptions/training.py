"""Wrong training steps and frozen networks; same tables as in `blocks`."""

from autograder.suite.misconceptions import Table

HEADS = "for head in heads:\n        loss = loss + aux_weight * nn.functional.cross_entropy(head, labels)\n"
HOLD = "layer.register_forward_pre_hook(hold)"

TRAIN_STEP: Table = {
    "gradients-not-cleared": (
        "Gradients of earlier batches are added to those of this one.",
        "backward() *adds* to .grad. Who sets it back?",
        [("optimizer.zero_grad()", "pass")],
    ),
    "stays-in-evaluation-mode": (
        "The model is not put into training mode.",
        "A model that has just been tested is in evaluation mode. Which layers does that matter to?",
        [("model.train()", "pass")],
    ),
    "mode-restored": (
        "The model is put back into the mode in which it arrived.",
        "In which mode is the model afterwards, by the docstring?",
        [
            ("model.train()", "mode = model.training\n    model.train()"),
            ("return loss.item()", "model.train(mode)\n    return loss.item()"),
        ],
    ),
    "two-passes": (
        "The images go through the network twice in each step.",
        "A pass in training mode moves the statistics of every BN. How often should one batch do that?",
        [("output = model(images)", "model(images)\n    output = model(images)")],
    ),
    "heads-ignored": (
        "The heads do not count in the loss.",
        "In training mode the network returns a pair. What is the second part for?",
        [(HEADS, "pass\n")],
    ),
    "first-head-only": (
        "Only the first head counts.",
        "The docstring sums over the heads. How many are there?",
        [("for head in heads:", "for head in heads[:1]:")],
    ),
    "last-head-only": (
        "Only the last head counts.",
        "In a loop over the heads, is each of their losses added, or does each take the place of the one before?",
        [("for head in heads:", "for head in heads[-1:]:")],
    ),
    "heads-averaged": (
        "The losses of the heads are averaged rather than added.",
        "Each head counts aux_weight, however many there are.",
        [("loss + aux_weight *", "loss + aux_weight / len(heads) *")],
    ),
    "heads-at-full-weight": (
        "The heads count as much as the main loss.",
        "What is aux_weight for?",
        [("loss + aux_weight *", "loss +")],
    ),
    "heads-always-at-0.3": (
        "The heads count 0.3, whatever aux_weight says.",
        "0.3 is the usual value, not the only one.",
        [("loss + aux_weight *", "loss + 0.3 *")],
    ),
    "total-weight-one": (
        "The main loss is scaled down so that all weights add up to one.",
        "The main loss counts fully; heads are added to it.",
        [(HEADS, HEADS + "    loss = loss / (1 + aux_weight * len(heads))\n")],
    ),
    "summed-over-the-batch": (
        "The loss is summed over the batch.",
        "The loss is a mean: a batch twice as large takes a step of the same size.",
        [
            ("cross_entropy(logits, labels)", 'cross_entropy(logits, labels, reduction="sum")'),
            ("cross_entropy(head, labels)", 'cross_entropy(head, labels, reduction="sum")'),
        ],
    ),
    "main-loss-returned": (
        "What is returned is the loss of the last layer, without the heads.",
        "The whole loss is returned: what the gradients are those of.",
        [
            (
                "loss = nn.functional.cross_entropy(logits, labels)",
                "loss = main = nn.functional.cross_entropy(logits, labels)",
            ),
            ("return loss.item()", "return main.item()"),
        ],
    ),
    "loss-after-the-step": (
        "The loss is computed once more, after the step.",
        "The loss that belongs to the gradients is there already, and a second pass moves the statistics of every BN again.",
        [
            (
                "return loss.item()",
                (
                    "output = model(images)\n"
                    "    logits, heads = output if isinstance(output, tuple) else (output, [])\n"
                    "    again = nn.functional.cross_entropy(logits, labels)\n"
                    "    for head in heads:\n"
                    "        again = again + aux_weight * nn.functional.cross_entropy(head, labels)\n"
                    "    return again.item()"
                ),
            ),
        ],
    ),
    "tensor-returned": (
        "What is returned is no Python float: a tensor, say, which may hold on to the graph of the whole batch.",
        "Sum up a thousand of these losses, and look at the memory. A tensor of one number has a method that gives it.",
        [("return loss.item()", "return loss")],
    ),
    "weights-do-not-move": (
        "The weights do not move: there is no step, or the gradients are cleared before it.",
        "Three things are done to gradients: clear, compute, use. In which order?",
        [("optimizer.step()", "pass")],
    ),
    "softmax-before-cross-entropy": (
        "The softmax is done twice.",
        "torch's cross_entropy takes logits.",
        [
            ("cross_entropy(logits, labels)", "cross_entropy(logits.softmax(dim=1), labels)"),
            ("cross_entropy(head, labels)", "cross_entropy(head.softmax(dim=1), labels)"),
        ],
    ),
    "own-descent": (
        "The step is plain gradient descent, whatever optimizer is given.",
        "How a step uses the gradients is the optimizer's affair. What do you have to ask of it?",
        [
            (
                "optimizer.step()",
                (
                    "for group in optimizer.param_groups:\n"
                    '        for w in group["params"]:\n'
                    "            if w.grad is not None:\n"
                    '                w.data -= group["lr"] * w.grad'
                ),
            )
        ],
    ),
}

FREEZE_FOR_TRANSFER: Table = {
    "batch-norm-not-held": (
        "In training mode the trunk's BN uses the batch, and its running statistics move.",
        "Running statistics are no parameters, and whatever mode a layer is in, the next model.train() puts it into training mode.",
        [(HOLD, "pass")],
    ),
    "one-batch-norm-held": (
        "Only the first BN of the trunk is held.",
        "A trunk has as many BN layers as convolutions. Does your loop reach the last one?",
        [(HOLD, f"{HOLD}\n            break")],
    ),
    "held-in-the-mode-of-arrival": (
        "The BN layers are held in the mode in which the network arrives, even if that is training mode.",
        "A layer whose train() does nothing stays as it is. In which mode has it to stay?",
        [(HOLD, "layer.train = lambda mode=True: None")],
    ),
    "nothing-done-in-evaluation-mode": (
        "A network that arrives in evaluation mode is not held there.",
        "Whoever trains calls model.train() first. Does it matter in which mode a BN has arrived?",
        [("if isinstance(layer, nn.BatchNorm2d):", "if isinstance(layer, nn.BatchNorm2d) and layer.training:")],
    ),
    "statistics-held-but-not-used": (
        "The running statistics stay, but in training mode the trunk normalises with the batch.",
        "Two things are asked of a BN: to leave its statistics as they are, and to normalise with them.",
        [(HOLD, "layer.momentum = 0.0")],
    ),
    "trunk-learns": (
        "The trunk's parameters still ask for gradients.",
        "How does a parameter say that it is not to be trained?",
        [("parameter.requires_grad = False", "pass")],
    ),
    "head-frozen-too": (
        "The new head is frozen as well, so that nothing learns.",
        "A new layer asks for gradients. What have you done after making it?",
        [
            (
                "return model",
                "for parameter in model.parameters():\n        parameter.requires_grad = False\n    return model",
            ),
        ],
    ),
    "old-head-kept": (
        "Where the number of classes stays, the old head is kept.",
        "The new classes are others, even if there are as many.",
        [
            (
                "model.fc = nn.Linear(old.in_features, num_classes)",
                (
                    "if old.out_features != num_classes:\n"
                    "        model.fc = nn.Linear(old.in_features, num_classes)\n"
                    "    for parameter in model.fc.parameters():\n"
                    "        parameter.requires_grad_()"
                ),
            )
        ],
    ),
    "head-without-bias": (
        "The new head has no bias.",
        "The docstring says what kind of layer the new head is.",
        [("nn.Linear(old.in_features, num_classes)", "nn.Linear(old.in_features, num_classes, bias=False)")],
    ),
    "head-from-a-fixed-seed": (
        "Every new head has the same numbers, since a seed is set before it is made.",
        "Whoever calls the function sets the seed. What does setting it inside do to an experiment with three seeds?",
        [("model.fc = nn.Linear", "torch.manual_seed(0)\n    model.fc = nn.Linear")],
    ),
    "linear-layers-of-the-trunk-learn": (
        "Linear layers of the trunk still learn.",
        "The trunk is everything before model.fc, whatever kinds of layers it has.",
        [
            (
                "for parameter in model.parameters():\n        parameter.requires_grad = False",
                (
                    "for layer in model.modules():\n"
                    "        if isinstance(layer, nn.Conv2d | nn.BatchNorm2d):\n"
                    "            layer.requires_grad_(False)"
                ),
            )
        ],
    ),
    "scales-of-batch-norm-learn": (
        "Scale and shift of the trunk's BN layers still learn.",
        "They are parameters of the trunk like any other.",
        [(HOLD, f"{HOLD}\n            layer.requires_grad_()")],
    ),
    "trunk-reset": (
        "The trunk is reset to a fresh start.",
        "What the trunk has learned is what is transferred.",
        [
            (
                "if isinstance(layer, nn.BatchNorm2d):\n",
                "if isinstance(layer, nn.Conv2d):\n            layer.reset_parameters()\n        if isinstance(layer, nn.BatchNorm2d):\n",
            )
        ],
    ),
}
