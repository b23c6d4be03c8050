#!/usr/bin/env bash
# dbt-core as the judge: it parses every fixture anew, and what is read from the same files without it must say the same.
#
# Needs Python 3.10 or newer and, the first time, a package index. Without them it says so and lets the comparison with
# the committed manifests do, unless DBT_STEWARD_REQUIRE_DBT=1 makes that a failure. DBT_STEWARD_VENVS is the folder in
# which dbt stays installed; see fixtures/regenerate.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# skip REASON
skip() {
    printf 'skipped, dbt judges nothing in this run: %s\n' "$1" >&2
    [[ "${DBT_STEWARD_REQUIRE_DBT:-}" != 1 ]]
    exit
}

"${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || skip "no Python 3.10 or newer"
fixtures/regenerate.sh --install >&2 || skip "dbt cannot be installed here"

fresh="$(mktemp -d)"
trap 'rm -rf "$fresh"' EXIT
SKIP_DBT2=1 MANIFESTS="$fresh" fixtures/regenerate.sh
DBT_STEWARD_FRESH_MANIFESTS="$fresh" cargo test --quiet --locked --test judge
