"""A network without branches from its table, row by row: AlexNet, ZFNet and VGG are assembled here.

A table has the format of `starter_code.googlenet_table`, so that whatever counts GoogLeNet from its table counts
these too. Rows of kind "input", "conv", "max_pool", "fc", "dropout" and "softmax" are understood.
"""

import torch
from torch import nn

from starter_code.googlenet_table import Row
from starter_code.initialisation import initialise


class ChainNetwork(nn.Module):
    """Convolutions and poolings, then fully connected layers. A ReLU follows each layer with weights but the last."""

    def __init__(
        self, table: list[Row], num_classes: int = 1000, in_channels: int = 3, image_size: int | None = None
    ) -> None:
        """Make the layers and draw their weights.

        table: rows from the input to the output
        num_classes, in_channels: take the place of what the table says
        image_size: height and width of images; another than the table's changes the size of each map, and with it the
            weights of the first fully connected layer

        Raises ValueError where images are too small for the network.
        """
        super().__init__()
        above, *rows = table
        size, depth = image_size or above["out_size"][0], in_channels
        features: list[nn.Module] = []
        for row in rows:
            if row["kind"] not in {"conv", "max_pool"}:
                break
            layer, padding = _layer(row, above, depth)
            size = (size + 2 * padding - row["kernel_size"]) // row["stride"] + 1
            features += layer
            above, depth = row, row["out_channels"]
            if size < 1:
                raise ValueError(f"images of {image_size}x{image_size} have no pixel left after {row['name']}")
        self.features = nn.Sequential(*features)
        self.classifier = _classifier(rows[rows.index(above) + 1 :], depth * size * size, num_classes)
        initialise(self)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) -> (N, num_classes) logits."""
        logits: torch.Tensor = self.classifier(self.features(images).flatten(1))
        return logits


def _layer(row: Row, above: Row, depth: int) -> tuple[list[nn.Module], int]:
    """The layers of a row on maps of this depth, and their padding: what the sizes before and after the row ask for."""
    kernel_size, stride = row["kernel_size"], row["stride"]
    lacking = (row["out_size"][0] - 1) * stride + kernel_size - above["out_size"][0]
    padding = max(0, -(-lacking // 2))
    if row["kind"] == "max_pool":
        return [nn.MaxPool2d(kernel_size, stride, padding)], padding
    weighted = nn.Conv2d(depth, row["out_channels"], kernel_size, stride, padding, groups=row["groups"])
    return [weighted, nn.ReLU()], padding


def _classifier(rows: list[Row], numbers: int, num_classes: int) -> nn.Sequential:
    """The fully connected layers on so many numbers. A softmax has no layer: the loss has it."""
    layers: list[nn.Module] = []
    *hidden, _ = (row for row in rows if row["kind"] != "softmax")
    for row in hidden:
        if "rate" in row:
            layers.append(nn.Dropout(row["rate"]))
        else:
            layers += [nn.Linear(numbers, row["out_channels"]), nn.ReLU()]
            numbers = row["out_channels"]
    return nn.Sequential(*layers, nn.Linear(numbers, num_classes))
