"""What the lectures claim, tried: one small experiment a file, with a sentence that is made from what was measured.

Each experiment is a function. It takes the blocks or functions that students write, what trains (`training.Training`),
and how much is computed (`setting.Setting`): every file has a SHORT setting for a notebook, half a minute or so on
scikit-learn's digits, a LONG one for a processor, and a FULL one for Fashion-MNIST on a GPU. It returns a
`results.Result`, which can be printed, and which `starter_code.plots.experiments` draws.

These are small networks, small images and few steps. What comes out says what happens *here*; where it differs from a
lecture, which speaks of networks a thousand times as large, both can be right.
"""
