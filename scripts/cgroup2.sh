#!/bin/sh
# Runs the tests of memory groups of version 2 under a kernel that counts memory by them, whatever this machine's does: a
# user-mode Linux on the files that are here. Needs Debian's `user-mode-linux` (or LINUX_UML=path) and a build.
#
#   scripts/cgroup2.sh               the limits, what is seen of them from elsewhere, percent rules, and deaths
#   scripts/cgroup2.sh COMMAND …     a command of this folder instead, under that kernel
#
# It has one processor and is some five times slower. What is written to /tmp there is gone with it.
set -eu
cd "$(dirname "$0")/.."
linux=${LINUX_UML:-linux.uml}
command -v "$linux" >/dev/null || { echo "no $linux here: apt-get install user-mode-linux" >&2; exit 1; }

here=$PWD
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
truncate -s 512M "$dir/swap"
if [ $# -eq 0 ]; then
  set -- sh -c 'node --test --test-timeout=300000 dist/test/agent/process/cgroup2.long.test.js dist/test/collector/alert/percent-limit.long.test.js &&
    node dist/scripts/deaths.js --majors 20 --only cgroup'
fi
for word in "$@"; do printf " '%s'" "$(printf %s "$word" | sed "s/'/'\\\\''/g")"; done >"$dir/command"

cat >"$dir/init" <<EOF
#!/bin/sh
export PATH='$PATH' HOME=/tmp
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t cgroup2 none /sys/fs/cgroup
command=\$(cat '$dir/command')
mount -t tmpfs -o size=1g tmp /tmp
mount -t tmpfs run /run
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/shm && mount -t tmpfs shm /dev/shm
ip link set lo up
mkswap /dev/ubda >/dev/null 2>&1 && swapon /dev/ubda
echo '+memory +pids' >/sys/fs/cgroup/cgroup.subtree_control
cd '$here'
sh -c "\$command"
echo "heapwatch-exit \$?"
echo o >/proc/sysrq-trigger
sleep 10
EOF
chmod +x "$dir/init"
"$linux" mem=3000M root=/dev/root rootfstype=hostfs ro "init=$dir/init" con=null con0=null,fd:1 "ubd0=$dir/swap" quiet \
  </dev/null 2>"$dir/errors" | tee "$dir/output"
code=$(sed -n 's/^heapwatch-exit \([0-9]*\).*/\1/p' "$dir/output")
[ -n "$code" ] || cat "$dir/errors" >&2
exit "${code:-1}"
