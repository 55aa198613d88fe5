# A real OpenSSH server for a test: an own process on a free loopback port,
# with its own configuration, keys and one made-up user (see
# preload/fake_user.c); nothing of the system is touched. Sourced, with
# $program set to the kiriwake binary.

need() {
    command -v "$1" >/dev/null || { echo "skipped: no $1"; exit 77; }
}

sshd=$(PATH=$PATH:/usr/sbin command -v sshd) ||
    { echo "skipped: no sshd (package openssh-server)"; exit 77; }
need ssh-keygen
need ssh-agent

helpers=$(dirname "$program")/tests
here=$(dirname "${BASH_SOURCE[0]}")
work=$(mktemp -d)
home=$work/home
user=field password='s3cret pass'
servers=()
as=()

cleanup() {
    local pid

    for pid in "${servers[@]}"; do
        kill "$pid" 2>/dev/null || true
    done
    wait
    rm -rf "$work"
}
trap cleanup EXIT

# As root the server runs as nobody: it then writes no login records.
if [ "$(id -u)" = 0 ]; then
    need setpriv
    as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
fi

mkdir -p "$home/.ssh" "$work/keys" "$work/server"
chmod 700 "$home/.ssh"
chmod 755 "$work"
cp "$helpers/fake_user.so" "$here/fake-router" "$work/server"
for type in rsa ed25519; do
    ssh-keygen -q -t $type -N '' -f "$work/server/host_$type"
    ssh-keygen -q -t $type -N '' -f "$work/keys/id_$type"
done
ssh-keygen -q -t ed25519 -N 'open sesame' -f "$work/keys/id_locked"
cat "$work"/keys/*.pub >"$work/server/authorized_keys"
mkdir "$work/server/home"
[ "$(id -u)" != 0 ] || chown -R nobody:nogroup "$work/server"
chmod 700 "$work"/server/host_*

# Newer servers shut out who fails too often, which these tests do.
penalties=
if "${as[@]}" "$sshd" -t -f /dev/null -h "$work/server/host_ed25519" \
    -o 'PerSourcePenalties no' 2>/dev/null; then
    penalties='PerSourcePenalties no'
fi

# A port of ours: sshd cannot choose one by itself.
free_port() {
    local port

    while :; do
        port=$((20000 + RANDOM % 20000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo $port
}

# start_sshd NAME LINE…: sets $port; the configuration's lines are added.
start_sshd() {
    local name=$1 config=$work/server/$1.conf log=$work/server/$1.log try
    shift

    : >"$log"
    for try in 1 2 3 4 5; do
        port=$(free_port)
        {
            echo "Port $port"
            echo "ListenAddress 127.0.0.1"
            echo "UsePAM no"
            echo "StrictModes no"
            echo "PidFile none"
            echo "$penalties"
            echo "PermitRootLogin no"
            echo "AuthorizedKeysFile $work/server/authorized_keys"
            echo "ForceCommand ${router:-$work/server/fake-router}"
            printf '%s\n' "$@"
            grep -qi '^HostKey ' <<<"$(printf '%s\n' "$@")" || {
                echo "HostKey $work/server/host_ed25519"
                echo "HostKey $work/server/host_rsa"
            }
        } >"$config"
        "${as[@]}" env LD_PRELOAD="$work/server/fake_user.so" \
            FAKE_USER="$user" FAKE_PASSWORD="$password" \
            FAKE_HOME="$work/server/home" \
            "$sshd" -D -e -f "$config" 2>"$log" &
        servers+=($!)
        # The log's first line tells that it listens, or why not.
        until grep -qE 'listening|error|fatal|Bind' "$log"; do
            kill -0 "${servers[-1]}" 2>/dev/null || break
            read -r -t 0.02 <>/dev/zero || true
        done
        ! grep -q 'Server listening' "$log" || return 0
    done
    cat "$log" >&2
    return 1
}

# start_helper NAME ARG…: a server of ours that prints where it listens
# ($port) once it does.
start_helper() {
    local said=$work/said.${#servers[@]}

    : >"$said"
    "$helpers/$1" "${@:2}" >>"$said" &
    servers+=($!)
    until [ -s "$said" ]; do
        kill -0 "${servers[-1]}" || exit 1
        read -r -t 0.02 <>/dev/zero || true
    done
    port=$(cat "$said")
}

# client PORT key=value…: its output is left in $work/out.
client() {
    local port=$1
    shift

    HOME=$home SSH_AUTH_SOCK=${agent:-} \
        "$helpers/ssh_client" "${host:-127.0.0.1}" "$port" \
        user=$user policy=accept-new "$@" >"$work/out" 2>&1 || true
    if grep -q 'a child was left behind' "$work/out"; then
        echo "not ok - a child was left behind: $*"
        failed=1
    fi
}

failed=0
# expect NAME PATTERN…: every pattern (extended regex) is in the output.
expect() {
    local name=$1 pattern
    shift

    for pattern; do
        if ! grep -qE -- "$pattern" "$work/out"; then
            echo "not ok - $name: no line matches: $pattern"
            sed 's/^/    /' "$work/out" | head -n 30
            failed=1
            return
        fi
    done
    echo "ok - $name"
}

expect_not() {
    if grep -qE -- "$2" "$work/out"; then
        echo "not ok - $1: a line matches: $2"
        sed 's/^/    /' "$work/out"
        failed=1
    else
        echo "ok - $1"
    fi
}
