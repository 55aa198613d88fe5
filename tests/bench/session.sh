#!/usr/bin/env bash
# A headless walk over SSH against OpenSSH with the very same bytes on its
# standard input, both to a real OpenSSH server whose ForceCommand is the
# simulator: session.sh PROGRAM [DOCS]. The scenario's walk has no wait of the
# guideline's own (a sample taken twice): that would be no time of the session.
set -euo pipefail
program=$(realpath "$1")
docs=${2:-}
root=$(realpath "$(dirname "$0")/../..")
# shellcheck source=tests/e2e/ssh/server.bash
. "$root/tests/e2e/ssh/server.bash"
need ssh
need python3

scenario=${KIRIWAKE_SCENARIO:-nec-ix/config-map-not-applied}
cp "$program" "$work/server/kiriwake"
ssh-keygen -q -t ed25519 -N '' -f "$home/.ssh/id_ed25519"
cp "$home/.ssh/id_ed25519.pub" "$work/server/authorized_keys"

# The router; while the file "record" is there, it keeps what is typed.
router=$work/server/router
cat >"$router" <<END
#!/bin/sh
stty raw -echo
cd $work/server
if [ -e record ]; then
    tee typed | ./kiriwake sim ${scenario%%/*} ${scenario#*/} --stdio
else
    exec ./kiriwake sim ${scenario%%/*} ${scenario#*/} --stdio
fi
END
chmod 755 "$router"

# The key exchange that both clients know: each has the same to compute.
start_sshd current 'PasswordAuthentication no' \
    'KexAlgorithms curve25519-sha256'
current=$port
start_sshd ix 'PasswordAuthentication no' \
    "HostKey $work/server/host_rsa" 'HostKeyAlgorithms ssh-rsa' \
    'KexAlgorithms diffie-hellman-group-exchange-sha256' \
    'Ciphers aes128-ctr,aes192-ctr,aes256-ctr' \
    'MACs hmac-sha2-256,hmac-sha2-512'

python3 "$root/tests/bench/session.py" "$program" "$scenario" "$work" \
    "$user" "$current" "$port" ${docs:+"$docs"}
