"""What the lectures claim, tried: every experiment runs, its sentence follows from its numbers, and its networks are comparable."""

from __future__ import annotations

import copy
from dataclasses import replace
from functools import partial
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import torch
from torch import nn

mpl.use("Agg")

from benchmarks.experiment_table import TRIALS, together
from benchmarks.experiments import Order, main
from solutions.train_networks.reference import ResidualBlock, freeze_for_transfer, train_step
from starter_code.experiments import (
    auxiliary_heads,
    dense_or_residual,
    depth_or_width,
    dropped_layers,
    ensembles,
    transfer,
    weight_decay,
)
from starter_code.experiments.comparing import FEWER, MORE, NEITHER, told_apart
from starter_code.experiments.results import Result, Row
from starter_code.experiments.setting import Setting, digits
from starter_code.experiments.training import SGD, Training, step_without_heads, trained
from starter_code.networks.densenet import small_densenet
from starter_code.networks.preactivation import PreactivationBlock
from starter_code.plots.experiments import describe, draw, write_svg
from starter_code.residual_networks import PlainBlock, small_resnet


def few_images() -> Setting:
    """Two steps on 40 images, and 100 to test with."""
    images = digits()
    few = replace(images, test_x=images.test_x[:100], test_y=images.test_y[:100])
    return Setting(steps=2, count=40, seeds=(7,), images=few, show=False)


def mean_of(probabilities: list[np.ndarray]) -> np.ndarray:
    return np.mean(probabilities, axis=0)


def ran(name: str) -> Result:
    if name == "ensembles":  # students of another assignment write its function
        return ensembles.ensemble_against_members(PreactivationBlock, mean_of, SGD, few_images())
    return TRIALS[name].run(few_images())


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    return {name: ran(name) for name in TRIALS}


@pytest.mark.parametrize("name", TRIALS)
def test_every_experiment_runs_and_says_what_came_out(name: str, results: dict[str, Result]) -> None:
    result, claim = results[name], TRIALS[name].claim
    assert all(len(row.shares) == 1 and 0 <= row.shares[0] <= 1 and row.params > 0 for row in result.rows)
    assert len({row.name for row in result.rows}) == len(result.rows) >= 2
    assert result.outcome == claim.judge({row.name: row for row in result.rows})
    assert "one seed" in result.outcome
    assert all(words in str(result) for words in (claim.text, claim.source, *(row.name for row in result.rows)))


def test_the_same_seed_gives_the_same_numbers_and_another_one_other_numbers() -> None:
    run = partial(weight_decay.decay_of_lecture_and_paper, PlainBlock, SGD)
    same, again, other = (run(replace(few_images(), seeds=(seed,))) for seed in (1, 1, 2))
    assert same.rows == again.rows != other.rows


# Rows of three seeds, made up: what the numbers say is what the sentence has to say.
LOW, HIGH, WIDE = (0.01, 0.02, 0.03), (0.31, 0.32, 0.33), (0.0, 0.3, 0.05)
ON_A_AND_B = {  # the row that is claimed to have fewer wrong, and the other
    "auxiliary_heads": (auxiliary_heads.WITH, auxiliary_heads.WITHOUT),
    "depth_or_width": (depth_or_width.NAMES[8], depth_or_width.NAMES[56]),
    "dropped_layers": (dropped_layers.DROPPED, dropped_layers.ALL),
    "dense_or_residual": (dense_or_residual.DENSE, dense_or_residual.RESIDUAL),
    "ensembles": (ensembles.TOGETHER, ensembles.MEMBER),
    "transfer": (transfer.named(transfer.FROZEN, 5), transfer.named(transfer.SCRATCH, 5)),
}


def said(name: str, shares: dict[str, tuple[float, ...]], results: dict[str, Result]) -> str:
    """The sentence on an experiment in which these rows have these numbers, and all others have 0.5."""
    names = [row.name for row in results[name].rows]
    assert set(shares) <= set(names)
    return TRIALS[name].claim.judge({each: Row(each, 1, shares.get(each, (0.5,) * 3)) for each in names})


@pytest.mark.parametrize("name", ON_A_AND_B)
def test_a_sentence_says_what_the_numbers_say_both_ways(name: str, results: dict[str, Result]) -> None:
    a, b = ON_A_AND_B[name]
    assert said(name, {a: LOW, b: HIGH}, results).startswith(
        f"As claimed: 30.0 points fewer wrong with {a} than with {b}"
    )
    assert said(name, {a: HIGH, b: LOW}, results).startswith(f"Other than claimed: 30.0 points more wrong with {a}")
    unsure = said(name, {a: LOW, b: WIDE}, results)
    assert unsure.startswith("Not decided: ")
    assert "it may be chance" in unsure


@pytest.mark.parametrize(
    ("plain", "residual", "begins"),
    [
        ((HIGH, LOW), (LOW, LOW), "As claimed"),
        ((HIGH, LOW), (HIGH, LOW), "Other than claimed"),
        ((LOW, HIGH), (LOW, LOW), "Other than claimed"),
        ((LOW, LOW), (LOW, LOW), "Not decided"),
        ((WIDE, LOW), (LOW, LOW), "Not decided"),
        ((HIGH, LOW), (WIDE, LOW), "Not decided"),  # with shortcuts, deeper may be worse or not
    ],
)
def test_degradation_is_about_56_and_20_layers_of_both_kinds(
    plain: tuple, residual: tuple, begins: str, results: dict[str, Result]
) -> None:
    rows = dict(zip(("plain, 56 layers", "plain, 20 layers"), plain, strict=True))
    rows |= dict(zip(("residual, 56 layers", "residual, 20 layers"), residual, strict=True))
    assert said("degradation", rows, results).startswith(begins)


@pytest.mark.parametrize(
    ("frozen", "begins"),
    [
        ({5: LOW, 100: HIGH}, "As claimed"),
        ({5: HIGH, 100: HIGH}, "Other than claimed"),
        ({5: WIDE, 100: HIGH}, "Other than claimed"),
        ({5: HIGH, 100: LOW}, "Not decided"),
        ({5: WIDE, 100: WIDE}, "Not decided"),
    ],
)
def test_transfer_is_about_the_fewest_images_unless_the_frozen_trunk_is_never_ahead(
    frozen: dict[int, tuple], begins: str, results: dict[str, Result]
) -> None:
    rows = {transfer.named(transfer.SCRATCH, few): (0.11, 0.12, 0.13) for few in frozen}
    rows |= {transfer.named(transfer.FROZEN, few): shares for few, shares in frozen.items()}
    assert said("transfer", rows, results).startswith(begins)


def test_transfer_names_the_number_of_images_that_decides(results: dict[str, Result]) -> None:
    rows = {transfer.named(transfer.SCRATCH, few): (0.11, 0.12, 0.13) for few in transfer.FEW}
    rows |= {
        transfer.named(transfer.FROZEN, few): shares
        for few, shares in zip(transfer.FEW, (WIDE, WIDE, HIGH, WIDE), strict=True)
    }
    sentence = said("transfer", rows, results)
    assert sentence.startswith("Other than claimed")
    assert (
        "20.0 points more wrong with a frozen trunk, 25 images than with a new network, 25 images (give or" in sentence
    )


def test_two_weight_decays_are_told_apart_only_where_seeds_agree(results: dict[str, Result]) -> None:
    assert said("weight_decay", {"1e-4": LOW, "1e-5": HIGH}, results).startswith("The two differ: 30.0 points fewer")
    assert said("weight_decay", {"1e-4": LOW, "1e-5": WIDE}, results).startswith("The two cannot be told apart here")


def test_one_seed_decides_nothing_and_the_bar_is_students() -> None:
    def apart(*shares: float) -> int:
        return told_apart(Row("a", 1, shares), Row("b", 1, (0.0,) * len(shares)))

    assert apart(0.9) == NEITHER
    assert apart(0.247, 0.347, 0.147) == NEITHER  # deviation 0.1, mean 0.247: the interval is 0.2484
    assert apart(0.25, 0.35, 0.15) == MORE
    assert apart(-0.25, -0.35, -0.15) == FEWER


@pytest.mark.parametrize("block", [ResidualBlock, PreactivationBlock])
def test_networks_of_equal_parameters_are_equal_to_a_few_percent(block: type[nn.Module]) -> None:
    with torch.device("meta"):
        deep_or_wide = [small_resnet(depth, block, width=width) for depth, width in depth_or_width.WIDTHS.items()]
        dense = small_densenet(dense_or_residual.DENSE_DEPTH, dense_or_residual.GROWTH, in_channels=1)
        residual = small_resnet(dense_or_residual.RESIDUAL_DEPTH, block, width=dense_or_residual.WIDTH)
    for networks, most in ((deep_or_wide, 1.06), ([dense, residual], 1.01)):
        sizes = [sum(numbers.numel() for numbers in network.parameters()) for network in networks]
        assert max(sizes) <= most * min(sizes)


def trunks(freeze: object) -> list[tuple[dict, dict]]:
    """The numbers of each trunk before the new head learns and after it."""
    kept = []

    def noted(network: nn.Module, classes: int) -> nn.Module:
        before = copy.deepcopy(network.state_dict())
        kept.append((before, freeze(network, classes)))
        return kept[-1][1]

    transfer.frozen_against_scratch(ResidualBlock, noted, SGD, few_images())
    return [(before, network.state_dict()) for before, network in kept]


def trunk_stays(before: dict, after: dict) -> bool:
    return all(torch.equal(before[name], after[name]) for name in before if not name.startswith("fc."))


def test_a_frozen_trunk_is_the_same_after_its_head_has_learned() -> None:
    found = trunks(freeze_for_transfer)
    assert len(found) == len(transfer.FEW)
    assert all(trunk_stays(before, after) for before, after in found)
    assert not any(torch.equal(before["fc.weight"], after["fc.weight"]) for before, after in found)
    assert len({before["stem.0.weight"].sum().item() for before, _ in found}) == 1  # each begins with the same trunk


def test_a_trunk_that_is_not_frozen_changes() -> None:
    assert not any(trunk_stays(before, after) for before, after in trunks(lambda network, _: network))


def test_an_ensemble_is_what_the_given_function_makes_of_probabilities() -> None:
    asked: list[list[np.ndarray]] = []

    def always_three(probabilities: list[np.ndarray]) -> np.ndarray:
        asked.append(probabilities)
        return np.eye(10)[np.full(len(probabilities[0]), 3)]

    setting = few_images()
    result = ensembles.ensemble_against_members(PreactivationBlock, always_three, SGD, setting)
    rows = {row.name: row for row in result.rows}
    assert rows[ensembles.TOGETHER].shares[0] == pytest.approx(float((setting.given.test_y != 3).double().mean()))
    (members,) = asked
    assert len(members) == 5
    assert all(np.allclose(rows.sum(axis=1), 1) for rows in members)
    assert len({rows.tobytes() for rows in members}) == 5
    wrong = [float(np.mean(each.argmax(axis=1) != setting.given.test_y.numpy())) for each in members]
    assert rows[ensembles.MEMBER].shares[0] == pytest.approx(np.mean(wrong))
    assert rows[ensembles.BEST].shares[0] == min(wrong)
    assert rows[ensembles.TOGETHER].params == 5 * rows[ensembles.MEMBER].params


def test_images_of_a_seed_are_other_ones_than_those_of_another_and_none_is_for_testing() -> None:
    setting = replace(few_images(), images=None)
    first, again, other = (setting.draw(seed) for seed in (0, 0, 1))
    assert len(first.train_x) == 40
    assert len(first.test_x) == 901
    assert len(setting.given.train_x) + len(first.test_x) == 1797
    assert torch.equal(first.train_x, again.train_x)
    assert not torch.equal(first.train_x, other.train_x)
    five = first.classes(5, 10)
    assert set(five.test_y.tolist()) == {0, 1, 2, 3, 4}
    assert torch.equal(five.test_x, first.test_x[first.test_y >= 5])
    assert set(first.classes(0, 5).test_y.tolist()) == {0, 1, 2, 3, 4}


def weights_after(training: Training, decay: float = 0.0) -> torch.Tensor:
    setting = few_images()
    make = partial(small_resnet, 8, ResidualBlock, width=4)
    network = trained(make, training, setting.draw(0), replace(setting, steps=3), 0, decay)
    return torch.cat([numbers.detach().flatten() for numbers in network.parameters()])


def test_the_step_that_comes_with_the_experiments_is_that_of_the_reference() -> None:
    optimizer = partial(torch.optim.SGD, lr=0.1, momentum=0.9)
    own, reference = (weights_after(Training(optimizer, step)) for step in (step_without_heads, train_step))
    torch.testing.assert_close(own, reference)


@pytest.mark.parametrize("step", [step_without_heads, train_step])
def test_weight_decay_is_that_of_torch_whatever_the_optimizer(step: object) -> None:
    plain, decaying = (partial(torch.optim.SGD, lr=0.1, momentum=0.9, weight_decay=decay) for decay in (0, 0.03))
    torch.testing.assert_close(weights_after(Training(plain, step), 0.03), weights_after(Training(decaying, step)))
    assert not torch.allclose(weights_after(Training(plain, step), 0.03), weights_after(Training(plain, step)))


def test_without_a_terminal_each_training_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    setting = replace(few_images(), steps=1, show=True)
    dropped_layers.stochastic_depth_on_and_off(PreactivationBlock, SGD, setting)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"1 of 2: {dropped_layers.ALL}, seed 7", f"2 of 2: {dropped_layers.DROPPED}, seed 7"]
    dropped_layers.stochastic_depth_on_and_off(PreactivationBlock, SGD, replace(setting, show=False))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", TRIALS)
def test_every_experiment_has_its_picture(name: str, results: dict[str, Result], tmp_path: Path) -> None:
    one = results[name]
    perfect = replace(one, rows=tuple(replace(row, shares=(0.0,)) for row in one.rows))
    result = together(name, [one, perfect])
    assert result.seconds == pytest.approx(2 * one.seconds)
    figure = draw(result)
    figure.dpi = 110
    figure.draw_without_rendering()
    (axes,) = figure.axes
    points = [line for line in axes.lines if line.get_marker() == "o"]
    assert [tuple(line.get_xdata()) for line in points] == [tuple(100 * s for s in row.shares) for row in result.rows]
    assert [label.get_text() for label in axes.get_yticklabels()] == [row.name for row in result.rows]
    low, high = axes.get_xlim()
    assert all(low < share < high for line in points for share in line.get_xdata())
    boxes = [part.get_window_extent() for part in (*axes.texts, *axes.get_yticklabels(), figure._supxlabel)]  # type: ignore[attr-defined]
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.width and box.y0 >= 0 for box in boxes)
    assert all(row.name in describe(result) for row in result.rows)
    write_svg(result, tmp_path / "one.svg")
    write_svg(result, tmp_path / "two.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_the_long_form_reads_clothes_and_writes_a_table_and_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = ["--steps", "1", "--images", "16", "--seeds", "1", "--device", "cpu", "--out", str(tmp_path)]
    main(["--only", "dropped_layers", "--data", "fashion-mnist", *few])
    out = capsys.readouterr().out
    assert "1 of 1: dropped_layers, seed 0" in out
    assert "Fashion-MNIST" in out
    assert (
        f"| Stochastic depth | test images wrong | {dropped_layers.ALL} | 117,474 |"
        in (tmp_path / "results.md").read_text()
    )
    assert (tmp_path / "dropped_layers.svg").is_file()


def test_the_long_form_takes_clothes_or_digits_and_fewer_of_them_where_it_is_told_to() -> None:
    few = Order("cpu", clothes=True, folder=None, steps=3, images=16).setting("transfer", 4)
    assert (few.steps, few.count, few.seeds, few.show) == (3, 16, (4,), False)
    assert few.given.train_x.shape == (8000, 1, 28, 28)
    assert few.given.test_x.shape == (16, 1, 28, 28)
    assert 0 <= float(few.given.train_x.min()) < float(few.given.train_x.max()) <= 1
    whole = Order("cpu", clothes=False, folder=None).setting("transfer", 4)
    assert replace(whole, images=None) == replace(transfer.LONG, seeds=(4,), show=False)
    assert whole.given.test_x.shape == (901, 1, 8, 8)


def test_a_folder_that_is_not_there_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--data", "/nowhere"])
    assert "there is no folder /nowhere" in capsys.readouterr().err
