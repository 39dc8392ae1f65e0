"""Harms who reads the feedback: scripts and markup in the errors of cells, in names and in answers."""

HTML = "</pre></td><script>alert(1)</script><img src=x onerror=alert(2)>[a](javascript:alert(3))"


def double(x):
    return {HTML: HTML}


def shift(x, by=1.0):
    raise type(HTML, (ValueError,), {})(HTML)


raise ValueError(HTML)
