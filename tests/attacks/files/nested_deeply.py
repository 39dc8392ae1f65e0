"""Stops the batch: a notebook nested so deep that reading it takes a stack."""

from tests.support.handins import save


def hand_in(folder, course):
    return save(folder / "tiny.ipynb", '{"nbformat": 4, "cells": [' + '{"metadata":[' * 500_000)
