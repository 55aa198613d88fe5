#!/usr/bin/env bash
# Real serial ports: an FTDI adapter and a 16550 of a QEMU guest, with
# simulated routers at their other ends. Without options a sample of the
# scenarios; --all: all, and the adapter pulled out at fifty random bytes;
# --all WORD: the tests and scenarios with WORD in their names.
set -euo pipefail
program=$(realpath "$1")
shift
guest=$(cd "$(dirname "$0")/../guest" && pwd)
dir=$(dirname "$program")/guest

skip() {
    echo "skipped: $*"
    exit 77
}
for tool in qemu-system-x86_64 busybox cpio setpriv; do
    command -v "$tool" >/dev/null || skip "no $tool (./dev test installs it)"
done
[ -f "$dir/kernel.deb" ] ||
    skip "no $dir/kernel.deb (./dev test downloads Debian's kernel)"

options=()
[ "${1:-}" != --all ] || { options+=(--all); shift; }
if [ -n "${1:-}" ]; then
    options+=(--only "$1")
elif [ ${#options[@]} -gt 0 ]; then
    options+=(--unplug 50)
fi
"$guest/image.sh" "$dir/kernel.deb" "$program" "$dir"
exec python3 "$guest/suite.py" "$program" "$dir" --log "$dir/console.log" \
    "${options[@]}"
