#!/usr/bin/env bash
# One night's evaluation: run each stage in a folder of its own, ask the gate, then write trend and cross table.
# A hold is a result and is recorded (gate.json, the column "gate" of the trend); only what could not be done fails.
#
#   STAGES="sample style" NIGHTLY_ROOT=outputs/nightly bash benchmarks/nightly.sh
set -euo pipefail
cd "$(dirname "$0")/.."
root=${NIGHTLY_ROOT:-outputs/nightly}
night=$root/$(date -u +%Y-%m-%d-%H%M%S)
runs=()
for stage in ${STAGES:-sample}; do
  tutorsmith run "$stage" --output-dir "$night/$stage"
  code=0
  tutorsmith gate "$night/$stage" --policy policies/course.toml --root "$root" || code=$?
  if [ "$code" -gt 2 ]; then exit "$code"; fi
  runs+=("$night/$stage")
done
tutorsmith runs trend --root "$root" --out "$root" > /dev/null
tutorsmith runs cross "${runs[@]}" --root "$root" --out "$root" > /dev/null
echo "nightly: $root/trend.md, $root/trend.svg, $root/cross.md"
