#!/bin/sh
# Runs the built tests; names given as arguments pick files: sh scripts/test.sh agent/parser
set -eu
run() { node --test --test-reporter=spec --test-timeout=240000 --test-concurrency=2 "$@"; }
if [ $# -gt 0 ]; then
  files=""
  for name in "$@"; do files="$files dist/test/$name.test.js"; done
  # shellcheck disable=SC2086
  run $files
else
  run dist/test/*/*.test.js
fi
