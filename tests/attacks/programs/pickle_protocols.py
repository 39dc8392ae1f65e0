"""Breaks out: objects that run code where they are unpickled or copied."""

import os


class Runs:
    def __reduce__(self):
        return os.system, (f"touch {CANARY}/unpickled",)

    __reduce_ex__ = lambda self, _: self.__reduce__()
    __getstate__ = __copy__ = lambda self: self.__reduce__()
    __deepcopy__ = lambda self, _: self.__reduce__()


def double(x):
    return [Runs(), {"a": Runs()}, np.array([Runs()], dtype=object)]


def shift(x, by=1.0):
    import pickle

    return pickle.dumps(Runs())
