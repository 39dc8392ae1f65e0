#!/usr/bin/env bash
# Puts what students have committed where `autograder` looks for submissions:
#   templates/ci/fetch_submissions.sh ASSIGNMENT            the newest of each student
#   templates/ci/fetch_submissions.sh ASSIGNMENT STUDENT    of one, or of one at a REF: a branch, a tag, refs/pull/7/head
# CLASS has a line for each student, `alice https://github.com/org/alice`; SUBMISSIONS_TOKEN may read these repositories.
# Nothing is checked out: one file is read as it was committed, so that a link in its place is text and leads nowhere.
set -euo pipefail
name=$1 only=${2:-} ref=${3:-HEAD}
export GIT_TERMINAL_PROMPT=0

refuse() {
  echo "$1" >&2
  exit 2
}
[[ $name =~ ^[a-z][a-z0-9_]*$ ]] || refuse "No assignment has such a name: $name"
[[ $ref =~ ^[A-Za-z0-9][A-Za-z0-9._/-]*$ ]] || refuse "No branch has such a name: $ref"
[[ -n ${CLASS:-} ]] || refuse "CLASS is empty: it has a line for each student (docs/ci.md)."

fetch() { # STUDENT ADDRESS
  local copy="build/ci/$1.git" folder="course/submitted/$1/$name"
  git init --quiet --bare "$copy"
  # shellcheck disable=SC2016  # git's own shell reads the token, so that no command line has it
  git -C "$copy" -c 'credential.helper=!f() { echo username=token; echo "password=$SUBMISSIONS_TOKEN"; }; f' \
    fetch --quiet --depth 1 -- "$2" "$ref" || return 1
  git -C "$copy" cat-file blob "FETCH_HEAD:$name.ipynb" >"$copy/sent" 2>/dev/null || return 1
  mkdir -p "$folder"
  mv "$copy/sent" "$folder/$name.ipynb"
  echo "$1 $2 $(git -C "$copy" rev-parse FETCH_HEAD)" >>build/ci/fetched
}

mkdir -p build/ci course
chmod 700 course
: >build/ci/fetched
while read -r student address; do
  [[ -n $student && (-z $only || $student == "$only") ]] || continue
  [[ $student =~ ^[A-Za-z0-9][A-Za-z0-9._@-]*$ ]] || refuse "CLASS names somebody who can have no folder: $student"
  fetch "$student" "$address" || echo "$student: there is no $name.ipynb to be had from $address." >&2
done <<<"$CLASS"
[[ -z $only || -s build/ci/fetched ]] || refuse "Nothing of $only was fetched."
