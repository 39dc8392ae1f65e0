"""Mechanical mutants of the reference that are right answers too, each with the reason: no test can catch them, and none should.

`autograder quality` names mutants that no test catches. It also says when one of these is caught, or is none any more.
"""

STRIDE = "A stride is a whole number of at least 1, so it differs from 1 where it is larger."
SMALL = "Python keeps one object for each whole number up to 256, and maps of that depth would cost more than all other tests."
LISTS = (
    "The probe fills layers from this list: a class sees the numbers in its layers, not how many entries the list has."
)
HEAD = "Where the new head's numbers come from is free: only the test of a fresh head looks at them, whatever torch's seed is."
FOUR = "There are at least four channels that come out, and no other gradient goes back."
DROPOUT = "Which units are dropped is free, so it may be the same ones whatever torch's seed is."
OPTIONS = "The docstring says that no option is negative."
WHOLE = (
    "On the network itself the hook holds all of its layers whenever it runs, BN among them; the new head has no mode."
)

EQUIVALENT = {
    "ResidualBlock: if stride != 1 or in_channels != out_channels: -> if stride > 1 or in_channels != out_channels:": STRIDE,
    "BottleneckBlock: if stride != 1 or in_channels != wide: -> if stride > 1 or in_channels != wide:": STRIDE,
    "ResidualBlock: if stride != 1 or in_channels != out_channels:"
    " -> if stride != 1 or in_channels is not out_channels:": SMALL,
    "BottleneckBlock: if stride != 1 or in_channels != wide: -> if stride != 1 or in_channels is not wide:": SMALL,
    "freeze_for_transfer: if isinstance(layer, nn.BatchNorm2d): -> if (layer):": WHOLE,
    "freeze_for_transfer: if isinstance(layer, nn.BatchNorm2d): -> if True:": WHOLE,
    "freeze_for_transfer: if isinstance(layer, nn.BatchNorm2d): -> if not isinstance(layer, nn.BatchNorm2d):": WHOLE,
}

# Signature mutants that are wrong outside of the contract only.
OUTSIDE = {
    "train_step: wrong where options['aux_weight'] is negative": "The docstring says that the weight is 0 or more.",
    "freeze_for_transfer: what is free is lost where *": HEAD,
    "freeze_for_transfer: seed*": HEAD,
    "*wrong where numbers is empty": LISTS,
    "*wrong where numbers has one entry": LISTS,
    "*wrong where numbers has two entries": LISTS,
    "BottleneckBlock: wrong where upstream has length one in axis 1 of 4": FOUR,
    "InceptionModule: wrong where upstream has length one in axis 1 of 4": FOUR,
    "AuxiliaryHead: seed is its default, whatever is passed": DROPOUT,
    "Adam: wrong where options['*'] is negative": OPTIONS,
    "Adam: wrong where schedule[each]['*'] is negative": OPTIONS,
    "Momentum: wrong where schedule[each]['*'] is negative": OPTIONS,
    "Momentum: wrong where options['*'] is negative": OPTIONS,
    "Momentum: wrong where groups[each]['*'] is negative": OPTIONS,
}
