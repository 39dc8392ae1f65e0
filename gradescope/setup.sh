#!/usr/bin/env bash
# Installs what grading needs into the image. Gradescope calls it once, as root, on Ubuntu 22.04 or later.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}
export DEBIAN_FRONTEND=noninteractive
apt-get update
for version in 3.12 3.13 3.11; do  # one of these comes with each Ubuntu
  if apt-get install -y --no-install-recommends "python$version" "python$version-venv"; then break; fi
done
"python$version" -m venv "$root/source/.venv"
# PyTorch's build without CUDA, which is far smaller.
PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu "$root/source/.venv/bin/python" -m pip install \
  --no-cache-dir -c "$root/source/constraints.txt" -e "$root/source"
