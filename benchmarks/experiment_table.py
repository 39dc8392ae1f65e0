"""All experiments in one table, with the references in the place of what students write. `benchmarks.experiments` runs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from solutions.modern_architectures.reference import ensemble_predict
from solutions.train_networks import reference
from starter_code.experiments import (
    auxiliary_heads,
    degradation,
    dense_or_residual,
    depth_or_width,
    dropped_layers,
    ensembles,
    transfer,
    weight_decay,
)
from starter_code.experiments.results import Claim, Result, Row
from starter_code.experiments.setting import Setting
from starter_code.experiments.training import Training

WITH_MOMENTUM = Training(partial(reference.Momentum, lr=1.0), reference.train_step)
WITH_ADAM = Training(partial(reference.Adam, lr=3e-3), reference.train_step)


@dataclass(frozen=True)
class Trial:
    """An experiment with its parts."""

    claim: Claim
    run: Callable[[Setting], Result]
    long: Setting
    full: Setting


def _of(module: Any, function: Callable[..., Result], *parts: Any, training: Training = WITH_MOMENTUM) -> Trial:
    def run(setting: Setting) -> Result:
        return function(*parts, training, setting)

    return Trial(module.CLAIM, run, module.LONG, module.FULL)


_BLOCK = reference.ResidualBlock
TRIALS: dict[str, Trial] = {  # those that compute longest first, so that no core waits for them in the end
    "degradation": _of(degradation, degradation.plain_against_residual, _BLOCK),
    "dropped_layers": _of(dropped_layers, dropped_layers.stochastic_depth_on_and_off, _BLOCK),
    "weight_decay": _of(weight_decay, weight_decay.decay_of_lecture_and_paper, _BLOCK),
    "auxiliary_heads": _of(
        auxiliary_heads,
        auxiliary_heads.heads_on_and_off,
        reference.InceptionModule,
        reference.AuxiliaryHead,
        training=WITH_ADAM,
    ),
    "dense_or_residual": _of(dense_or_residual, dense_or_residual.dense_against_residual, _BLOCK),
    "depth_or_width": _of(depth_or_width, depth_or_width.depth_against_width, _BLOCK),
    "transfer": _of(transfer, transfer.frozen_against_scratch, _BLOCK, reference.freeze_for_transfer),
    "ensembles": _of(ensembles, ensembles.ensemble_against_members, _BLOCK, ensemble_predict),
}


def together(name: str, parts: Sequence[Result]) -> Result:
    """One result of results with one seed each."""
    rows = [
        Row(same[0].name, same[0].params, tuple(share for row in same for share in row.shares))
        for same in zip(*(part.rows for part in parts), strict=True)
    ]
    return TRIALS[name].claim.result(rows, sum(part.seconds for part in parts))
