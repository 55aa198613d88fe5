#!/usr/bin/env bash
# The SSH transport against a real OpenSSH server: algorithms and logins.
set -euo pipefail
program=$1
# shellcheck source=tests/e2e/ssh/server.bash
. "$(dirname "$0")/ssh/server.bash"

# A current server: password, terminal, an exit without more ado.
start_sshd modern 'PasswordAuthentication yes' 'PubkeyAuthentication no'
modern=$port
client "$modern" password="$password" send=tty send=exit
expect 'modern: password login' '^banner OpenSSH' '^legacy $' '^ready' \
    'vt100 24 80' '^closed'
client "$modern" password="$password" send=die
expect 'no exit status is a normal end' '^ready' '^closed'
client "$modern" password=wrong
expect 'wrong password' 'error 3 auth: .*refused the password of user field' \
    'hint .*--password-file'
client "$modern" answer="$password" send=exit
expect 'password asked' 'question 2 echo=0 Password of field@127.0.0.1: ' \
    '^closed'
client "$modern" answer=wrong answer="$password" send=exit
expect 'password asked again' '^ready' '^closed'
client "$modern"
expect 'password declined' 'error 3 auth: .*got no answer' '^hint .*password'
client "$modern" password="$password" send=big send=exit
expect 'much output arrives whole' '^closed'
lines=$(tr -d '\r' <"$work/out" | grep -cE '^([0-9]{10}){6}0123$')
[ "$lines" = 4000 ] || { echo "not ok - $lines of 4000 lines"; failed=1; }

# As a NEC IX offers it (measured: IX2106, firmware 10.9.34).
start_sshd ix 'PasswordAuthentication yes' 'PubkeyAuthentication no' \
    "HostKey $work/server/host_rsa" 'HostKeyAlgorithms ssh-rsa' \
    'KexAlgorithms diffie-hellman-group-exchange-sha256' \
    'Ciphers aes128-ctr,aes192-ctr,aes256-ctr' \
    'MACs hmac-sha2-256,hmac-sha2-512'
client "$port" password="$password" legacy=ssh-rsa send=exit
expect 'as the IX: ssh-rsa, group exchange, password' '^legacy ssh-rsa$' \
    '^ready' '^closed'
client "$port" password="$password"
expect 'refused host key algorithm shows both offers' \
    'error 3 kex: .*no host key algorithm in common' \
    'the device offers: ssh-rsa$' 'we offer: .*rsa-sha2-512' \
    'hint .*legacy: \[ssh-rsa\]'

# As old units are.
old='diffie-hellman-group1-sha1,aes128-cbc,hmac-sha1'
start_sshd old 'PasswordAuthentication yes' 'PubkeyAuthentication no' \
    'KexAlgorithms diffie-hellman-group1-sha1' 'Ciphers aes128-cbc' \
    'MACs hmac-sha1'
client "$port" password="$password" legacy=$old send=exit
expect 'old: group1-sha1, aes128-cbc, hmac-sha1' \
    '^legacy diffie-hellman-group1-sha1, aes128-cbc, hmac-sha1$' '^ready' \
    '^closed'
client "$port" password="$password"
expect 'refused key exchange' 'no key exchange method in common' \
    'the device offers: .*diffie-hellman-group1-sha1' 'we offer: .*curve25519'
client "$port" password="$password" legacy=diffie-hellman-group1-sha1
expect 'refused cipher' 'no cipher in common' \
    'the device offers: aes128-cbc$' 'we offer: .*aes256-ctr'
client "$port" password="$password" \
    legacy=diffie-hellman-group1-sha1,aes128-cbc
expect 'refused MAC' 'no MAC in common' 'the device offers: hmac-sha1$' \
    'we offer: .*hmac-sha2-256'
client "$port" password="$password" legacy=des-cbc
expect 'an unknown old algorithm' 'error 65 .*"des-cbc"' 'hint .*3des-cbc'

# Keys and agents.
start_sshd keys 'PasswordAuthentication yes' 'PubkeyAuthentication yes' \
    'MaxAuthTries 3'
keys=$port
cp "$work"/keys/id_ed25519* "$home/.ssh"
client "$keys" send=exit
expect 'key from ~/.ssh' '^stage key' '^ready' '^closed'
expect_not 'key login asks nothing' '^question'
rm "$home"/.ssh/id_*
printf 'Host 127.*\n  IdentityFile %s/keys/id_locked\n' "$work" \
    >"$home/.ssh/config"
client "$keys" answer='open sesame' send=exit
expect 'passphrase asked' 'question 3 echo=0 Passphrase of .*id_locked' \
    '^ready'
client "$keys" answer=- answer="$password" send=exit
expect 'passphrase declined: password' 'question 3' 'question 2' '^ready'
rm "$home/.ssh/config"
eval "$(ssh-agent -a "$work/agent")" >/dev/null
servers+=("$SSH_AGENT_PID")
SSH_AUTH_SOCK=$work/agent ssh-add -q "$work/keys/id_rsa"
agent=$work/agent client "$keys" send=exit
expect 'agent' '^stage agent' '^ready' '^closed'
expect_not 'agent login asks nothing' '^question'
client "$keys" password="$password" send=exit
expect 'no agent, no key: password' '^ready' '^closed'

# Keyboard-interactive, with a second question after the password.
start_helper kbdint_server "$work/server/host_ed25519" "$password"
kbdint=$port
client "$kbdint" password="$password" answer=yes
expect 'keyboard-interactive: password given, notice asked' \
    'question 3 echo=1 Authorized use only' '^Do you accept' '^ready' \
    '^fw> ' '^closed'
expect_not 'the given password is not asked' '^question 2'
client "$kbdint" answer="$password" answer=yes
expect 'keyboard-interactive: password asked' 'question 2 echo=0 Password: ' \
    'question 3' '^ready'
client "$kbdint" password="$password" answer=no
expect 'notice not accepted' 'error 3 auth: .*refused the answers of user field'
client "$kbdint" password=wrong
expect 'keyboard-interactive: wrong password' \
    'error 3 auth: .*refused the password of user field'
client "$kbdint" password="$password" answer=-
expect 'notice not answered' 'error 3 auth: .*got no answer'

exit $failed
