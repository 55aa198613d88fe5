#!/usr/bin/env bash
# A walk at 9600 baud against the line's own time for its bytes, over a real
# USB adapter of the QEMU guest: serial.sh PROGRAM [DOCS].
set -euo pipefail
program=$(realpath "$1")
docs=${2:-}
root=$(realpath "$(dirname "$0")/../..")
dir=$(dirname "$program")/guest
[ -f "$dir/kernel.deb" ] || {
    echo "no $dir/kernel.deb: ./dev guest downloads it" >&2
    exit 1
}
"$root/tests/guest/image.sh" "$dir/kernel.deb" "$program" "$dir"
exec python3 "$root/tests/bench/serial.py" "$program" "$dir" $docs
