"""Harms who reads the report: terminal escapes, control characters and directions of text in errors, names and output."""

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x1b[31m\r\b\x9b31m\u202e\u2066<b>[red]"
print(ESCAPES)


def double(x):
    raise ValueError(ESCAPES)


raise type(f"E{ESCAPES}", (ValueError,), {})(ESCAPES)
