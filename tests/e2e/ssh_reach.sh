#!/usr/bin/env bash
# The SSH transport when things go wrong: names, hosts and agents that are
# silent at every stage, host keys, ~/.ssh/config.
set -euo pipefail
program=$1
# shellcheck source=tests/e2e/ssh/server.bash
. "$(dirname "$0")/ssh/server.bash"

start_sshd plain 'PasswordAuthentication yes' 'PubkeyAuthentication yes' \
    'KbdInteractiveAuthentication no'
plain=$port

# bad MODE…: sets $port to that of a server that misbehaves.
bad() {
    start_helper bad_server "$@"
}

# Every stage has its deadline.
host=silent.test client 22 connect=300
expect 'silent resolver' \
    'error 3 resolve: .*no answer within 1 s while resolving the name silent' \
    'hint .*address instead'
host=no-such-host.invalid client 22
expect 'a name that does not resolve' 'error 3 resolve: .*does not resolve'
client "$(free_port)"
expect 'refused' \
    'error 3 connect: .*127.0.0.1 port [0-9]+: Connection refused' 'hint .*SSH'
bad mute
client "$port" connect=300
expect 'mute after connecting' 'error 3 greeting: .*no answer' 'hint .*port'
bad hangup
client "$port"
expect 'hangs up' 'error 3 greeting: .*did not greet' 'hint .*access list'
bad say $'SSH-2.0-Slow\r\n'
client "$port" connect=300
expect 'mute after its greeting' 'error 3 kex: .*no answer within'
bad say $'\xff\xfd\x18login: '
client "$port" connect=300
expect 'not SSH' 'error 3 greeting: ' 'hint .*[Tt]elnet|hint .*SSH port'

# Silent, or gone, after so many bytes from the server: each time an error
# that names the stage, and in the end every stage was met.
: >"$work/stages"
for bytes in 10 300 1400 1900 2400 2460 2520 2600; do
    for how in mute cut; do
        bad relay "$plain" $bytes $how
        client "$port" password="$password" connect=1500 auth=1500 \
            idle=1000 send=exit
        expect "$how after $bytes bytes" \
            '^error 3 [a-z]+: |^ready' '^hint .|^closed'
        sed -n 's/^error 3 \([a-z]*\): .*/\1/p' "$work/out" |
            sed "s/^/$how /" >>"$work/stages"
    done
done
cp "$work/stages" "$work/out"
expect 'mute at every stage' '^mute greeting' '^mute kex' '^mute auth' \
    '^mute shell'
expect 'cut at every stage' '^cut greeting' '^cut kex' '^cut auth'

# Agents that say nothing, or ask a person who does not answer.
bad unix "$work/mute-agent"
agent=$work/mute-agent client "$plain" password="$password" send=exit
expect 'silent agent: passed over' '^stage agent' '^ready' '^closed'
agent=$work/mute-agent client "$plain"
expect 'silent agent, nothing else' 'question 2' 'error 3 auth: '
agent=$work/mute-agent client "$plain" password="$password" auth=1000
expect 'silent agent within the deadline' 'error 3 agent: .*no answer' \
    'hint .*SSH_AUTH_SOCK'
printf '#!/bin/sh\necho $$ >%s/asking\nexec tail -f /dev/null\n' "$work" \
    >"$work/askpass"
chmod +x "$work/askpass"
eval "$(SSH_ASKPASS=$work/askpass DISPLAY=:9 SSH_ASKPASS_REQUIRE=force \
    ssh-agent -a "$work/asking-agent")" >/dev/null
servers+=("$SSH_AGENT_PID")
SSH_AUTH_SOCK=$work/asking-agent ssh-add -q -c "$work/keys/id_ed25519"
agent=$work/asking-agent client "$plain" password="$password" auth=1000
expect 'agent waits for a confirmation' 'error 3 agent: .*no answer' \
    'hint .*confirmation'
[ ! -s "$work/asking" ] || kill "$(cat "$work/asking")" 2>/dev/null || true

# Whoever waits can hang up at once, whatever is silent.
host=silent.test client 22 cancel=resolve
expect 'hang up while resolving' '^stage resolve' '^closed'
bad mute
client "$port" cancel=greeting
expect 'hang up while it is mute' '^stage greeting' '^closed'
bad say $'SSH-2.0-Slow\r\n'
client "$port" cancel=kex
expect 'hang up during the key exchange' '^stage kex' '^closed'
agent=$work/mute-agent client "$plain" cancel=agent
expect 'hang up while the agent is silent' '^stage agent' '^closed'
client "$plain" password="$password" cancel=shell
expect 'hang up while the shell opens' '^stage shell' '^closed'

# Host keys.
known=$work/known
client "$plain" known="$known" policy=strict password="$password"
expect 'strict: unknown is refused' 'error 3 hostkey: .*SHA256:.*not known' \
    'hint .*accept-new'
fingerprint=$(ssh-keygen -lf "$work/server/host_ed25519.pub" | cut -d' ' -f2 |
    sed 's/[+]/[+]/g')
client "$plain" known="$known" policy=ask answer=no password="$password"
expect 'ask: no' "question 1 echo=1 \[127.0.0.1\]:$plain ED25519 $fingerprint" \
    'error 3 hostkey: .*not accepted'
client "$plain" known="$known" policy=ask answer=yes password="$password" \
    send=exit
expect 'ask: yes' 'question 1' '^ready'
client "$plain" known="$known" policy=strict password="$password" send=exit
expect 'then it is known' '^ready'
expect_not 'and not asked again' '^question'
ssh-keygen -q -H -f "$known" >/dev/null 2>&1
rm -f "$known.old"
client "$plain" known="$known" policy=strict password="$password" send=exit
expect 'known by its hash' '^ready'
expect_not 'nothing asked' '^question'
ssh-keygen -q -t ed25519 -N '' -f "$work/other"
echo "[127.0.0.1]:$plain $(cut -d' ' -f1,2 "$work/other.pub")" >"$known"
for policy in ask accept-new strict; do
    client "$plain" known="$known" policy=$policy password="$password"
    expect "$policy: a changed key is refused" \
        "error 3 hostkey: .*CHANGED.*$fingerprint.*known:1" \
        "hint .*ssh-keygen -f .* -R '\[127.0.0.1\]:$plain'"
done
{
    echo "[127.0.0.1]:$plain $(cut -d' ' -f1,2 "$work/server/host_ed25519.pub")"
    echo "@revoked * $(cut -d' ' -f1,2 "$work/server/host_ed25519.pub")"
} >"$known"
client "$plain" known="$known" policy=accept-new password="$password"
expect 'a revoked key is refused' 'error 3 hostkey: .*@revoked.*known:2'
echo "[127.0.0.1]:$plain $(cut -d' ' -f1,2 "$work/server/host_rsa.pub")" \
    >"$known"
client "$plain" known="$known" policy=strict password="$password" send=exit
expect 'the key type that is known is asked for' '^ready'
client "$plain" known="$known" policy=sometimes
expect 'a bad policy' 'error 64 .*"sometimes"' 'hint .*accept-new'

# ~/.ssh/config: names are read, nothing is executed.
cat >"$home/.ssh/config" <<EOF
Match exec "touch $work/executed"
  User nobody
Host router
  HostName 127.0.0.1
  Port $plain
  UserKnownHostsFile $work/fromconfig
Host inner
  ProxyJump bastion
Host far
  ProxyCommand touch $work/executed
EOF
host=router client 0 password="$password" send=exit
expect 'HostName, Port, UserKnownHostsFile' '^ready'
grep -q "^\[127.0.0.1\]:$plain ssh-ed25519" "$work/fromconfig" ||
    { echo 'not ok - UserKnownHostsFile not written'; failed=1; }
host=inner client 0
expect 'ProxyJump is refused' 'error 64 .*ProxyJump bastion' \
    'hint .*exec:ssh inner'
host=far client 0
expect 'ProxyCommand is refused' 'error 64 .*ProxyCommand' 'hint .*exec:ssh'
[ ! -e "$work/executed" ] ||
    { echo 'not ok - ~/.ssh/config was executed'; failed=1; }

exit $failed
