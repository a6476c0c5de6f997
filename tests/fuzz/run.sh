#!/bin/sh
# Runs every fuzz target for some seconds each and prints one line per target.
#
#   tests/fuzz/run.sh [SECONDS [TARGET...]]
#
# Builds the fuzz preset first. What a run finds stays in build/fuzz/corpus and is where the next one starts. Exit 1 when
# a target failed: its line names the log and the input.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-60}
[ $# -eq 0 ] || shift
build=build/fuzz

cmake --preset fuzz >"$build.configure.log" 2>&1 || { cat "$build.configure.log"; exit 1; }
# Each file is a target but the one that replays seeds.
names=${*:-$(cd tests/fuzz && ls -- *.cc | sed 's/[.]cc$//' | grep -vx replay_seeds)}
targets=
for name in $names; do targets="$targets fuzz_$name"; done
# Word splitting is wanted: a list of targets.
# shellcheck disable=SC2086
ninja -C "$build" -j2 $targets >"$build/build.log" 2>&1 || { cat "$build/build.log"; exit 1; }

failed=0
for name in $names; do
    corpus=$build/corpus/$name
    log=$build/corpus/$name.log
    mkdir -p "$corpus"
    set -- "$corpus"
    for seeds in "tests/fuzz/seeds/$name" "$build/seeds/$name"; do
        [ ! -d "$seeds" ] || set -- "$@" "$seeds"
    done
    if "$build/bin/fuzz_$name" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$corpus.found-" "$@" >"$log" 2>&1; then
        outcome=ok
    else
        outcome="FAILED, see $log"
        failed=1
    fi
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    coverage=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    printf '%-16s %10s runs  %5s edges  %5s inputs  %s\n' "$name" "${runs:-?}" "${coverage:-?}" \
        "$(find "$corpus" -type f | wc -l)" "$outcome"
done
exit $failed
