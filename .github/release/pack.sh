#!/usr/bin/env bash
# Makes the archives of a release out of its wheels, so that both have the same binary, and writes their checksums.
#
#   pack.sh WHEELS OUT     WHEELS has a folder for each target, with its wheel
set -euo pipefail

readonly wheels="$1" out="$2"
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
readonly root

# pack WHEEL TARGET: archives are the same whenever they are made.
pack() {
    local name="dbt-steward-$2" work
    work="$(mktemp -d)"
    mkdir "$work/$name"
    unzip -q -j "$1" '*/scripts/dbt-steward*' -d "$work/$name"
    chmod 755 "$work/$name"/dbt-steward*
    cp "$root"/{README.md,CHANGELOG.md,LICENSE-APACHE,LICENSE-MIT} "$work/$name"
    tar --create --sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-0}" \
        --directory "$work" "$name" | gzip --no-name --best >"$out/$name.tar.gz"
    rm -r "$work"
}

mkdir -p "$out"
for folder in "$wheels"/*/; do
    for wheel in "$folder"*.whl; do
        pack "$wheel" "$(basename "$folder")"
    done
done
cd "$out"
for archive in *.tar.gz; do
    sha256sum "$archive" >"$archive.sha256"
done
cat -- *.sha256 >SHA256SUMS
cat SHA256SUMS
