#!/bin/sh
# Runs the built tests; names given as arguments pick files: sh scripts/test.sh agent/parser
# Those in test/alone touch every inspector of the machine, and wait until nobody else needs one.
set -eu
run() { node --test --test-reporter=spec --test-timeout=240000 --test-concurrency=2 "$@"; }
if [ $# -gt 0 ]; then
  files=""
  for name in "$@"; do files="$files dist/test/$name.test.js"; done
  # shellcheck disable=SC2086
  run $files
else
  # shellcheck disable=SC2046
  run $(ls dist/test/*/*.test.js | grep -v '^dist/test/alone/')
  run dist/test/alone/*.test.js
fi
