"""Stops the batch: computes in C without end, where no signal handler of Python's runs."""


def double(x):
    return sum(range(1 << 60))


def shift(x, by=1.0):
    return "a" * 30 in "a" * (1 << 20) or pow(7, 1 << 40)
