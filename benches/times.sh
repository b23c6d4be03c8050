#!/usr/bin/env bash
# Takes times, for the scripts beside it. They set `work` to a folder and `runs` to how often each command is run, and
# need bash 5.

# timed NAME [COMMAND…]: runs a command, the function NAME if none is given, and notes how many microseconds it takes.
timed() {
    local name=$1 start
    shift
    start=${EPOCHREALTIME/./}
    if (($#)); then "$@"; else "$name"; fi
    echo $((${EPOCHREALTIME/./} - start)) >>"${work:?}/$name.times"
}

# The best time says what the program costs; the median what the machine made of it.
best() { sort -n "${work:?}/$1.times" | head -n 1; }
median() { sort -n "${work:?}/$1.times" | sed -n "$(((${runs:?} + 1) / 2))p"; }
