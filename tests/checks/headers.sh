#!/usr/bin/env bash
# Every header of src/ compiles alone. Usage: headers.sh BUILD_FOLDER (generated headers are found there)
# Where a source file of the same name includes it before anything else, the build has shown that; the others are compiled here.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
is_shown_by_build() {
  local source=${1%.h}.cc
  [ -f "$source" ] && [ "$(grep -m1 '^#include' "$source")" = "#include \"${1#src/}\"" ]
}
check() {
  # Through another file, so that `#pragma once` is not in the main one.
  echo "#include \"${1#src/}\"" |
    clang++-19 -std=c++23 -Wall -Wextra -Wconversion -Wshadow -Werror -fsyntax-only -Isrc "-I$2/src" "-I$2/generated" \
      -x c++ - || { echo "$1 does not compile alone"; return 1; }
}
export -f check
mapfile -t headers < <(find src -name '*.h' | sort)
alone=()
for header in "${headers[@]}"; do
  is_shown_by_build "$header" || alone+=("$header")
done
[ ${#alone[@]} -gt 0 ]
printf '%s\0' "${alone[@]}" | xargs -0 -P "$(nproc)" -I{} bash -c 'check "$1" "$2"' _ {} "$build"
echo "${#headers[@]} headers compile alone, ${#alone[@]} of them tried here"
