#!/usr/bin/env bash
# The vendor is found out over SSH: one router of each driver behind a real
# OpenSSH server, and old routers whose algorithms are allowed by the name
# their server calls itself before the key exchange, and by nothing else.
set -euo pipefail
program=$(realpath "$1")
# shellcheck source=tests/e2e/ssh/server.bash
. "$(dirname "$0")/ssh/server.bash"
need python3

cp "$program" "$work/server/kiriwake"
echo "$password" >"$work/password"

# ask PORT ARG…: the version of what is there; messages go to $work/out, too.
ask() {
    local port=$1
    shift

    HOME=$home SSH_AUTH_SOCK='' "$program" probe \
        "ssh://$user@127.0.0.1:$port" version "$@" \
        --password-file "$work/password" --known-hosts "$work/known.$port" \
        --host-key accept-new >"$work/out" 2>&1 || true
}

# --- a current server in front of one router of each driver ---

cat >"$work/server/router" <<ROUTER
#!/bin/sh
stty raw -echo
exec $work/server/kiriwake sim \$(cat $work/server/scenario) --stdio
ROUTER
chmod 755 "$work/server/router"
router=$work/server/router start_sshd any 'PasswordAuthentication yes' \
    'PubkeyAuthentication no'
sshd_port=$port

"$program" drivers --json >"$work/drivers"
"$program" scenarios --json | python3 -c '
import json, sys
titles = {d["driver"]: d["title"] for d in json.load(open(sys.argv[1]))}
first = {}
for s in json.load(sys.stdin):
    first.setdefault(s["driver"], s["id"])
for driver, id in sorted(first.items()):
    print("\t".join([driver, id.split("/", 1)[1], titles[driver]]))
' "$work/drivers" >"$work/list"
while IFS=$'\t' read -r driver scenario title; do
    echo "$driver $scenario" >"$work/server/scenario"
    ask "$sshd_port"
    expect "$driver behind a current server" "this is a $title"
done <"$work/list"

# --- old routers ---

version() {
    printf '%s\n' "$@" >"$work/version"
}

version 'Cisco IOS Software, 2800 Software (C2800NM-ADVIPSERVICESK9-M), Version 15.1(4)M12a, RELEASE SOFTWARE (fc1)' \
    '' 'Router uptime is 3 weeks, 2 days' 'System image file is "flash:c2800nm.bin"' \
    '' 'Cisco 2811 (revision 53.50) with 249856K/12288K bytes of memory.'
start_helper old_server "$work/server/host_rsa" Cisco-1.25 "$work/version"
ask "$port"
expect 'an old IOS by its name' 'this is a Cisco IOS, IOS XE' \
    'old SSH algorithms in use: .*ssh-rsa' \
    'old SSH algorithms in use: .*diffie-hellman-group14-sha1' \
    'old SSH algorithms in use: .*aes128-cbc'

version 'Cisco Adaptive Security Appliance Software Version 8.4(7)' \
    'Hardware:   ASA5505, 512 MB RAM, CPU Geode 500 MHz'
ask "$port"
expect 'an old ASA by the same name' 'this is a Cisco ASA'

start_helper old_server "$work/server/host_rsa" Mystery-1.0 "$work/version"
ask "$port"
# either end may be the first to see that nothing is in common
expect 'nothing old for a stranger' 'in common|key exchange failed'
expect_not 'and none was used' 'old SSH algorithms in use'
ask "$port" --driver cisco-asa
expect 'unless its driver is named' 'old SSH algorithms in use: .*ssh-rsa'

exit $failed
