"""Mechanical mutants of the reference that are right answers too, each with the reason: no test can catch them, and none should.

`python -m autograder.quality` names mutants that no test catches. It also says when one of these is caught, or is none any more.
"""

STRIDE = "A stride is a whole number of at least 1, so it differs from 1 where it is larger."
SMALL = "Python keeps one object for each whole number up to 256, and maps of that depth would cost more than all other tests."
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
