#!/bin/sh
# Runs the built tests; names given as arguments pick files: sh scripts/test.sh agent/parser
set -eu
if [ $# -gt 0 ]; then
  files=""
  for name in "$@"; do files="$files dist/test/$name.test.js"; done
else
  files="dist/test/*/*.test.js"
fi
# shellcheck disable=SC2086
exec node --test --test-reporter=spec --test-timeout=240000 --test-concurrency=2 $files
