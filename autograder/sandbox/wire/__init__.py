"""Plain data to bytes and back, between the grader and a worker. Both sides import this; nothing here trusts what arrives."""

from autograder.sandbox.wire.channel import PREFIX, SMALL, Channel, Deadline
from autograder.sandbox.wire.decoding import Decoder
from autograder.sandbox.wire.encoding import encode
from autograder.sandbox.wire.values import (
    CONTROL,
    DTYPES,
    KINDS,
    MAX_DEPTH,
    MAX_HEADER,
    MAX_NODES,
    MAX_NUMBERED,
    REMEMBERED,
    UNLIMITED,
    Closed,
    Given,
    Handle,
    Late,
    Named,
    TooLarge,
    TooMuch,
    Unencodable,
    WireError,
    all_numbers,
)

__all__ = [
    "CONTROL",
    "DTYPES",
    "KINDS",
    "MAX_DEPTH",
    "MAX_HEADER",
    "MAX_NODES",
    "MAX_NUMBERED",
    "PREFIX",
    "REMEMBERED",
    "SMALL",
    "UNLIMITED",
    "Channel",
    "Closed",
    "Deadline",
    "Decoder",
    "Given",
    "Handle",
    "Late",
    "Named",
    "TooLarge",
    "TooMuch",
    "Unencodable",
    "WireError",
    "all_numbers",
    "encode",
]
