#!/usr/bin/env bash
# The simulator by every way that leads to it: pipe, terminal, telnet, SSH.
set -euo pipefail
program=$1
work=$(mktemp -d)
server=
failed=0

stop() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    server=
}
trap 'stop; rm -rf "$work"' EXIT

# has NAME FILE PATTERN: the file has such a line
has() {
    if grep -qE -- "$3" "$2"; then
        echo "ok - $1"
    else
        echo "not ok - $1: no '$3' in:"
        cat -A "$2"
        failed=1
    fi
}

# start ARGS...: a server; reads its announcement
start() {
    stop
    exec 4< <(exec "$program" sim nec-ix healthy-idle "$@" 2>"$work/errors")
    server=$!
    if ! read -rt 30 _ where user password <&4; then
        echo "not ok - no announcement of $*"
        cat "$work/errors"
        exit 1
    fi
    user=${user#user=}
    password=${password#password=}
}

printf 'show clock\rexit\r' |
    "$program" sim nec-ix healthy-idle --stdio --transcript "$work/typed" \
        >"$work/out"
has 'stdio: the reply' "$work/out" '^Monday, 16 March 2026 10:00:00 \+09 00'
has 'stdio: the transcript' "$work/typed" '^Router# show clock$'

printf 'admin\rkiriwake-1\rexit\r' |
    "$program" sim nec-ix healthy-idle --stdio --login >"$work/out"
has 'stdio: login as on the console' "$work/out" '^login: admin'

# talk: types into descriptor 3 what the person would, reads to the end
talk() {
    printf '%s\r%s\rshow clock\rexit\r' "$user" "$password" >&3
    timeout 20 cat <&3 >"$work/out" || true
}

start --telnet 0
exec 3<>"/dev/tcp/${where%:*}/${where#*:}"
talk
exec 3>&-
has 'telnet: the reply' "$work/out" '^Monday, 16 March 2026'

start --pty
exec 3<>"$where"
printf '%s\r%s\rshow clock\r' "$user" "$password" >&3
: >"$work/out"
while read -rt 20 line <&3; do
    printf '%s\n' "$line" >>"$work/out"
    case $line in Monday*) break ;; esac
done
exec 3>&-
has 'pty: the reply' "$work/out" '^Monday, 16 March 2026'

if command -v ssh >/dev/null; then
    start --ssh 0
    printf '#!/bin/sh\necho "%s"\n' "$password" >"$work/ask"
    chmod +x "$work/ask"
    status=0
    printf 'show clock\rexit\r' |
        SSH_ASKPASS="$work/ask" SSH_ASKPASS_REQUIRE=force timeout 20 \
            ssh -v -tt -F none -o StrictHostKeyChecking=no \
            -o UserKnownHostsFile="$work/known" -p "${where#*:}" \
            "$user@127.0.0.1" >"$work/out" 2>"$work/ssh" || status=$?
    has 'ssh: the reply' "$work/out" '^Monday, 16 March 2026'
    has 'ssh: the banner' "$work/ssh" 'software version NEC-IX2215-ms-10'
    has 'ssh: passwords only' "$work/ssh" 'can continue: password.?$'
    echo "$status" >"$work/status"
    has 'ssh: no exit status' "$work/status" '^255$'
fi
stop

status=0
"$program" sim nec-ix helthy-idle --stdio </dev/null 2>"$work/out" || status=$?
echo "status $status" >>"$work/out"
has 'an unknown scenario: the nearest' "$work/out" 'healthy-idle'
has 'an unknown scenario: status 64' "$work/out" '^status 64$'
"$program" sim nec-ix psk-mismatch-responder --peer-config >"$work/out"
has 'the peer in its own words' "$work/out" \
    '^ike policy ike-policy peer 198.51.100.100 key another-Kagi ike-prop'
"$program" scenarios --json --fault second-vpn=up >"$work/out"
has 'scenarios as JSON' "$work/out" '"id": "nec-ix/healthy-idle"'
has 'scenarios: the subject is named' "$work/out" '"--vpn"'
exit "$failed"
