#!/usr/bin/env bash
# Publishes the crate, unless the registry has this version already: the first is published by hand, and a release in which
# a later job failed is run again.
#
#   CARGO_REGISTRY_TOKEN   what to publish with
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

version="$(sed -n 's/^version = "\([^"]*\)"$/\1/p' Cargo.toml)"
# With a registry, because what cargo finds in this folder is no answer.
if cargo info --quiet --registry crates-io "dbt-steward@$version" >/dev/null 2>&1; then
    echo "dbt-steward $version is published already"
else
    cargo publish --locked
fi
