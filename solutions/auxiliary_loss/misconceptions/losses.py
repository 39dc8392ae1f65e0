"""Wrong chains and classification losses: what is wrong, a hint, and the change.

Hints point at the idea, without code or numbers. A change is (old, new) in the source of the reference's function.
"""

from autograder.suite.misconceptions import Table

CHAIN_GRADIENT: Table = {
    "w1-included": (
        "The first layer contributes a weight besides its slope; the index before the first then fetches the last weight.",
        "Differentiate W1 x with respect to W1: does W1 remain? So how many weights are there for how many slopes?",
        [("gradient = x * slopes[0]", "gradient = x * weights[-1] * slopes[0]")],
    ),
    "first-weight-twice": (
        "The first weight of the list stands twice in the product, once in the place of W1.",
        "Differentiate W1 x with respect to W1: does W1 remain, and which weight is then the first in the list?",
        [("gradient = x * slopes[0]", "gradient = x * weights[0] * slopes[0]")],
    ),
    "first-weight-left-out": (
        "The first weight of the list is left out, as if it were W1.",
        "Which weight does the list begin with, and is the output a function of it that the chain rule walks through?",
        [("* weight * slopes[layer]", "* (weight if layer > 1 else 1) * slopes[layer]")],
    ),
    "slope-skipped": (
        "The slope of the first neuron is missing from the product.",
        "W1 acts through its own neuron first: which nonlinearity does its signal meet before it reaches W2?",
        [("gradient = x * slopes[0]", "gradient = x")],
    ),
    "last-slope-skipped": (
        "The slope of the last neuron is missing from the product.",
        "There is one slope more than there are weights: if they go in pairs, which slope is left over, and is it no factor?",
        [("gradient = x * slopes[0]", "gradient = x"), ("* weight * slopes[layer]", "* weight * slopes[layer - 1]")],
    ),
    "sum-instead-of-product": (
        "The layers' factors are added, where the chain rule multiplies them.",
        "One function inside another: how do their derivatives combine?",
        [("gradient * weight * slopes[layer]", "gradient + weight * slopes[layer]")],
    ),
    "input-left-out": (
        "The chain's input is missing from the product.",
        "What did W1 multiply on the way forward?",
        [("gradient = x * slopes[0]", "gradient = slopes[0]")],
    ),
    "weights-left-out": (
        "The slopes are multiplied, the weights between them are not.",
        "From one neuron's output to the next one's, there are two factors: which is the other?",
        [("gradient * weight * slopes[layer]", "gradient * slopes[layer]")],
    ),
    "slopes-left-out": (
        "The weights are multiplied, the slopes between them are not: this chain is linear.",
        "From one neuron's output to the next one's, there are two factors: which is the other?",
        [("gradient = x * slopes[0]", "gradient = x"), ("gradient * weight * slopes[layer]", "gradient * weight")],
    ),
    "sign-lost": (
        "The size of the gradient is returned, without its sign.",
        "Which way would an optimiser have to move W1, and where would it read that?",
        [("return gradient", "return abs(gradient)")],
    ),
    "logarithm-of-negative-factors": (
        "The product is taken through logarithms, which negative factors do not have.",
        "Which signs may the weights and the input have?",
        [("return gradient", "return np.exp(np.log(x) + np.log(weights).sum() + np.log(slopes).sum())")],
    ),
    "one-slope-for-all": (
        "One slope is taken for all of them.",
        "Does each neuron of a chain sit at the same point of its nonlinearity?",
        [("slopes[layer]", "slopes[0]")],
    ),
    "lists-joined-with-plus": (
        "The two sequences are joined with a plus sign, which adds arrays entry by entry.",
        "What does a plus sign do between two lists, and what between two arrays?",
        [("return gradient", "return x * np.prod(weights + slopes)")],
    ),
    "slopes-changed-on-the-way": (
        "The slopes that were passed in are changed on the way.",
        "Does your product make a new number, or does it write into a list that the caller still owns?",
        [("gradient = x * slopes[0]", "slopes[0] *= x\n    gradient = slopes[0]")],
    ),
    "at-least-two-neurons": (
        "A chain of a single neuron is not provided for.",
        "What is left of the product when there are no further weights?",
        [
            ("gradient = x * slopes[0]", "gradient = x * slopes[0] * weights[0] * slopes[1]"),
            ("enumerate(weights, start=1)", "enumerate(weights[1:], start=2)"),
        ],
    ),
}

SOFTMAX_CROSS_ENTROPY: Table = {
    "no-max-subtraction": (
        "The softmax takes exponentials of the logits as they come, and overflows when these are large.",
        "The softmax does not change when a constant is taken from all logits of a row: which constant makes it safe?",
        [
            ("logits - logits.max(axis=1, keepdims=True)", "logits"),
            (
                "shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))",
                "np.log(np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True))",
            ),
        ],
    ),
    "sum-of-exponentials-overflows": (
        "The logarithm is taken of a sum of exponentials that overflows when logits are large.",
        "A constant may be taken from all logits of a row, and given back later: which constant makes the sum safe?",
        [("logits - logits.max(axis=1, keepdims=True)", "logits")],
    ),
    "one-maximum-for-the-batch": (
        "The largest logit of the whole batch is taken from every row, so that a row far below it underflows.",
        "Must the rows of a batch share the constant that is taken from their logits?",
        [("logits.max(axis=1, keepdims=True)", "logits.max()")],
    ),
    "logarithm-of-underflown-probability": (
        "The logarithm is taken of probabilities that have become exactly zero.",
        "Which two operations undo each other in the logarithm of a softmax, and what is lost in between?",
        [
            (
                "shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))",
                "np.log(np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True))",
            ),
        ],
    ),
    "constant-inside-the-logarithm": (
        "A small constant keeps the probability inside the logarithm away from zero, which bounds the loss.",
        "How large should the loss of a confident mistake be, and what does your constant make of it?",
        [("-log_p[rows, labels].mean()", "-np.log(np.exp(log_p[rows, labels]) + 1e-12).mean()")],
    ),
    "sum-over-batch": (
        "Loss and gradient are summed over the batch, where they should be a mean.",
        "If every image of a batch came twice, what should the loss be?",
        [("[rows, labels].mean()", "[rows, labels].sum()"), ("dlogits / len(labels)", "dlogits")],
    ),
    "gradient-not-averaged": (
        "The loss is a mean over the batch, but its gradient is that of the sum.",
        "The loss is divided by something: what happens to its derivative?",
        [("dlogits / len(labels)", "dlogits")],
    ),
    "loss-not-averaged": (
        "The loss is summed over the batch, but its gradient is that of the mean.",
        "The gradient is divided by something: what happened to the loss?",
        [("[rows, labels].mean()", "[rows, labels].sum()")],
    ),
    "gradient-averaged-twice": (
        "The gradient is divided by the batch size twice.",
        "The loss is divided by something once: what happens to its derivative?",
        [("dlogits / len(labels)", "dlogits / len(labels) ** 2")],
    ),
    "gradient-averaged-over-all-logits": (
        "The gradient is divided by the number of all logits, where the loss is a mean over the rows.",
        "The loss is divided by something: what happens to its derivative?",
        [("dlogits / len(labels)", "dlogits / logits.size")],
    ),
    "averaged-over-classes-too": (
        "Loss and gradient are divided by the number of classes as well.",
        "One example has one loss: how many numbers is the mean over?",
        [("[rows, labels].mean()", "[rows, labels].mean() / logits.shape[1]"), ("/ len(labels)", "/ logits.size")],
    ),
    "labels-subtracted-from-logits": (
        "The labels are subtracted from the logits, rather than from the probabilities.",
        "Derive the gradient once more: which of the two quantities has rows that sum to one, as the labels' rows do?",
        [("dlogits = np.exp(log_p)", "dlogits = logits.astype(float)")],
    ),
    "labels-not-subtracted": (
        "The gradient is the probabilities alone; the right class is not pulled up.",
        "Which logit should grow when the network learns, and what sign says so?",
        [("dlogits[rows, labels] -= 1", "pass")],
    ),
    "one-subtracted-after-the-division": (
        "The probabilities are divided by the batch size before the labels are subtracted, and the labels are not divided.",
        "The gradient of a row is a difference: to which of its two parts does the mean over the batch apply?",
        [("-= 1", "-= len(labels)")],
    ),
    "every-label-in-every-row": (
        "Each label of the batch is subtracted in all rows, rather than in its own row.",
        "What does your index pick: one entry for each row, or whole columns?",
        [("dlogits[rows, labels]", "dlogits[:, labels]")],
    ),
    "gradient-sign-flipped": (
        "The gradient carries the minus sign of gradient descent.",
        "Is the minus sign part of the gradient, or of the step that descends along it? See the conventions.",
        [("return loss, dlogits / len(labels)", "return loss, -dlogits / len(labels)")],
    ),
    "loss-sign-flipped": (
        "The mean log-probability is returned without its minus sign.",
        "Can the loss of a classifier be negative?",
        [("loss = -log_p", "loss = log_p")],
    ),
    "softmax-over-the-batch": (
        "The softmax runs down the batch, rather than along the classes of each row.",
        "Which numbers should sum to one: those of one example or those of one class?",
        [("logits.max(axis=1", "logits.max(axis=0"), (".sum(axis=1", ".sum(axis=0")],
    ),
    "base-two-logarithm": (
        "The loss is measured in bits: its logarithm has the base two.",
        "Which logarithm does the docstring ask for, and which one undoes the exponential?",
        [("-log_p[rows, labels].mean()", "-log_p[rows, labels].mean() / np.log(2)")],
    ),
    "every-class-judged-alone": (
        "Each class is judged by a yes or no of its own, so that the wrong classes add to the loss as well.",
        "Does the docstring's formula have a term for the classes that are not the label?",
        [
            ("[rows, labels].mean()", "[rows, labels].mean() + others.mean()"),
            (
                "loss =",
                "others = -np.log1p(-np.exp(log_p)).sum(axis=1) + np.log1p(-np.exp(log_p))[rows, labels]\n    loss =",
            ),
        ],
    ),
    "label-of-the-largest-logit": (
        "The loss is that of the class that the network prefers, rather than of the right one.",
        "Who decides which probability the loss looks at: the network or the label?",
        [("-log_p[rows, labels].mean()", "-log_p.max(axis=1).mean()")],
    ),
    "gradient-without-max-subtraction": (
        "The loss is safe for large logits, but the gradient takes exponentials of the logits as they come.",
        "Loss and gradient need the same probabilities: have both of them the safe ones?",
        [("dlogits = np.exp(log_p)", "dlogits = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)")],
    ),
    "single-rows-flattened": (
        "Axes of length one are dropped from the gradient.",
        "Which shape does the docstring promise for a batch of one row?",
        [("dlogits / len(labels)", "np.squeeze(dlogits / len(labels))")],
    ),
    "logits-shifted-in-place": (
        "The logits that were passed in are changed on the way.",
        "Does your subtraction make a new array, or does it write into one that the caller still owns?",
        [
            (
                "shifted = logits - logits.max(axis=1, keepdims=True)",
                "logits -= logits.max(axis=1, keepdims=True)\n    shifted = logits",
            )
        ],
    ),
    "gradient-in-type-of-logits": (
        "The gradient is stored in the number type of the logits, which cuts fractions off when they are integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("dlogits / len(labels)", "(dlogits / len(labels)).astype(logits.dtype)")],
    ),
    "losses-in-type-of-logits": (
        "The losses are stored in the number type of the logits, which cuts fractions off when they are integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("-log_p[rows, labels].mean()", "(-log_p[rows, labels]).astype(logits.dtype).mean()")],
    ),
}
