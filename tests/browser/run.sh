#!/usr/bin/env bash
# The audit's page in a real browser: of fixtures/shop, of a project of 5,000 models, and of one whose names mean harm.
#
# Needs Node.js, Chromium (installed by apt where that is possible) and, the first time, npm's registry for
# playwright-core. Without them it says so, unless DBT_STEWARD_REQUIRE_BROWSER=1 makes that a failure. SCREENSHOTS is a
# folder for pictures of the page; PICTURES=docs/images renews those of the README, which pngquant then makes small.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# skip REASON
skip() {
    printf 'skipped, no browser has seen the page: %s\n' "$1" >&2
    [[ "${DBT_STEWARD_REQUIRE_BROWSER:-}" != 1 ]]
    exit
}

# Prints where Chromium is.
browser() {
    local name
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" && return
    done
    return 1
}

for tool in node npm; do
    command -v "$tool" >/dev/null || skip "no $tool"
done
if ! browser >/dev/null && [[ "$(id -u)" == 0 ]] && command -v apt-get >/dev/null; then
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >&2 || true
fi
chromium="$(browser)" || skip "no Chromium, and it cannot be installed here"
tools=target/browser
mkdir -p "$tools"
cp tests/browser/package.json "$tools/"
npm install --prefix "$tools" --no-audit --no-fund --silent || skip "playwright-core cannot be installed here"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cargo build --quiet --locked --bin dbt-steward --example generate_manifest
target/debug/examples/generate_manifest fixtures/shop/target/manifest.json "$work/large.manifest" 5000
node tests/browser/hostile.mjs fixtures/shop/target/manifest.json "$work/hostile.manifest"
for name in large hostile; do
    target/debug/dbt-steward audit "$work/$name.manifest" --today 2026-01-01 --quiet \
        --format "html=$work/$name.html" --format "json=$work/$name.json"
done
# Of the shop there is an earlier audit, by other rules, and a history.
history=(--history "$work/history.jsonl" --quiet --today 2026-01-01)
target/debug/dbt-steward audit fixtures/shop --preset strict "${history[@]}" --commit one --format "json=$work/old.json"
target/debug/dbt-steward audit fixtures/shop "${history[@]}" --commit two --compare "$work/old.json" \
    --format "html=$work/shop.html" --format "json=$work/shop.json"
cp tests/browser/page.mjs "$tools/"
CHROMIUM="$chromium" node "$tools/page.mjs" "$work"
