#!/usr/bin/env bash
# Scenarios behind real OpenSSH servers, walked over SSH in real time, to the
# same verdict as in the process: every NEC IX on servers restricted as the
# router is, and a few of each kind of every vendor on current ones. Walks wait
# most of their time, so there are many at once.
set -euo pipefail
program=$(realpath "$1")
only=${2:-}
restricted=44
current=12
# shellcheck source=tests/e2e/ssh/server.bash
. "$(dirname "$0")/ssh/server.bash"
need python3

# Each server's router is what its file names at that moment: DRIVER SCENARIO.
cp "$program" "$work/server/kiriwake"
cat >"$work/server/router" <<ROUTER
#!/bin/sh
exec "$work/server/kiriwake" sim \$(cat "$work/server/\$1") --stdio
ROUTER
chmod 755 "$work/server/router" "$work/server/kiriwake"
printf '%s\n' "$password" >"$work/password"

logins=('PasswordAuthentication yes' 'PubkeyAuthentication no')
ix=("${logins[@]}"
    "HostKey $work/server/host_rsa" 'HostKeyAlgorithms ssh-rsa'
    'KexAlgorithms diffie-hellman-group-exchange-sha256'
    'Ciphers aes128-ctr,aes192-ctr,aes256-ctr'
    'MACs hmac-sha2-256,hmac-sha2-512' 'MaxStartups 100')

"$program" scenarios --json >"$work/scenarios"
servers_of() {
    local kind=$1 count=$2 i
    shift 2

    for i in $(seq "$count"); do
        router="$work/server/router $kind.$i" start_sshd "$kind.$i" "$@"
        ports+=("$kind.$i=$port")
    done
}
ports=()
servers_of ix $restricted "${ix[@]}"
servers_of current $current "${logins[@]}"

failures=0
python3 "$(dirname "$0")/ssh_scenarios.py" "$program" "$work" "$user" "$only" \
    "${ports[@]}" || failures=1
exit $failures
