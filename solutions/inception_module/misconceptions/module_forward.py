"""Wrong forward passes of Inception modules; same tables as in `layers`."""

from autograder.suite.misconceptions import Table

NINTH = (
    "ninth = np.eye(x.shape[1])[:, :, None, None] * np.full((3, 3), 1 / 9)\n    "  # an average pool as a convolution
)
EMPTY_BORDERS = """z_3x3[:, :, [0, -1]] = z_3x3[..., [0, -1]] = 0
    z_5x5[:, :, [0, 1, -2, -1]] = z_5x5[..., [0, 1, -2, -1]] = 0
    """
STACK = "relu(np.concatenate([z_1x1, z_3x3, z_5x5, z_pool_proj], axis=1))"

INCEPTION_FORWARD: Table = {
    "branch-order": (
        "The pool branch comes first in the stack.",
        "Compare the order of your stack with that of the docstring.",
        [("[z_1x1, z_3x3, z_5x5, z_pool_proj]", "[z_pool_proj, z_1x1, z_3x3, z_5x5]")],
    ),
    "pool-before-5x5": (
        "The pool branch comes before the 5x5 branch in the stack.",
        "Compare the order of your stack with that of the docstring.",
        [("z_5x5, z_pool_proj]", "z_pool_proj, z_5x5]")],
    ),
    "3x3-and-5x5-swapped": (
        "The 5x5 branch comes before the 3x3 branch in the stack.",
        "Compare the order of your stack with that of the docstring.",
        [("z_3x3, z_5x5, z_pool_proj]", "z_5x5, z_3x3, z_pool_proj]")],
    ),
    "stack-in-reverse": (
        "The branches are stacked in reverse order.",
        "Compare the order of your stack with that of the docstring.",
        [("[z_1x1, z_3x3, z_5x5, z_pool_proj]", "[z_pool_proj, z_5x5, z_3x3, z_1x1]")],
    ),
    "valid-padding": (
        "The large kernels run only where they fit into the image, and the other branches are cropped to what is left.",
        "What must hold for height and width of all branches so that they can be stacked, and what must the border be filled with?",
        [(f"out = {STACK}", f"out = {STACK}[:, :, 2:-2, 2:-2]")],
    ),
    "border-left-at-zero": (
        "The large kernels run only where they fit into the image, and the border of their maps is left at zero.",
        "What should a kernel do at the border: stand still, or find zeros outside of the image?",
        [
            (
                f"out = {STACK}",
                EMPTY_BORDERS + f"out = {STACK}",
            ),
        ],
    ),
    "pool-stride-2": (
        "The pool moves by two pixels at a time, and its smaller maps are stretched to fit the others.",
        "Every pixel of the stack belongs to one pixel of x: by how much should the pool's window move?",
        [
            (
                "pooled = max_pool_forward(x)",
                "pooled = max_pool_forward(x, stride=2).repeat(2, axis=2).repeat(2, axis=3)[:, :, : x.shape[2], : x.shape[3]]",
            ),
        ],
    ),
    "reduce-relu-missing": (
        "The reductions have no ReLU: each of them and the kernel behind it are one linear layer.",
        "What can two linear layers in a row do that a single one cannot?",
        [("a_3x3_reduce = relu(z_3x3_reduce)", "a_3x3_reduce = z_3x3_reduce"), ("relu(z_5x5_reduce)", "z_5x5_reduce")],
    ),
    "relu-behind-3x3-reduction-missing": (
        "The reduction of the 3x3 branch has no ReLU.",
        "Count the ReLUs on the way from x to the output, branch by branch.",
        [("a_3x3_reduce = relu(z_3x3_reduce)", "a_3x3_reduce = z_3x3_reduce")],
    ),
    "relu-behind-5x5-reduction-missing": (
        "The reduction of the 5x5 branch has no ReLU.",
        "Count the ReLUs on the way from x to the output, branch by branch.",
        [("a_5x5_reduce = relu(z_5x5_reduce)", "a_5x5_reduce = z_5x5_reduce")],
    ),
    "no-relu-at-the-end": (
        "The stacked maps are returned without a ReLU.",
        "After how many of the six convolutions does the docstring ask for a ReLU?",
        [(STACK, STACK.removeprefix("relu(").removesuffix(")"))],
    ),
    "relu-after-reductions-and-1x1-only": (
        "The large kernels and the pool projection have no ReLU.",
        "After how many of the six convolutions does the docstring ask for a ReLU?",
        [(STACK, "np.concatenate([relu(z_1x1), z_3x3, z_5x5, z_pool_proj], axis=1)")],
    ),
    "relu-after-large-kernels-missing": (
        "The maps of the 3x3 and the 5x5 branch are stacked without their last ReLU.",
        "Count the ReLUs on the way from x to the output, branch by branch.",
        [(STACK, "np.concatenate([relu(z_1x1), z_3x3, z_5x5, relu(z_pool_proj)], axis=1)")],
    ),
    "relu-after-projection-missing": (
        "The pool branch ends without a ReLU.",
        "The projection is a convolution: what follows every convolution of the module?",
        [(STACK, "np.concatenate([relu(z_1x1), relu(z_3x3), relu(z_5x5), z_pool_proj], axis=1)")],
    ),
    "relu-after-1x1-missing": (
        "The 1x1 branch ends without a ReLU.",
        "A 1x1 convolution is a convolution: what follows every one of them in the module?",
        [(STACK, "np.concatenate([z_1x1, relu(z_3x3), relu(z_5x5), relu(z_pool_proj)], axis=1)")],
    ),
    "projection-before-pool": (
        "The pool branch projects first and pools afterwards.",
        "Follow the arrows of the pool branch in the figure: which box comes first?",
        [
            ("pooled = max_pool_forward(x)", "pooled = x"),
            (
                'conv2d_forward(pooled, params["W_pool_proj"], params["b_pool_proj"])',
                'max_pool_forward(conv2d_forward(pooled, params["W_pool_proj"], params["b_pool_proj"]))',
            ),
        ],
    ),
    "projection-without-pool": (
        "The pool branch has no pool: its projection reads x.",
        "What would the pool branch add that the 1x1 branch has not, if nothing were pooled?",
        [("pooled = max_pool_forward(x)", "pooled = x")],
    ),
    "pool-padded-with-zeros": (
        "The pool takes zeros for what lies outside of the image, and they win where all entries are negative.",
        "What is the largest of a few negative numbers, and of the same numbers and a zero?",
        [
            (
                "pooled = max_pool_forward(x)",
                "pooled = max_pool_forward(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))))[:, :, 1:-1, 1:-1]",
            ),
        ],
    ),
    "average-pool-in-the-branch": (
        "The pool branch averages its window, where it should take the largest entry.",
        "Which pool do the figure and the docstring name?",
        [
            (
                "pooled = max_pool_forward(x)",
                NINTH + "pooled = conv2d_forward(x, ninth, np.zeros(x.shape[1]))",
            ),
        ],
    ),
    "x-activated-first": (
        "A ReLU is applied to x before the branches read it.",
        "What may the sign of x be, and what does each branch read?",
        [("z_1x1 = conv2d_forward(x,", "x = relu(x)\n    z_1x1 = conv2d_forward(x,")],
    ),
    "cache-after-relu": (
        "The cache keeps activations where the values before the ReLU belong.",
        "Which of the two does the name z stand for in this course?",
        [
            ('"z_1x1": z_1x1', '"z_1x1": relu(z_1x1)'),
            ('"z_3x3_reduce": z_3x3_reduce', '"z_3x3_reduce": a_3x3_reduce'),
            ('"z_3x3": z_3x3', '"z_3x3": relu(z_3x3)'),
            ('"z_5x5_reduce": z_5x5_reduce', '"z_5x5_reduce": a_5x5_reduce'),
            ('"z_5x5": z_5x5', '"z_5x5": relu(z_5x5)'),
            ('"z_pool_proj": z_pool_proj', '"z_pool_proj": relu(z_pool_proj)'),
        ],
    ),
    "cache-before-relu": (
        "The cache keeps the reduced maps from before their ReLU as their activations.",
        "Which of the two does the name a stand for in this course?",
        [('"a_3x3_reduce": a_3x3_reduce', '"a_3x3_reduce": z_3x3_reduce'), ('_reduce": a_5x5', '_reduce": z_5x5')],
    ),
    "cache-without-a-value-before-relu": (
        "The cache does not keep all six values z: one is missing, or something else stands under its name.",
        "Compare the keys of your cache with those of the docstring, letter by letter.",
        [("return out, cache", 'del cache["z_5x5"]\n    return out, cache')],
    ),
    "cache-without-what-a-layer-reads": (
        "The cache does not keep all that the layers read: something is missing, or something else stands under its name.",
        "Compare the keys of your cache with those of the docstring, letter by letter.",
        [("return out, cache", 'del cache["pooled"]\n    return out, cache')],
    ),
    "cache-without-parameters": (
        "The cache does not keep all parameters: some are missing, or something else stands under their names.",
        "Which layers will the gradient have to go back through, and what will it need of each?",
        [('"params": params', '"params": {key: params[key] for key in params if "reduce" not in key}')],
    ),
    "cache-not-returned": (
        "Only the output is returned, without the cache.",
        "How many values does the docstring promise?",
        [("return out, cache", "return out")],
    ),
    "module-of-single-images-flattened": (
        "Axes of length one are dropped from the output.",
        "Which shape does the docstring promise for a batch of one image?",
        [("return out, cache", "return np.squeeze(out), cache")],
    ),
    "module-in-type-of-x": (
        "The result is stored in the number type of x, which cuts fractions off when x holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("return out, cache", "return out.astype(x.dtype), cache")],
    ),
    "values-stored-in-params": (
        "Values of the forward pass are written into the dict of parameters that was passed in.",
        "Who else may still hold the dict that you write into?",
        [("return out, cache", 'params["pooled"] = pooled\n    return out, cache')],
    ),
    "x-changed-in-place": (
        "The values of x are changed on the way.",
        "Does your ReLU write into an array that the caller still owns?",
        [("cache = {", "x[x < 0] = 0\n    cache = {")],
    ),
}
