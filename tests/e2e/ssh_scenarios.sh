#!/usr/bin/env bash
# Every NEC IX scenario behind a real OpenSSH server, restricted as the router
# is: walked over SSH, in real time, to the same verdict as in the process.
set -euo pipefail
program=$(realpath "$1")
only=${2:-}
workers=16
# shellcheck source=tests/e2e/ssh/server.bash
. "$(dirname "$0")/ssh/server.bash"

# Each server's router is the scenario that its file names at that moment.
cp "$program" "$work/server/kiriwake"
cat >"$work/server/router" <<ROUTER
#!/bin/sh
exec "$work/server/kiriwake" sim nec-ix "\$(cat "$work/server/\$1")" --stdio
ROUTER
chmod 755 "$work/server/router" "$work/server/kiriwake"
printf '%s\n' "$password" >"$work/password"

ix=('PasswordAuthentication yes' 'PubkeyAuthentication no'
    "HostKey $work/server/host_rsa" 'HostKeyAlgorithms ssh-rsa'
    'KexAlgorithms diffie-hellman-group-exchange-sha256'
    'Ciphers aes128-ctr,aes192-ctr,aes256-ctr'
    'MACs hmac-sha2-256,hmac-sha2-512' 'MaxStartups 100')

"$program" scenarios --json >"$work/scenarios"
ports=()
for i in $(seq $workers); do
    router="$work/server/router scenario.$i" start_sshd "ix$i" "${ix[@]}"
    ports+=("$port")
done

failures=0
python3 "$(dirname "$0")/ssh_scenarios.py" "$program" "$work" "$user" "$only" \
    "${ports[@]}" || failures=1
exit $failures
