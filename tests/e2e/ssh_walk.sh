#!/usr/bin/env bash
# Whole walks over a real OpenSSH server whose ForceCommand is the simulator,
# once as a NEC IX offers its algorithms, once as a current server. Scenarios:
# $KIRIWAKE_SCENARIOS (names, or "all"), else a few of each kind.
set -euo pipefail
program=$1
# shellcheck source=tests/e2e/ssh/server.bash
. "$(dirname "$0")/ssh/server.bash"
need python3

some='healthy-idle psk-mismatch-initiator two-vpns-first-down ikev2-down'
want=${KIRIWAKE_SCENARIOS:-$some}
cp "$program" "$work/server/kiriwake"
echo "$password" >"$work/password"

# A line each: id, driver, outcome, finding, arguments (quoted for the shell).
"$program" scenarios --json | WANT=$want python3 -c '
import json, os, shlex, sys
want = os.environ["WANT"].split()
for s in json.load(sys.stdin):
    if want == ["all"] or s["id"].split("/", 1)[1] in want:
        print("\t".join([s["id"], s["driver"], s["expect"]["outcome"],
                         s["expect"].get("finding") or "-",
                         shlex.join(s["args"])]))
' >"$work/list"
[ -s "$work/list" ] || { echo "not ok - no scenario: $want"; exit 1; }

# The router plays what the file beside it names.
make_router() {
    cat >"$work/server/router.$1" <<EOF
#!/bin/sh
stty raw -echo
exec $work/server/kiriwake sim \$(cat $work/server/scenario.$1) --stdio
EOF
    chmod 755 "$work/server/router.$1"
    router=$work/server/router.$1
}

make_router ix
start_sshd ix 'PasswordAuthentication yes' 'PubkeyAuthentication no' \
    "HostKey $work/server/host_rsa" 'HostKeyAlgorithms ssh-rsa' \
    'KexAlgorithms diffie-hellman-group-exchange-sha256' \
    'Ciphers aes128-ctr,aes192-ctr,aes256-ctr' \
    'MACs hmac-sha2-256,hmac-sha2-512'
ix=$port
make_router modern
start_sshd modern 'PasswordAuthentication yes' 'PubkeyAuthentication no'
modern=$port

# walk NAME PORT ID DRIVER OUTCOME FINDING ARG…
walk() {
    local name=$1 port=$2 id=$3 driver=$4 outcome=$5 finding=$6 got
    shift 6

    echo "$driver ${id#*/}" >"$work/server/scenario.$name"
    HOME=$home SSH_AUTH_SOCK='' "$program" check \
        "ssh://$user@127.0.0.1:$port" --driver "$driver" --json --no-journal \
        --password-file "$work/password" --known-hosts "$work/known.$name" \
        --host-key accept-new "$@" >"$work/result.$name" \
        2>"$work/errors.$name" || true
    got=$(python3 -c '
import json, sys
r = json.load(sys.stdin)
f = r["findings"]
print(r["outcome"], f[0]["id"] if f else "-")
' <"$work/result.$name" 2>&1) || true
    if [ "$got" = "$outcome $finding" ]; then
        echo "ok - $name: $id"
    else
        echo "not ok - $name: $id: wanted $outcome $finding, got $got"
        sed 's/^/    /' "$work/errors.$name"
        tail -c 2000 "$work/result.$name"
        touch "$work/failed"
    fi
}

# Every second NEC IX by each server; the others by the current one only.
walks() {
    local name=$1 port=$2 odd=$3 n=0 id driver outcome finding args

    while IFS=$'\t' read -r id driver outcome finding args; do
        n=$((n + 1))
        if [ "$driver" = nec-ix ]; then
            [ $((n % 2)) = "$odd" ] || continue
        else
            [ "$name" = modern ] || continue
        fi
        eval "walk $name $port $id $driver $outcome $finding $args" </dev/null
    done <"$work/list"
}

walks ix "$ix" 0 &
first=$!
walks modern "$modern" 1
wait $first
[ ! -e "$work/failed" ]
