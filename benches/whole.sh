#!/usr/bin/env bash
# The whole command against a plain parse of the same file: time, memory and their ratios.
#
#     benches/whole.sh MANIFEST [RUNS]
#
# Runs `dbt-steward check MANIFEST` and the example `plain_parse` in turns, so that whatever else the machine does befalls
# both, then each once more for its peak memory. Needs bash 5 and, for memory, GNU time.
set -euo pipefail
manifest=$(realpath "${1:?usage: benches/whole.sh MANIFEST [RUNS]}")
runs=${2:-15}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=benches/times.sh
source benches/times.sh

[[ ${NO_BUILD:-} ]] || cargo build --release --quiet --bin dbt-steward --example plain_parse
built=${CARGO_TARGET_DIR:-target}/release
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

whole() {
    "$built/dbt-steward" check "$manifest" --format concise --output-file "$work/findings" --quiet --exit-zero
}
plain() { "$built/examples/plain_parse" "$manifest" >"$work/plain"; }

# KiB at most in memory at once; 0 where GNU time is not there.
peak() {
    if [[ -x /usr/bin/time ]] && /usr/bin/time -f %M -o "$work/peak" true 2>/dev/null; then
        /usr/bin/time -f %M -o "$work/peak" "$@" >/dev/null
        cat "$work/peak"
    else
        echo 0
    fi
}

whole # The first run brings the file into memory.
for ((run = 0; run < runs; run++)); do
    # Some file systems write a file to the disk at once when it takes another one's place.
    rm -f "$work/findings"
    timed plain
    timed whole
done
plain_peak=$(peak "$built/examples/plain_parse" "$manifest")
whole_peak=$(peak "$built/dbt-steward" check "$manifest" --format concise --output-file "$work/findings" --quiet --exit-zero)

awk -v bytes="$(wc -c <"$manifest")" -v findings="$(wc -l <"$work/findings")" -v runs="$runs" \
    -v pb="$(best plain)" -v pm="$(median plain)" -v wb="$(best whole)" -v wm="$(median whole)" \
    -v pk="$plain_peak" -v wk="$whole_peak" 'BEGIN {
    printf "%.1f MB, %d findings, %d runs of each in turns\n", bytes / 1e6, findings, runs
    printf "%-12s %10s %10s %10s %12s\n", "", "best ms", "median ms", "peak MiB", "peak / file"
    printf "%-12s %10.1f %10.1f %10.0f %12.2f\n", "plain parse", pb / 1e3, pm / 1e3, pk / 1024, pk * 1024 / bytes
    printf "%-12s %10.1f %10.1f %10.0f %12.2f\n", "whole", wb / 1e3, wm / 1e3, wk / 1024, wk * 1024 / bytes
    printf "%-12s %10.2f %10.2f %10.2f\n", "whole/plain", wb / pb, wm / pm, pk ? wk / pk : 0
}'
