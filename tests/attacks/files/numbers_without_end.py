"""Stops the batch: numbers of a million digits, beyond all floats, and that are none, wherever a notebook has numbers."""

from tests.support.handins import save


def hand_in(folder, course):
    cell = '{"cell_type": "code", "id": 1e999, "metadata": NaN, "source": "def double(x): return x", "execution_count": -Infinity}'
    head = '{"nbformat": 4, "nbformat_minor": 1' + "0" * 1_000_000
    return save(folder / "tiny.ipynb", f'{head}, "cells": [{cell}]}}')
