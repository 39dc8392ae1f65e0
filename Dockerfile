# The grader as an image: engine, course and hidden tests, for the machine of an instructor. Push it to no registry that
# students can read (docs/ci.md). With a GPU: --build-arg TORCH_INDEX=https://pypi.org/simple, which has PyTorch with CUDA.
FROM python:3.12-slim-bookworm

ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu

# git, for templates/ci/fetch_submissions.sh. A version of Debian is the pin: its packages change for security alone.
# hadolint ignore=DL3008
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends ca-certificates git \
    && rm -rf /var/lib/apt/lists/*

# Whoever grades owns nothing but course/, and so cannot change a hidden test.
RUN useradd --create-home --uid 1000 grader \
    && install -d -o grader -g grader -m 700 /grader/course

WORKDIR /grader
COPY LICENSE README.md constraints.txt nbgrader_config.py pyproject.toml ./
COPY assignments assignments
COPY autograder autograder
COPY solutions solutions
COPY starter_code starter_code
COPY templates templates
COPY tests/hidden tests/hidden
RUN pip install --no-cache-dir --disable-pip-version-check \
    --extra-index-url "$TORCH_INDEX" -c constraints.txt -e .

USER 1000
VOLUME /grader/course
# It is no service that would have to stay healthy. `autograder doctor` says what works in a container.
HEALTHCHECK NONE
ENTRYPOINT ["autograder"]
CMD ["--help"]
