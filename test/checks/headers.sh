#!/usr/bin/env bash
# Every header of src/ compiles alone. Usage: headers.sh BUILD_FOLDER (generated headers are found there)
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
check() {
  # Through another file, so that `#pragma once` is not in the main one.
  echo "#include \"${1#src/}\"" |
    clang++-19 -std=c++23 -Wall -Wextra -Wconversion -Wshadow -Werror -fsyntax-only -Isrc "-I$2/src" "-I$2/generated" \
      -x c++ - || { echo "$1 does not compile alone"; return 1; }
}
export -f check
count=$(find src -name '*.h' | wc -l)
[ "$count" -gt 0 ]
find src -name '*.h' -print0 | xargs -0 -P "$(nproc)" -I{} bash -c 'check "$1" "$2"' _ {} "$build"
echo "$count headers compile alone"
