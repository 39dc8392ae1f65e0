"""Carries hidden inputs out: connects to Unix sockets, in the file system and abstract, with new and inherited sockets."""

import socket


def attempt(action):
    try:
        return action()
    except (OSError, ValueError):
        return None


def double(x):
    for address in (SOCKET, ABSTRACT):
        attempt(lambda: socket.socket(socket.AF_UNIX).connect(address))
        for number in range(3, 20):
            inherited = attempt(lambda: socket.socket(socket.AF_UNIX, fileno=number))
            attempt(lambda: inherited and inherited.connect(address))
            attempt(lambda: inherited and inherited.sendto(b"x", address))
            attempt(lambda: inherited and inherited.detach())
    pair = attempt(socket.socketpair)
    return BOAST if pair else ""
