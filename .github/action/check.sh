#!/usr/bin/env bash
# Runs the check, writes its reports into a folder of its own, and says in the step's outputs how it went. Findings do
# not fail this step, and neither does a check that could not run: reports are to be shown first.
#
#   INPUT_PATH, INPUT_CONFIG, INPUT_SINCE, INPUT_BASELINE, INPUT_FAIL_ON, INPUT_FORMAT, INPUT_ARGS: as in action.yml
set -euo pipefail

# fail MESSAGE: ends the step with an error that GitHub shows.
fail() {
    printf '::error title=dbt-steward::%s\n' "$1" >&2
    exit 1
}

# words TEXT: one a line. Quotes and backslashes work as in a shell; nothing else does, so that nothing is run.
words() {
    [[ -z "${1//[[:space:]]/}" ]] || xargs -n 1 printf '%s\n' <<<"$1"
}

# output NAME VALUE
output() {
    printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

# project PATH: the name of the dbt project there, where that can be told although the check could not run.
project() {
    if [[ -f "$1" ]]; then
        jq -r '.metadata.project_name // ""' "$1" 2>/dev/null | tr -d '\r'
    elif [[ -f "$1/dbt_project.yml" ]]; then
        sed -n 's/^name:[[:space:]]*["'\'']\{0,1\}\([A-Za-z0-9_]*\).*/\1/p' "$1/dbt_project.yml"
    fi | sed -n 1p | tr -cd 'A-Za-z0-9_'
}

# excuse ERRORS FILE: a comment in the place of the last run's, which the pull request has left behind. As code, so that
# nothing in it is a mention or a link.
excuse() {
    local name
    name="$(project "${INPUT_PATH:-.}")" || return 0
    [[ -n "$name" ]] || return 0
    {
        printf '<!-- dbt-steward: %s -->\n### dbt-steward could not run\n\n' "$name"
        printf 'Whether there are findings is not known:\n\n'
        tr -d '\000-\010\013-\037' <"$1" | sed -n '1,100s/^/    /p'
    } >"$2"
    output comment-file "$2"
    cat "$2" >>"$GITHUB_STEP_SUMMARY"
}

command -v jq >/dev/null || fail "this action needs jq, which GitHub's runners have; install it on yours"
reports="$(mktemp -d "$RUNNER_TEMP/dbt-steward.XXXXXX")"
arguments=(check "--format=json=$reports/findings.json" "--format=sarif=$reports/findings.sarif"
    "--format=markdown=$reports/comment.md")
[[ -z "${INPUT_CONFIG:-}" ]] || arguments+=("--config=$INPUT_CONFIG")
[[ -z "${INPUT_SINCE:-}" ]] || arguments+=("--since=$INPUT_SINCE")
[[ -z "${INPUT_SINCE:-}" || "${INPUT_DOWNSTREAM:-}" != true ]] || arguments+=(--downstream)
[[ -z "${INPUT_BASELINE:-}" ]] || arguments+=("--baseline=$INPUT_BASELINE")
[[ -z "${INPUT_FAIL_ON:-}" ]] || arguments+=("--fail-on=$INPUT_FAIL_ON")
formats="$(words "${INPUT_FORMAT:-}")" || fail "\`format\` has a quote that does not end"
more="$(words "${INPUT_ARGS:-}")" || fail "\`args\` has a quote that does not end"
while IFS= read -r format; do
    [[ -z "$format" ]] || arguments+=("--format=$format")
done <<<"$formats"
while IFS= read -r word; do
    [[ -z "$word" ]] || arguments+=("$word")
done <<<"$more"

code=0
dbt-steward "${arguments[@]}" -- "${INPUT_PATH:-.}" 2>"$reports/errors" || code=$?
cat "$reports/errors" >&2
# Without a report it could not run, and has said why.
[[ -f "$reports/findings.json" ]] || code=2
output exit-code "$code"
if [[ "$code" == 2 ]]; then
    excuse "$reports/errors" "$reports/comment.md"
    exit 0
fi

# shellcheck disable=SC2016 # The variable is jq's. Without a baseline all is new.
readonly counts='.summary | (.findings | add) as $all
    | (.findings | "errors=\(.error)", "warnings=\(.warning)", "infos=\(.info)"),
      "new=\(.baseline.new // $all)", "fixed=\(.baseline.fixed // 0)", "has-findings=\($all > 0)"'
# Windows' jq ends lines with CR LF.
jq -r "$counts" "$reports/findings.json" | tr -d '\r' >>"$GITHUB_OUTPUT"
output sarif-file "$reports/findings.sarif"
output comment-file "$reports/comment.md"
cat "$reports/comment.md" >>"$GITHUB_STEP_SUMMARY"
