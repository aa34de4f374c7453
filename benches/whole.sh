#!/usr/bin/env bash
# Times the whole program as it is shipped, process start to files written: the sample as PDF and DOCX, then each alone, the PDF also
# without the font programs that an earlier run kept.
# Prints minimum, median and maximum of N runs (default 21) in milliseconds.
#   benches/whole.sh [N]
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-21}
cargo build --profile dist --quiet
program=${CARGO_TARGET_DIR:-target}/dist/gongkai
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export GONGKAI_CACHE=$out/kept

measure() { # label, arguments
  local label=$1 times=() start end
  shift
  "$program" "$@" >/dev/null 2>&1 # warms the file cache, and keeps the font programs
  for _ in $(seq "$runs"); do
    start=$(date +%s%N)
    "$program" "$@" >/dev/null 2>&1
    end=$(date +%s%N)
    times+=($(((end - start) / 1000)))
  done
  printf '%s\n' "${times[@]}" | sort -n |
    awk -v label="$label" '{ t[NR] = $1 } END { printf "%-14s min %6.1f  median %6.1f  max %6.1f ms\n", label, t[1]/1000, t[int((NR+1)/2)]/1000, t[NR]/1000 }'
}

measure "pdf + docx" build data/631-2023 -o "$out"
measure "pdf" build data/631-2023 -o "$out" --format pdf
GONGKAI_CACHE='' measure "pdf, none kept" build data/631-2023 -o "$out" --format pdf
measure "docx" build data/631-2023 -o "$out" --format docx
measure "check" check data/631-2023
