#!/usr/bin/env bash
# Writes the report as a comment on the pull request, or over the one that an earlier run wrote. Whether it may is no
# part of the check: where it may not, it says so and does not fail.
#
#   COMMENT_FILE      the report; by its first line, which nobody sees, the comment of the last run is known
#   HAS_FINDINGS      `true` if there is something to say; a clean run, or one that failed, only corrects what an earlier
#                     one wrote
#   INPUT_TOKEN       with `pull-requests: write`
set -euo pipefail

# notice MESSAGE: ends the step, with a note that GitHub shows.
notice() {
    printf '::notice title=dbt-steward::%s\n' "$1"
    exit 0
}

# query OPTION… FILTER FILE: what jq finds. On Windows it ends lines with CR LF.
query() {
    jq -r "$@" | tr -d '\r'
}

# api METHOD PATH [FILE]: sends FILE, and has the answer in $answer and its status in $status. The token goes by stdin,
# because everybody may read the arguments of a process. What makes something new is sent once, because an error is no
# proof that it was not made.
api() {
    local data=() retries=2
    [[ $# -lt 3 ]] || data=(--data-binary "@$3")
    [[ "$1" != POST ]] || retries=0
    status="$(curl --silent --show-error --retry "$retries" --max-time 60 --request "$1" --output "$answer" \
        --write-out '%{http_code}' --header 'Accept: application/vnd.github+json' --config - \
        ${data[@]+"${data[@]}"} "$GITHUB_API_URL/$2" <<<"header = \"Authorization: Bearer $INPUT_TOKEN\"")" || status=000
}

# expect CODE WHAT: ends the step unless the last answer has this status.
expect() {
    case "$status" in
        "$1") ;;
        401 | 403 | 404)
            notice "not allowed to $2 ($status): give the job \`permissions: pull-requests: write\`; a pull request from a fork never has that"
            ;;
        000) notice "could not $2: GitHub did not answer" ;;
        *) notice "could not $2: GitHub answered $status" ;;
    esac
}

# shellcheck disable=SC2016 # The variables are jq's.
readonly mine='map(select(.body | startswith($marker))
    | select(if $login == "" then .user.type == "Bot" else .user.login == $login end)) | first | .id // ""'

# earlier: the id of the comment that an earlier run wrote, if there is one. Its author must be the token's: anybody may
# write a comment that begins like ours. A token that is not a person's does not know its name, but is a bot.
earlier() {
    local page=1 login=
    api GET user
    [[ "$status" != 200 ]] || login="$(query .login "$answer")"
    while :; do
        api GET "repos/$GITHUB_REPOSITORY/issues/$number/comments?per_page=100&page=$page"
        expect 200 "read the comments of the pull request"
        found="$(query --arg marker "$marker" --arg login "$login" "$mine" "$answer")"
        [[ -z "$found" && "$(query length "$answer")" == 100 ]] || return 0
        page=$((page + 1))
    done
}

# write: a new comment. Where it is not known what became of it, it looks before it tries again.
write() {
    api POST "repos/$GITHUB_REPOSITORY/issues/$number/comments" "$body"
    [[ "$status" == 000 || "$status" == 5?? ]] || return 0
    earlier
    if [[ -n "$found" ]]; then
        status=201
    else
        api POST "repos/$GITHUB_REPOSITORY/issues/$number/comments" "$body"
    fi
}

answer="$(mktemp "$RUNNER_TEMP/dbt-steward-answer.XXXXXX")"
number="$(query '.pull_request.number // ""' "$GITHUB_EVENT_PATH")"
[[ -n "$number" ]] || notice "no comment, because this run is not for a pull request"
[[ -n "${INPUT_TOKEN:-}" ]] || notice "no comment, because there is no token"
IFS= read -r marker <"$COMMENT_FILE"
found=
earlier
body="$(mktemp "$RUNNER_TEMP/dbt-steward-body.XXXXXX")"
# GitHub takes no more.
jq -Rs '{body: .[:65536]}' "$COMMENT_FILE" >"$body"
if [[ -n "$found" ]]; then
    api PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$found" "$body"
    expect 200 "update the comment on the pull request"
    echo "updated comment $found on pull request $number"
elif [[ "${HAS_FINDINGS:-}" == true ]]; then
    write
    expect 201 "comment on the pull request"
    echo "commented on pull request $number"
else
    echo "nothing to say on pull request $number"
fi
