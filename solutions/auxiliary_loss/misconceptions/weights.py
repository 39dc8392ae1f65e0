"""Wrong sums of losses and of gradients; same tables as in `losses`."""

from autograder.suite.misconceptions import Table

AUXILIARY_LOSS: Table = {
    "aux-loss-at-inference": (
        "The auxiliary losses count at inference too.",
        "What is left of the heads when the trained network is used?",
        [("if not training:", "if False:")],
    ),
    "aux-loss-at-inference-only": (
        "The flag is read the wrong way round: the heads count at inference, and in training they do not.",
        "When do the heads help: while the network learns, or afterwards?",
        [("if not training:", "if training:")],
    ),
    "heads-never-count": (
        "The auxiliary losses are left out in training as well.",
        "What would the heads learn from, if the loss did not know them?",
        [("main_loss + weight * sum(aux_losses)", "main_loss")],
    ),
    "weight-three": (
        "The auxiliary losses are weighted by three, as one lecture says it aloud.",
        "Two lectures disagree about this number: which one do the other and the paper give, and which does the call pass?",
        [("weight * sum(aux_losses)", "3 * sum(aux_losses)")],
    ),
    "three-by-default": (
        "In a call without a weight, the auxiliary losses are weighted by three, as one lecture says it aloud.",
        "Two lectures disagree about this number: which one do the other and the paper give?",
        [("weight * sum(aux_losses)", "(3 if weight == 0.3 else weight) * sum(aux_losses)")],
    ),
    "divided-by-three": (
        "The auxiliary losses are divided by three.",
        "A third is near to the number of the paper, but is it the one that the call passes?",
        [("weight * sum(aux_losses)", "sum(aux_losses) / 3")],
    ),
    "weight-fixed": (
        "The weight is always that of the paper, whatever is passed in.",
        "What is a default value for, and who may override it?",
        [("weight * sum(aux_losses)", "0.3 * sum(aux_losses)")],
    ),
    "weights-averaged": (
        "The auxiliary losses are averaged, where they should be added.",
        "If a second head is added, does the first one count less than before?",
        [("weight * sum(aux_losses)", "(weight * sum(aux_losses) / len(aux_losses) if len(aux_losses) else 0)")],
    ),
    "mean-of-no-heads": (
        "The auxiliary losses are averaged, where they should be added; where there are none, their mean is not a number.",
        "If a second head is added, does the first one count less than before, and what is the sum of no numbers?",
        [("sum(aux_losses)", "np.mean(aux_losses)")],
    ),
    "divided-by-the-number-of-heads": (
        "The auxiliary losses are divided by their number, where they should be added; where there are none, that number is zero.",
        "If a second head is added, does the first one count less than before, and what is the sum of no numbers?",
        [("sum(aux_losses)", "sum(aux_losses) / len(aux_losses)")],
    ),
    "main-loss-scaled": (
        "The main loss is scaled down to make room for the heads, as in a weighted mean.",
        "How much does the main loss count when there are heads, and how much when there are none?",
        [("return main_loss + weight", "return (1 - weight) * main_loss + weight")],
    ),
    "everything-weighted": (
        "The weight is put on the main loss as well.",
        "Which of the losses is to be held back, and which is what the network is trained for?",
        [("main_loss + weight * sum(aux_losses)", "weight * (main_loss + sum(aux_losses))")],
    ),
    "everything-averaged": (
        "The weighted sum is divided by the number of classifiers.",
        "Does the docstring's formula divide by anything?",
        [("main_loss + weight * sum(aux_losses)", "(main_loss + weight * sum(aux_losses)) / (1 + len(aux_losses))")],
    ),
    "unweighted": (
        "The auxiliary losses are added without any weight.",
        "Should a classifier in the middle count as much as the one at the end?",
        [("weight * sum(aux_losses)", "sum(aux_losses)")],
    ),
    "first-head-only": (
        "Only the first of the heads is counted.",
        "How many heads may a network have?",
        [("sum(aux_losses)", "sum(aux_losses[:1])")],
    ),
    "first-of-the-heads": (
        "Only the first of the heads is counted, and a network without heads is not provided for.",
        "How many heads may a network have?",
        [("sum(aux_losses)", "aux_losses[0]")],
    ),
    "exactly-two-heads": (
        "Two heads are counted, as many as GoogLeNet has, and a network with fewer is not provided for.",
        "How many heads may a network have?",
        [("sum(aux_losses)", "(aux_losses[0] + aux_losses[1])")],
    ),
    "two-heads-only": (
        "No more than two heads are counted, as many as GoogLeNet has.",
        "How many heads may a network have?",
        [("sum(aux_losses)", "sum(aux_losses[:2])")],
    ),
    "losses-scaled-in-place": (
        "The auxiliary losses that were passed in are changed on the way.",
        "Does your product make a new array, or does it write into one that the caller still owns?",
        [
            (
                "return main_loss + weight * sum(aux_losses)",
                "losses = np.asarray(aux_losses, dtype=float)\n    losses *= weight\n    return main_loss + sum(losses)",
            ),
        ],
    ),
    "losses-scaled-one-by-one-in-place": (
        "The auxiliary losses that were passed in are multiplied by the weight where they stand, one by one.",
        "Does your product make a new number, or does it write into a list that the caller still owns?",
        [
            (
                "return main_loss + weight * sum(aux_losses)",
                "for head in range(len(aux_losses)):\n        aux_losses[head] *= weight\n    return main_loss + sum(aux_losses)",
            ),
        ],
    ),
    "heads-times-zero-at-inference": (
        "At inference the auxiliary losses are multiplied by zero, which leaves nothing of a number, but not of infinity.",
        "What is zero times infinity, and do the heads have a say at inference?",
        [("if not training:", "if False:"), ("weight * sum(aux_losses)", "training * weight * sum(aux_losses)")],
    ),
    "weight-shrinks-with-each-head": (
        "Each head is weighted by a higher power of the weight than the one before.",
        "Is there anything in the docstring's formula that tells one head from another?",
        [("weight * sum(aux_losses)", "sum(weight ** (k + 1) * loss for k, loss in enumerate(aux_losses))")],
    ),
    "truth-of-an-array": (
        "The losses themselves are asked whether there are any, which a list can answer and an array cannot.",
        "Is a question needed at all: what is the sum of no numbers?",
        [("if not training:", "if not training or not aux_losses:")],
    ),
    "needs-a-head": (
        "A network without heads is not provided for.",
        "What is the sum of no numbers at all?",
        [("weight * sum(aux_losses)", "weight * (aux_losses[0] + sum(aux_losses[1:]))")],
    ),
}

BRANCH_GRADIENT: Table = {
    "trunk-gets-main-only": (
        "Nothing of the head's gradient reaches the trunk.",
        "The activation feeds two things: from how many of them does a gradient come back?",
        [("d_main + weight * d_aux", "d_main + 0 * d_aux")],
    ),
    "trunk-gets-head-only": (
        "The trunk hears the head alone; what comes back from above is dropped.",
        "The activation feeds two things: from how many of them does a gradient come back?",
        [("d_main + weight * d_aux", "weight * d_aux")],
    ),
    "aux-gradient-unweighted": (
        "The head's gradient is added without the weight of its loss.",
        "The auxiliary loss is multiplied by a constant: what happens to its gradient?",
        [("weight * d_aux", "d_aux")],
    ),
    "weight-applied-twice": (
        "The weight is applied twice to the head's gradient.",
        "The weight stands once in the loss: how often does it stand in the derivative?",
        [("weight * d_aux", "weight * weight * d_aux")],
    ),
    "gradient-weight-three": (
        "The head's gradient is weighted by three.",
        "Which weight belongs to the loss that is differentiated here?",
        [("weight * d_aux", "3 * d_aux")],
    ),
    "gradient-three-by-default": (
        "In a call without a weight, the head's gradient is weighted by three.",
        "Which weight does the loss have that is differentiated here?",
        [("weight * d_aux", "(3 if weight == 0.3 else weight) * d_aux")],
    ),
    "gradient-weight-fixed": (
        "The weight is always that of the paper, whatever is passed in.",
        "What is a default value for, and who may override it?",
        [("weight * d_aux", "0.3 * d_aux")],
    ),
    "main-gradient-scaled": (
        "The trunk's gradient is scaled down to make room for the head's, as in a weighted mean.",
        "How much does the main loss count in the sum of the losses?",
        [("d_main + weight", "(1 - weight) * d_main + weight")],
    ),
    "both-gradients-weighted": (
        "The weight is put on the trunk's gradient as well.",
        "Which of the two losses carries the weight?",
        [("d_main + weight * d_aux", "weight * (d_main + d_aux)")],
    ),
    "gradients-averaged": (
        "The two gradients are averaged, where they should be added.",
        "When a quantity influences the loss along two paths, how does calculus combine the two?",
        [("d_main + weight * d_aux", "(d_main + weight * d_aux) / 2")],
    ),
    "head-pulls-the-other-way": (
        "The head's gradient is subtracted.",
        "Should a small step of the trunk lower the auxiliary loss or raise it?",
        [("d_main + weight", "d_main - weight")],
    ),
    "roles-swapped": (
        "The weight is put on the trunk's gradient, and the head's counts in full.",
        "Which of the two losses carries the weight?",
        [("d_main + weight * d_aux", "weight * d_main + d_aux")],
    ),
    "sum-in-place-on-main": (
        "The head's gradient is added into the trunk's, an array that the caller still owns.",
        "Does your sum make a new array, or does it write into one that you were given?",
        [("return d_main + weight * d_aux", "d_main += weight * d_aux\n    return d_main")],
    ),
}
