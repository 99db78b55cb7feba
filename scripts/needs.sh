#!/bin/sh
# What the tests need besides Node.js and npm's packages: installed from Debian's packages where this user may, and named where not.
#     sh scripts/needs.sh          installs what is missing (root, or sudo without a password); says nothing
#     sh scripts/needs.sh report   prints a line for each program that is still missing: what it is for, what to install
set -eu

# program, Debian's package, what needs it
NEEDS='chromium chromium tests of the dashboard in a browser
promtool prometheus tests of the metrics with promtool
prometheus-alertmanager prometheus-alertmanager tests with a real Alertmanager
nats-server nats-server tests of a fleet
script bsdutils tests of the terminal view
mount mount tests with a full disk
gcore gdb tests of core files
strace strace a test that follows what a collector writes'

has() {
  # what is there but cannot be run does not count
  path=$(command -v "$1") && [ -f "$path" ] && [ -x "$path" ]
}

if [ "${1:-}" = report ]; then
  echo "$NEEDS" | while read -r program package purpose; do
    has "$program" || echo "left out: $purpose: $program is not installed; apt-get install $package"
  done
  [ "$(id -u)" = 0 ] || echo "left out: tests that mount a small disk, make control groups or act as another user: run them as root"
  exit 0
fi

missing=$(echo "$NEEDS" | while read -r program package purpose; do has "$program" || printf ' %s' "$package"; done)
[ -n "$missing" ] || exit 0
command -v apt-get >/dev/null || exit 0
if [ "$(id -u)" = 0 ]; then root=; elif sudo -n true 2>/dev/null; then root='sudo -n'; else exit 0; fi
echo "installing for the tests:$missing"
# shellcheck disable=SC2086
{ $root apt-get update -q && $root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $missing; } >/dev/null ||
  echo "some could not be installed; the tests that need them are left out"
