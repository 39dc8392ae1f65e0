"""Wrong optimizers; same tables as in `blocks`."""

from autograder.suite.misconceptions import Table

ADAM: Table = {
    "adam-without-correction": (
        "The averages are not corrected for their start at zero.",
        "After one step m is (1 - beta1) grad: a tenth of the gradient. What makes up for that?",
        [("m / (1 - beta1**t)", "m"), ("r / (1 - beta2**t)", "r")],
    ),
    "adam-first-moment-corrected-only": (
        "Only the average of the gradients is corrected.",
        "Both averages start at zero.",
        [("r / (1 - beta2**t)", "r")],
    ),
    "adam-second-moment-corrected-only": (
        "Only the average of the squares is corrected.",
        "Both averages start at zero.",
        [("m / (1 - beta1**t)", "m")],
    ),
    "adam-corrections-without-power": (
        "The corrections are the same in every step.",
        "The start at zero matters less and less. Where does t come in?",
        [("beta1**t", "beta1"), ("beta2**t", "beta2")],
    ),
    "adam-step-counter-shared": (
        "All parameters share one step counter, which goes up with each of them.",
        "With a hundred parameters t would be 100 after one step. Each parameter has a t of its own.",
        [
            ("super().__init__(params,", "self.t = 0\n        super().__init__(params,"),
            ('t = state.get("t", 0) + 1', "t = self.t = self.t + 1"),
        ],
    ),
    "adam-counts-its-own-steps": (
        "All parameters share one step counter, which goes up by one in each step.",
        "A parameter that had no gradient for a while has taken fewer steps. And is such a counter in state_dict?",
        [
            ("super().__init__(params,", "self.t = 0\n        super().__init__(params,"),
            ("for group in self.param_groups:", "self.t += 1\n        for group in self.param_groups:"),
            ('t = state.get("t", 0) + 1', "t = self.t"),
        ],
    ),
    "adam-without-one-minus-beta": (
        "The gradient is added to its average without the factor (1 - beta1).",
        "In an average, the shares of old and new add up to one.",
        [("(1 - beta1) * w.grad\n", "w.grad\n")],
    ),
    "adam-epsilon-inside-root": (
        "Epsilon is inside the root.",
        "sqrt(r + eps) and sqrt(r) + eps differ where r is small: with eps = 1e-8, 1e-4 is not 1e-8.",
        [("(r_hat.sqrt() + eps)", "(r_hat + eps).sqrt()")],
    ),
    "adam-epsilon-before-correction": (
        "Epsilon is added to the root before that is corrected, which makes it larger in the first steps.",
        "In the formula, is it the corrected root that epsilon joins, or the other one?",
        [("(r_hat.sqrt() + eps)", "((r.sqrt() + eps) / (1 - beta2**t) ** 0.5)")],
    ),
    "adam-no-root": (
        "The step is divided by the average of the squares, without a root.",
        "A gradient over a squared gradient: which unit has that?",
        [("(r_hat.sqrt() + eps)", "(r_hat + eps)")],
    ),
    "adam-betas-swapped": (
        "beta1 and beta2 are swapped.",
        "Which average has the longer memory, that of the gradients or that of their squares?",
        [
            ("m = beta1 *", "m = beta2 *"),
            ("(1 - beta1) * w.grad", "(1 - beta2) * w.grad"),
            ("r = beta2 *", "r = beta1 *"),
            ("(1 - beta2) * w.grad**2", "(1 - beta1) * w.grad**2"),
            ("beta1**t", "beta2 ** t"),
            ("r / (1 - beta2**t)", "r / (1 - beta1**t)"),
        ],
    ),
    "adam-options-of-the-first-group": (
        "All groups are treated with the options of the first one.",
        "Each group is a dict with its own parameters *and* options.",
        [("group[name] for name", "self.param_groups[0][name] for name")],
    ),
    "adam-rate-from-the-start": (
        "The learning rate is the one that was given at the start; a schedule changes nothing.",
        "A schedule writes into self.param_groups. Where does your step read the rate?",
        [("w.sub_(lr * m_hat", 'w.sub_(self.defaults["lr"] * m_hat')],
    ),
    "adam-rate-of-the-first-step": (
        "The learning rate of a parameter's first step is kept for all later ones.",
        "A schedule changes the rate on the way. When do you read it?",
        [('t = state.get("t", 0) + 1', 't = state.get("t", 0) + 1\n                lr = state.setdefault("lr", lr)')],
    ),
    "adam-other-options-of-the-first-step": (
        "beta1, beta2 and epsilon of a parameter's first step are kept for all later ones.",
        "A schedule may change every option on the way, and not only the rate. When do you read them?",
        [
            (
                't = state.get("t", 0) + 1',
                (
                    't = state.get("t", 0) + 1\n'
                    '                beta1, beta2, eps = state.setdefault("kept", (beta1, beta2, eps))'
                ),
            )
        ],
    ),
    "adam-other-options-from-the-start": (
        "beta1, beta2 and epsilon are those that were given at the start, for all groups.",
        "Groups and schedules give every option, and not only the rate. Where does your step read them?",
        [
            (
                "for w in group",
                (
                    'beta1, beta2, eps = (self.defaults[name] for name in ("beta1", "beta2", "eps"))\n'
                    "            for w in group"
                ),
            )
        ],
    ),
    "adam-takes-missing-gradients-for-zero": (
        "A parameter without a gradient is treated as if its gradient were zero.",
        "With a gradient of zero, m still moves the parameter. One whose .grad is None is left alone.",
        [
            (
                "if w.grad is None:\n                    continue\n",
                "g = torch.zeros_like(w) if w.grad is None else w.grad\n",
            ),
            ("(1 - beta1) * w.grad\n", "(1 - beta1) * g\n"),
            ("(1 - beta2) * w.grad**2", "(1 - beta2) * g**2"),
        ],
    ),
    "adam-memory-outside-of-state": (
        "What Adam remembers is not in self.state, so that state_dict does not save it.",
        "state_dict saves self.state and the options. Where do you keep t, m and r?",
        [
            ("super().__init__(params,", "self.memory: dict = {}\n        super().__init__(params,"),
            ("state = self.state[w]", "state = self.memory.setdefault(w, {})"),
        ],
    ),
    "adam-closure-ignored": (
        "The closure is not called.",
        "The closure computes the loss and the gradients. Who else would?",
        [("loss = closure()", "pass")],
    ),
    "adam-closure-without-gradients": (
        "The closure is called where torch records nothing.",
        "The closure calls backward(): it needs torch.enable_grad(), if gradients have been switched off around it.",
        [("with torch.enable_grad():", "with torch.no_grad():")],
    ),
    "adam-closure-as-a-number": (
        "What the closure returned is made a number before it is returned.",
        "Whoever passes the closure in gets its result back, as it was. Of which type is it?",
        [("loss = closure()", "loss = float(closure())")],
    ),
    "adam-adds-to-gradients": (
        "The step changes the gradients.",
        "w.grad belongs to the caller. Operations whose name ends in an underscore, and +=, work in place.",
        [
            (
                'm = beta1 * state.get("m", 0.0) + (1 - beta1) * w.grad\n                r = beta2',
                'g = w.grad.clone()\n                m = beta1 * state.get("m", 0.0) + w.grad.mul_(1 - beta1)\n                r = beta2',
            ),
            ("(1 - beta2) * w.grad**2", "(1 - beta2) * g**2"),
        ],
    ),
    "adam-is-ascent": (
        "The step goes uphill.",
        "The minus sign belongs to the update.",
        [("w.sub_(lr", "w.add_(lr")],
    ),
    "ready-made-adam": (
        "The step is left to an optimizer that comes with torch.",
        "The formula is in the docstring: a few lines of tensor operations.",
        [
            (
                "for group in self.param_groups:",
                (
                    'torch.optim.Adam([w for group in self.param_groups for w in group["params"]]).step()\n'
                    "        for group in self.param_groups:"
                ),
            ),
        ],
    ),
}

MOMENTUM: Table = {
    "momentum-without-one-minus-beta": (
        "The gradient is added to the velocity without the factor (1 - beta).",
        "That is the heavy ball, and torch's SGD. In an average, the shares of old and new add up to one.",
        [("(1 - beta) * w.grad", "w.grad")],
    ),
    "momentum-is-a-step": (
        "The velocity is a step, to which the gradient adds in full and times the rate: the heavy ball, another convention than this one.",
        "Is the velocity of this formula an average of gradients, or a step that has the rate and its sign in it already?",
        [("+ (1 - beta) * w.grad", "- lr * w.grad"), ("w.sub_(lr * v)", "w.add_(v)")],
    ),
    "momentum-first-step-undamped": (
        "The first velocity is the gradient itself, as in torch's SGD.",
        "v is 0 before the first step, so the first v is (1 - beta) grad.",
        [('get("v", 0.0)', 'get("v", w.grad)')],
    ),
    "momentum-betas-swapped": (
        "The shares of old velocity and new gradient are swapped.",
        "With beta = 0.9 the ball keeps nine tenths of its velocity.",
        [("v = beta *", "v = (1 - beta) *"), ("+ (1 - beta) * w.grad", "+ beta * w.grad")],
    ),
    "momentum-not-remembered": (
        "The velocity is not kept for the next step.",
        "What does a ball do that forgets its velocity after every step?",
        [('self.state[w]["v"] = v', 'self.state[w]["u"] = v')],
    ),
    "momentum-corrected": (
        "The velocity is corrected for its start at zero, as in Adam.",
        "L14's rule has no correction: the ball starts slowly.",
        [
            (
                'self.state[w]["v"] = v',
                'self.state[w]["v"] = v\n                t = self.state[w]["t"] = self.state[w].get("t", 0) + 1',
            ),
            ("w.sub_(lr * v)", "w.sub_(lr * v / (1 - beta**t))"),
        ],
    ),
    "momentum-rate-in-the-velocity": (
        "The learning rate is inside the velocity, so that old steps keep their old rate.",
        "w <- w - lr v: the rate of this step multiplies the whole velocity.",
        [("(1 - beta) * w.grad", "lr * (1 - beta) * w.grad"), ("w.sub_(lr * v)", "w.sub_(v)")],
    ),
    "momentum-is-nesterov": (
        "The step takes the new gradient once more: that is Nesterov's rule.",
        "w <- w - lr v: nothing but the velocity moves w, and the gradient is in it already.",
        [("w.sub_(lr * v)", "w.sub_(lr * (beta * v + (1 - beta) * w.grad))")],
    ),
    "momentum-stale-velocity": (
        "The step is taken with the old velocity.",
        "The velocity is updated first, and w moves with the new one.",
        [
            (
                'v = beta * self.state[w].get("v", 0.0)',
                'old = self.state[w].get("v", 0.0)\n                v = beta * old',
            ),
            ("w.sub_(lr * v)", "w.sub_(lr * old)"),
        ],
    ),
    "momentum-options-of-the-first-group": (
        "All groups are treated with the options of the first one.",
        "Each group is a dict with its own parameters *and* options.",
        [('group["lr"], group["beta"]', 'self.param_groups[0]["lr"], self.param_groups[0]["beta"]')],
    ),
    "momentum-rate-from-the-start": (
        "The learning rate is the one that was given at the start; a schedule changes nothing.",
        "A schedule writes into self.param_groups. Where does your step read the rate?",
        [("w.sub_(lr * v)", 'w.sub_(self.defaults["lr"] * v)')],
    ),
    "momentum-beta-of-the-first-step": (
        "beta of a parameter's first step is kept for all later ones.",
        "A schedule may change every option on the way, and not only the rate. When do you read them?",
        [("v = beta *", 'beta = self.state[w].setdefault("beta", beta)\n                v = beta *')],
    ),
    "momentum-beta-from-the-start": (
        "beta is the one that was given at the start, for all groups.",
        "Groups and schedules give every option, and not only the rate. Where does your step read them?",
        [('group["lr"], group["beta"]', 'group["lr"], self.defaults["beta"]')],
    ),
    "momentum-memory-outside-of-state": (
        "The velocity is not in self.state, so that state_dict does not save it.",
        "state_dict saves self.state and the options. Where do you keep v?",
        [
            ("super().__init__(params,", "self.memory: dict = {}\n        super().__init__(params,"),
            ('self.state[w].get("v", 0.0)', "self.memory.get(w, 0.0)"),
            ('self.state[w]["v"] = v', "self.memory[w] = v"),
        ],
    ),
    "momentum-takes-missing-gradients-for-zero": (
        "A parameter without a gradient is treated as if its gradient were zero.",
        "With a gradient of zero, v still moves the parameter. One whose .grad is None is left alone.",
        [
            (
                "if w.grad is None:\n                    continue\n",
                "g = torch.zeros_like(w) if w.grad is None else w.grad\n",
            ),
            ("(1 - beta) * w.grad", "(1 - beta) * g"),
        ],
    ),
    "one-velocity-for-all": (
        "All parameters share one velocity.",
        "Each parameter has a velocity of its own, of its own shape.",
        [
            ('self.state[w].get("v", 0.0)', 'self.state["all"].get(str(w.shape), 0.0)'),
            ('self.state[w]["v"] = v', 'self.state["all"][str(w.shape)] = v'),
        ],
    ),
    "momentum-is-ascent": (
        "The step goes uphill.",
        "The minus sign belongs to the update.",
        [("w.sub_(lr", "w.add_(lr")],
    ),
    "momentum-closure-ignored": (
        "The closure is not called.",
        "The closure computes the loss and the gradients. Who else would?",
        [("loss = closure()", "pass")],
    ),
    "ready-made-momentum": (
        "The step is left to an optimizer that comes with torch.",
        "The formula is in the docstring: a few lines of tensor operations.",
        [
            (
                "for group in self.param_groups:",
                (
                    'torch.optim.SGD([w for group in self.param_groups for w in group["params"]]).step()\n'
                    "        for group in self.param_groups:"
                ),
            ),
        ],
    ),
    "momentum-closure-without-gradients": (
        "The closure is called where torch records nothing.",
        "The closure calls backward(): it needs torch.enable_grad(), if gradients have been switched off around it.",
        [("with torch.enable_grad():", "with torch.no_grad():")],
    ),
}
