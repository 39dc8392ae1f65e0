"""Wrong joins of paths, branches and networks; same tables as in `counts`."""

from autograder.suite.misconceptions import Table

FRACTAL_JOIN: Table = {
    "mean-over-all-paths": (
        "The sum of the paths that are alive is divided by the number of all paths.",
        "Among how many paths is the mean taken, if some of them have been dropped?",
        [("np.mean(kept, axis=0)", "np.sum(kept, axis=0) / len(branches)")],
    ),
    "dead-paths-count": (
        "The mean is taken over all paths, those that were dropped among them.",
        "What is the second argument there for?",
        [("if lives]", "]")],
    ),
    "sum-of-the-paths": (
        "The paths that are alive are added up, and not averaged.",
        "How large is the answer, beside its inputs, when all paths say the same?",
        [("np.mean(", "np.sum(")],
    ),
    "alive-means-dropped": (
        "The paths that are alive are dropped, and the others are kept.",
        "Which of the paths does True stand for?",
        [("if lives", "if not lives")],
    ),
    "first-living-path": (
        "Only the first path that is alive counts.",
        "What does the join make of several paths that are alive?",
        [("np.mean(kept, axis=0)", "np.mean(kept[:1], axis=0)")],
    ),
    "mean-over-everything": (
        "The mean is taken over all places as well, so that a single number is left.",
        "How many numbers should come out, if each branch has a whole array of them?",
        [("np.mean(kept, axis=0)", "np.mean(kept)")],
    ),
    "largest-path": (
        "The largest number of all paths that are alive is taken at each place, as a pooling would do.",
        "How does the docstring join the paths?",
        [("np.mean(", "np.max(")],
    ),
    "median-of-the-paths": (
        "The median of the paths that are alive is taken, and not their mean.",
        "Which of the two does the formula in the docstring say?",
        [("np.mean(", "np.median(")],
    ),
    "first-paths": (
        "As many paths as are alive are averaged, but the first ones of the list, whichever are alive.",
        "Does it count only how many paths are alive, or also which?",
        [("np.mean(kept, axis=0)", "np.mean(branches[: len(kept)], axis=0)")],
    ),
    "number-of-paths-fixed": (
        "The sum is always divided by the same number of paths.",
        "How many paths are alive in this training step?",
        [("np.mean(kept, axis=0)", "np.sum(kept, axis=0) / 2")],
    ),
    "join-in-type-of-the-paths": (
        "The join takes the number type of the paths, which cuts off the fractions of a mean of integers.",
        "Is the mean of two integers always an integer?",
        [("np.mean(kept, axis=0)", "np.mean(kept, axis=0).astype(branches[0].dtype)")],
    ),
    "sum-written-into-a-path": (
        "The mean is written into a path that was passed in.",
        "Who else may still need the array that you add to?",
        [("np.mean(kept, axis=0)", "np.mean(kept, axis=0)\n    branches[0][...] = out")],
    ),
}

FRACTAL_DEPTH: Table = {
    "doubling-off-by-one": (
        "There is one doubling too many.",
        "How long is the path through a block of a single column?",
        [("range(columns - 1)", "range(columns)")],
    ),
    "one-more-per-column": (
        "Each further column is taken to add one convolution to the longest path.",
        "How many of the former blocks follow each other in the next one?",
        [("2 * depth", "1 + depth")],
    ),
    "all-convolutions-counted": (
        "All convolutions of the block are counted, and not those on its longest path.",
        "Is the single convolution beside the two blocks on the longest path?",
        [("2 * depth", "2 * depth + 1")],
    ),
    "shortest-path": (
        "The shortest path is counted, and not the longest.",
        "Which of the paths through the block has the most convolutions?",
        [("2 * depth", "depth")],
    ),
    "fractal-depth-as-float": (
        "The number of convolutions is a float.",
        "Of which type is the answer? Some ways to take a power return another type than they got.",
        [("depth = 1\n", "depth = 1.0\n")],
    ),
}

RESIDUAL: Table = {
    "scale-on-skip": (
        "The skip is scaled, and not what the branches add to it.",
        "Which of the two is to be kept small, so that training stays stable?",
        [("x + scale * projected", "scale * x + projected")],
    ),
    "scale-on-both": (
        "The skip is scaled together with the branches.",
        "What becomes of x behind many such modules in a row?",
        [("x + scale * projected", "scale * (x + projected)")],
    ),
    "scale-missing": (
        "What the branches add is not scaled.",
        "Which of the arguments have you not used?",
        [("scale * projected", "projected")],
    ),
    "relu-before-add": (
        "The ReLU stands before the sum, and not after it.",
        "Can a branch whose last step is a ReLU take something away from x?",
        [("relu(x + scale * projected)", "x + scale * relu(projected)")],
    ),
    "projection-rectified": (
        "There is a ReLU behind the projection, besides the one after the sum.",
        "What does the docstring say about the last convolution before the sum?",
        [("scale * projected", "scale * relu(projected)")],
    ),
    "no-relu": (
        "There is no ReLU after the sum.",
        "What is the last step of the module?",
        [("relu(x + scale * projected)", "x + scale * projected")],
    ),
    "skip-missing": (
        "The input is not added.",
        "What makes this module a residual one?",
        [("x + scale", "scale")],
    ),
    "branches-rectified": (
        "The maps of the branches go through a ReLU before the projection.",
        "Which of the ReLUs are the branches' own affair, and which one is the module's?",
        [("[branch(x) for", "[relu(branch(x)) for")],
    ),
    "projection-missing": (
        "The stack is added to x without the projection.",
        "How deep is the stack, and how deep is x?",
        [('np.einsum("oc,nchw->nohw", weight, maps) + bias[:, None, None]', "maps")],
    ),
    "projection-without-bias": (
        "The bias of the projection is left out.",
        "Of what does the projection consist?",
        [(" + bias[:, None, None]", "")],
    ),
    "bias-not-scaled": (
        "The bias of the projection is added behind the scaling.",
        "Is the bias a part of what is scaled?",
        [(" + bias[:, None, None]", ""), ("scale * projected", "scale * projected + bias[:, None, None]")],
    ),
    "weight-transposed": (
        "The weight of the projection is used the other way round.",
        "Which axis of the weight belongs to the channels that the projection reads?",
        [("oc,nchw", "co,nchw")],
    ),
    "branches-stacked-in-reverse": (
        "The branches are stacked in reverse order.",
        "Which branch do the first columns of the weight belong to?",
        [("for branch in branches]", "for branch in branches[::-1]]")],
    ),
    "branches-added": (
        "The outputs of the branches are added to each other.",
        "How many channels does the projection read?",
        [
            (
                "np.concatenate([branch(x) for branch in branches], axis=1)",
                "sum(branch(x) for branch in branches)",
            )
        ],
    ),
    "branches-in-a-row": (
        "Each branch reads the output of the one before it.",
        "Do the branches of an Inception module stand side by side, or one behind the other?",
        [
            (
                "    maps = np.concatenate([branch(x) for branch in branches], axis=1)",
                "    last = x\n    maps = np.concatenate([last := branch(last) for branch in branches], axis=1)",
            )
        ],
    ),
    "sum-in-type-of-x": (
        "The output takes the number type of x, which cuts off the fractions where x holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("scale * projected)", "scale * projected).astype(x.dtype)")],
    ),
    "sum-written-into-x": (
        "The sum is written into x.",
        "Who else may still need the array that you add to?",
        [
            (
                "    return relu(x + scale * projected)",
                "    x[...] = relu(x + scale * projected)\n    return x",
            )
        ],
    ),
}

ENSEMBLE: Table = {
    "averages-logits": (
        "The members' logarithms are averaged, and not their probabilities.",
        "Let one member be sure that a class is impossible: what is left of it in either mean?",
        [
            (
                "np.mean(probabilities, axis=0)",
                (
                    "np.exp(np.mean(np.log(np.asarray(probabilities) + 1e-30), axis=0))\n"
                    "    out = out / out.sum(axis=1, keepdims=True)"
                ),
            )
        ],
    ),
    "geometric-mean": (
        "The geometric mean of the probabilities is taken.",
        "Let one member be sure that a class is impossible: what is left of it in either mean?",
        [("np.mean(probabilities, axis=0)", "np.prod(probabilities, axis=0) ** (1 / len(probabilities))")],
    ),
    "majority-vote": (
        "Each member has one vote, for the class that it holds the most likely.",
        "What becomes of a member's doubts, when it may only name one class?",
        [
            (
                "np.mean(probabilities, axis=0)",
                "np.mean(np.eye(np.shape(probabilities)[2])[np.argmax(probabilities, axis=2)], axis=0)",
            )
        ],
    ),
    "softmax-once-more": (
        "The mean goes through a softmax, as if it were made of logits.",
        "What do the members hand over: logits, or something that has been through a softmax already?",
        [
            (
                "np.mean(probabilities, axis=0)",
                ("np.exp(np.mean(probabilities, axis=0))\n    out = out / out.sum(axis=1, keepdims=True)"),
            )
        ],
    ),
    "class-not-probabilities": (
        "The answer is the most likely class of each image, and not the probabilities of all classes.",
        "Which shape does the docstring promise?",
        [("np.mean(probabilities, axis=0)", "np.argmax(np.mean(probabilities, axis=0), axis=1)")],
    ),
    "sum-of-the-members": (
        "The members' probabilities are added up, and not averaged.",
        "What should the probabilities of all classes add up to?",
        [("np.mean(", "np.sum(")],
    ),
    "most-confident-member": (
        "The largest probability that any member gives is taken.",
        "What should the probabilities of all classes add up to?",
        [("np.mean(", "np.max(")],
    ),
    "median-of-the-members": (
        "The median of the members is taken, and not their mean.",
        "Which of the two does the formula in the docstring say?",
        [("np.mean(", "np.median(")],
    ),
    "first-member-only": (
        "Only the first member counts.",
        "How many networks does an ensemble ask?",
        [("np.mean(probabilities, axis=0)", "np.array(probabilities[0])")],
    ),
    "first-and-last-member": (
        "Only the first member and the last one count.",
        "How many networks does an ensemble ask?",
        [("np.mean(probabilities, axis=0)", "(probabilities[0] + probabilities[-1]) / 2")],
    ),
    "halved-at-each-member": (
        "Each member is averaged with the mean so far, so that later members count for more.",
        "What share of the answer does the first member have in the end, and what share the last one?",
        [
            (
                "np.mean(probabilities, axis=0)",
                ("np.array(probabilities[0])\n    for member in probabilities[1:]:\n        out = (out + member) / 2"),
            )
        ],
    ),
    "mean-over-images": (
        "The mean is taken over the images, and not over the members.",
        "Along which axis do the members stand?",
        [("axis=0", "axis=1")],
    ),
    "lists-only": (
        "The members are joined as lists are, which does something else to arrays.",
        "In which two forms may the probabilities come?",
        [("np.mean(probabilities, axis=0)", "np.mean(np.stack([] + probabilities), axis=0)")],
    ),
    "sum-written-into-a-member": (
        "The mean is written into the probabilities of the first member.",
        "Who else may still need the array that you add to?",
        [("np.mean(probabilities, axis=0)", "np.mean(probabilities, axis=0)\n    probabilities[0][...] = out")],
    ),
}
