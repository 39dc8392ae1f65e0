"""Plain data to bytes and back, between the grader and a worker. Both sides import this; nothing here trusts what arrives."""

from autograder.wire.channel import PREFIX, SMALL, Channel
from autograder.wire.values import (
    DTYPES,
    KINDS,
    MAX_DEPTH,
    MAX_HEADER,
    MAX_NODES,
    Closed,
    Decoder,
    Handle,
    Late,
    Named,
    TooLarge,
    Unencodable,
    WireError,
    encode,
)

__all__ = [
    "DTYPES",
    "KINDS",
    "MAX_DEPTH",
    "MAX_HEADER",
    "MAX_NODES",
    "PREFIX",
    "SMALL",
    "Channel",
    "Closed",
    "Decoder",
    "Handle",
    "Late",
    "Named",
    "TooLarge",
    "Unencodable",
    "WireError",
    "encode",
]
