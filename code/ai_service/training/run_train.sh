#!/usr/bin/env bash
# One whole run of a stage: check, base answers, train, tuned answers, score, compare, report.
#   bash code/ai_service/training/run_train.sh sample|style|writing|tool|rag|all|... [flags of `tutorsmith run`]
# Every setting can be overridden by its upper-case name: NUM_TRAIN_EPOCHS=4 LEARNING_RATE=1e-3 bash run_train.sh style
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
if [ $# -lt 1 ]; then
  echo "usage: bash code/ai_service/training/run_train.sh STAGE [flags of tutorsmith run]" >&2
  exit 2
fi
if [ -z "${VIRTUAL_ENV:-}" ] || ! command -v tutorsmith >/dev/null; then
  make --no-print-directory setup
  PATH="$PWD/.venv/bin:$PATH"
fi
exec tutorsmith run "$@"
