#!/bin/sh
# Runs the built tests.
#     sh scripts/test.sh                       all but slow and long ones; matrices of Node versions on the least that heapwatch runs on
#     sh scripts/test.sh --slow                those that take much time by themselves: *.slow.test.ts
#     sh scripts/test.sh --long                the rest: *.long.test.ts, and what tries versions of Node on the others
#     sh scripts/test.sh agent/parse/parser    the files of these names
# Where a few files of a whole run fail, each of them runs once more with the machine to itself: what fails again fails the
# run; what passes then depends on the machine's load, is named at the end, and is to be mended.
set -eu
FEW=6

run() {
  concurrency=$1
  shift
  : >"$failed"
  node --test --test-timeout=600000 --test-concurrency="$concurrency" \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=./dist/scripts/failed-files.js --test-reporter-destination="$failed" "$@"
}

again() {
  files=$(cat "$failed")
  count=$(echo "$files" | grep -c . || true)
  [ "$count" -gt 0 ] && [ "$count" -le "$FEW" ] || return 1
  # shellcheck disable=SC2086
  echo "again, alone:" $files
  # shellcheck disable=SC2086
  run 1 $files || return 1
  # shellcheck disable=SC2086
  echo "depends on the machine's load, to be mended:" $files
}

whole() { run 3 "$@" || again || code=1; }

files() { find dist/test -name '*.test.js' "$@" | sort; }

failed=$(mktemp)
trap 'rm -f "$failed"' EXIT
code=0
case ${1:-} in
  '')
    sh scripts/needs.sh
    # shellcheck disable=SC2046
    whole $(files ! -name '*.long.test.js' ! -name '*.slow.test.js')
    sh scripts/needs.sh report
    ;;
  --slow)
    sh scripts/needs.sh
    # shellcheck disable=SC2046
    whole $(files -name '*.slow.test.js')
    sh scripts/needs.sh report
    ;;
  --long)
    sh scripts/needs.sh
    # shellcheck disable=SC2046
    HEAPWATCH_MAJORS=18,22,24,26 whole $(files ! -name '*.long.test.js' -exec grep -q TRIED_MAJORS {} \; -print)
    # shellcheck disable=SC2046
    HEAPWATCH_MAJORS=18,20,22,24,26 whole $(files -name '*.long.test.js')
    sh scripts/needs.sh report
    ;;
  *)
    names=""
    for name in "$@"; do names="$names dist/test/$name.test.js"; done
    # shellcheck disable=SC2086
    run 3 $names || code=1
    ;;
esac
exit "$code"
