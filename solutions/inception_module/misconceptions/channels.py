"""Wrong stacks and splits; same tables as in `layers`."""

from autograder.suite.misconceptions import Table

CONCAT: Table = {
    "wrong-axis": (
        "The branches are joined along the last axis, side by side, rather than along the channels.",
        "In which order do the axes of an image stand in this course, and which of them should grow?",
        [("axis=1", "axis=-1")],
    ),
    "joined-along-the-batch": (
        "The branches are joined along the batch, one after the other.",
        "How many images go in, and how many should come out?",
        [("axis=1", "axis=0")],
    ),
    "stacked-on-a-new-axis": (
        "The branches are put on an axis of their own.",
        "How many axes does the docstring promise, and which one grows?",
        [("np.concatenate(branches, axis=1)", "np.stack(branches, axis=1)")],
    ),
    "summed-not-stacked": (
        "The branches are added to each other, where they should stand behind each other.",
        "Adding is what a residual block does: what becomes of the number of channels here?",
        [("np.concatenate(branches, axis=1)", "sum(branches)")],
    ),
    "stacked-in-reverse": (
        "The branches are stacked in reverse order.",
        "Which branch does channel zero of the output belong to?",
        [("np.concatenate(branches, axis=1)", "np.concatenate(branches[::-1], axis=1)")],
    ),
    "always-four-branches": (
        "The stack counts on four branches.",
        "What does the docstring promise about the length of the list?",
        [("return np", "first, second, third, fourth = branches\n    return np")],
    ),
    "stack-in-type-of-the-first": (
        "The stack takes the number type of its first branch, which cuts off the fractions of the others.",
        "What happens to a fraction that is written into an array of integers?",
        [("np.concatenate(branches, axis=1)", "np.concatenate(branches, axis=1).astype(branches[0].dtype)")],
    ),
    "stack-in-type-of-the-last": (
        "The stack takes the number type of its last branch, which cuts off the fractions of the others.",
        "What happens to a fraction that is written into an array of integers?",
        [("np.concatenate(branches, axis=1)", "np.concatenate(branches, axis=1).astype(branches[-1].dtype)")],
    ),
    "list-used-up": (
        "The list that was passed in is emptied on the way.",
        "Who else may still hold the list that you take branches from?",
        [
            (
                "return np.concatenate(branches, axis=1)",
                "out = np.concatenate(branches, axis=1)\n    branches.clear()\n    return out",
            )
        ],
    ),
}

SPLIT: Table = {
    "split-offsets-wrong": (
        "The numbers of channels are taken for the places at which to cut.",
        "Where does the second branch begin, and where the third, if you count channels from the start of the stack?",
        [("ends = np.cumsum(channels)", "ends = np.array(channels)")],
    ),
    "split-offsets-wrong-and-rest-dropped": (
        "The numbers of channels are taken for the places at which to cut, the last of them too, and the rest is dropped.",
        "Where does the second branch begin, and where the third, if you count channels from the start of the stack?",
        [("np.split(dout, ends[:-1], axis=1)", "np.split(dout, channels, axis=1)[: len(channels)]")],
    ),
    "starts-not-added-up": (
        "Each part begins where the number of channels of the branch before it says, and not behind all branches before it.",
        "Where does the third branch begin, if you count channels from the start of the stack?",
        [
            (
                "np.split(dout, ends[:-1], axis=1)",
                "[dout[:, start : start + count] for start, count in zip([0, *channels], channels)]",
            ),
        ],
    ),
    "channels-skipped-between-parts": (
        "One channel is left out between each part and the next.",
        "Is the end of a slice part of it? Which channel comes next?",
        [
            (
                "np.split(dout, ends[:-1], axis=1)",
                "[dout[:, end - count + k : end + k] for k, (end, count) in enumerate(zip(ends, channels))]",
            ),
        ],
    ),
    "split-along-the-batch": (
        "The gradient is cut along the batch, rather than along the channels.",
        "Along which axis were the branches joined, and along which does numpy cut if nobody says otherwise?",
        [("axis=1", "axis=0")],
    ),
    "split-into-equal-parts": (
        "The gradient is cut into parts of equal depth, whatever the branches had.",
        "Have all branches the same number of channels?",
        [("np.split(dout, ends[:-1], axis=1)", "np.array_split(dout, len(ends), axis=1)")],
    ),
    "split-along-the-wrong-axis": (
        "The gradient is cut along the last axis, rather than along the channels.",
        "Along which axis were the branches joined?",
        [("axis=1", "axis=-1")],
    ),
    "parts-in-reverse": (
        "The parts come in reverse order.",
        "Whose gradient is part zero?",
        [("np.split(dout, ends[:-1], axis=1)", "np.split(dout, ends[:-1], axis=1)[::-1]")],
    ),
    "empty-part-at-the-end": (
        "After the last branch comes one more part, which is empty.",
        "How many cuts does it take to get a given number of parts?",
        [("ends[:-1]", "ends")],
    ),
    "every-branch-gets-all": (
        "Every branch gets the whole gradient.",
        "Which channels of the output did each branch have a part in?",
        [("np.split(dout, ends[:-1], axis=1)", "[dout for _ in channels]")],
    ),
    "single-part-without-list": (
        "A single part comes without a list around it.",
        "What does the docstring promise to return, however many branches there are?",
        [
            (
                "return np.split(dout, ends[:-1], axis=1)",
                "parts = np.split(dout, ends[:-1], axis=1)\n    return parts if len(parts) > 1 else parts[0]",
            ),
        ],
    ),
    "channels-summed-in-place": (
        "The list of channels that was passed in is turned into a list of places.",
        "Do your running sums make a new list, or do they write into one that the caller still owns?",
        [("return np", "channels[:] = [int(end) for end in ends]\n    return np")],
    ),
}
