"""What networks can be trained on, as front matter and the command line call it. What a worker needs for it: `sandbox.devices`."""

from __future__ import annotations

from typing import Literal, get_args

Device = Literal["cpu", "cuda"]
Wanted = Literal["auto"] | Device  # "auto": what there is here
DEVICES: tuple[Device, ...] = get_args(Device)
WANTED: tuple[Wanted, ...] = ("auto", *DEVICES)
