"""Stops the batch: a gigabyte of zeros, compressed, in a zip that is named as a notebook."""

import zipfile


def hand_in(folder, course):
    path = folder / "tiny.ipynb"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("tiny.ipynb", "w", force_zip64=True) as file,
    ):
        for _ in range(64):
            file.write(bytes(1 << 20))
    return path
