#!/usr/bin/env bash
# Prints what CHANGELOG.md says of a release, after a look whether tag, crate and changelog agree.
#
#   notes.sh TAG           such as v0.1.0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

version="$(sed -n 's/^version = "\([^"]*\)"$/\1/p' Cargo.toml)"
if [[ "$1" != "v$version" ]]; then
    echo "the tag is $1, and Cargo.toml says $version" >&2
    exit 1
fi
notes="$(awk -v heading="## [$version]" '/^## /{ here = index($0, heading) == 1; next } here' CHANGELOG.md)"
if [[ -z "${notes//[[:space:]]/}" ]]; then
    echo "CHANGELOG.md has no section \"## [$version]\", or nothing in it" >&2
    exit 1
fi
printf '%s\n' "$notes"
