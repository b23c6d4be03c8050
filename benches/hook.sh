#!/usr/bin/env bash
# What a commit of one model waits for in a project of 1,000, without a manifest.
#
#     benches/hook.sh [RUNS]
#
# Generates the project in a repository, and for each run changes and stages one model and runs all commands in turns, so
# that whatever else the machine does befalls all of them. Needs git and, on the PATH, pre-commit. The hook does not fail,
# whatever it finds: commits are to be made.
set -euo pipefail
runs=${1:-15}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=benches/times.sh
source benches/times.sh

[[ ${NO_BUILD:-} ]] || cargo build --release --quiet --bin dbt-steward --example generate_project
built=$(realpath "${CARGO_TARGET_DIR:-target}/release")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
project=$work/project

# Nothing of the user's own git and pre-commit.
unset "${!GIT_@}" "${!PRE_COMMIT_@}"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 PRE_COMMIT_HOME=$work/pre-commit
for who in AUTHOR COMMITTER; do export "GIT_${who}_NAME=Ada" "GIT_${who}_EMAIL=ada@example.com"; done

"$built/examples/generate_project" "$project" 1000 200
cd "$project"
model=$(find models -name fct_model_760.sql)
cat >.pre-commit-config.yaml <<CONFIG
repos:
  - repo: local
    hooks:
      - { id: nothing, name: nothing, entry: "true", language: system, always_run: true, stages: [manual] }
      - id: dbt-steward
        name: dbt-steward
        entry: $built/dbt-steward hook
        args: [--exit-zero]
        language: system
        types_or: [sql, yaml, markdown, csv, python, javascript]
        always_run: true
        require_serial: true
CONFIG
git init --quiet
git add .
git commit --quiet --message project

change() {
    echo "-- changed" >>"$model"
    git add "$model"
}
hook() { "$built/dbt-steward" hook --exit-zero --quiet "$model" >/dev/null; }
check() { "$built/dbt-steward" check --exit-zero --quiet >/dev/null; }
nothing() { pre-commit run --hook-stage manual nothing >/dev/null; }
steward() { pre-commit run dbt-steward >/dev/null; }
commit() { git commit --quiet --message change >/dev/null 2>"$work/errors" || { cat "$work/errors" >&2; return 1; }; }

# The first run brings files into memory, and has pre-commit set up what it needs.
change
hook
check
nothing
steward
for ((run = 0; run < runs; run++)); do
    for command in hook check nothing steward; do timed "$command"; done
    rm -f .git/hooks/pre-commit
    timed bare commit
    pre-commit install >/dev/null
    change
    timed hooked commit
    change
done

# row NAME WHAT
row() {
    awk -v what="$2" -v best="$(best "$1")" -v median="$(median "$1")" \
        'BEGIN { printf "%-54s %8.0f ms %8.0f ms\n", what, best / 1e3, median / 1e3 }'
}
printf '%-54s %11s %11s\n' "$runs runs of each in turns" best median
row hook "dbt-steward hook $(basename "$model")"
row check "dbt-steward check of the whole project"
row nothing "pre-commit run with a hook that does nothing"
row steward "pre-commit run dbt-steward"
row bare "git commit without hooks"
row hooked "git commit with this hook under pre-commit"
