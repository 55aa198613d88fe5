#!/bin/sh
# A console line in every state: what is on it is told, nothing is typed into
# what must not be, and the walk goes on once the router answers.
set -eu
kiriwake=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
XDG_STATE_HOME=$dir/state
export XDG_STATE_HOME
failed=0

# device NAME: reads its program (sh) from stdin. What is typed to it goes to
# NAME.typed.
device() {
    { echo "typed=$dir/$1.typed"; cat; } >"$dir/$1.sh"
    : >"$dir/$1.typed"
}

# expect NAME FINDING CERTAINTY CHECKPOINT ARGS…
expect() {
    name=$1 finding=$2 certainty=$3 point=$4
    shift 4
    "$kiriwake" check "exec:sh $dir/$name.sh" --json "$@" \
        >"$dir/$name.json" 2>"$dir/$name.err" || true
    grep -q "\"id\": \"$finding\"" "$dir/$name.json" &&
        grep -q "\"certainty\": \"$certainty\"" "$dir/$name.json" &&
        grep -q "\"checkpoint\": \"$point\"" "$dir/$name.json" || {
        echo "console: $name: expected $finding ($certainty) at $point" >&2
        cat "$dir/$name.json" "$dir/$name.err" >&2
        failed=1
    }
}

# typed NAME BYTES: exactly this was typed.
typed() {
    printf "$2" | cmp -s - "$dir/$1.typed" || {
        echo "console: $1: typed:" >&2
        od -c "$dir/$1.typed" >&2
        failed=1
    }
}

device silent <<'E'
exec cat >$typed
E
device monitor <<'E'
printf '\r\nboot[1]> '
exec cat >$typed
E
device loop <<'E'
for i in 1 2; do
    printf 'NEC Bootstrap Software\r\nCopyright (c) NEC Corporation\r\n\r\n'
    printf '%%BOOT-INFO: Trying flash load, exec-image [a.ldc].\r\nLoading: ##'
    printf '####\r\n'
done
exec cat >$typed
E
device noise <<'E'
printf '\370\200\036\203\376\006\230\340\037\200\303'
exec cat >$typed
E
device question <<'E'
printf '\r\nErase the flash? (Yes or [No]): '
exec cat >$typed
E

expect silent device.no-output likely silent &
expect monitor device.boot-monitor proved monitor
expect loop device.reboot-loop proved loop
expect noise device.wrong-baud likely noise
wait $! || failed=1
typed silent '\r\r\r'
typed monitor ''
typed loop ''
typed noise ''

# Every hand and eye was used: no doubt is left.
expect silent device.no-output proved silent --answer cable=good \
    --answer port=good --answer power=lit --answer speed=good
expect silent device.no-output proved silent --answer cable=good \
    --answer port=good --answer power=dark

# A question that nobody knows stays unanswered.
status=0
"$kiriwake" check "exec:sh $dir/question.sh" --json >"$dir/q.json" \
    2>/dev/null || status=$?
[ "$status" = 2 ] && grep -q '"checkpoint": "asks"' "$dir/q.json" || {
    echo "console: the question: status $status" >&2
    cat "$dir/q.json" >&2
    failed=1
}
typed question ''

# A device that never stops printing is told, soon.
device endless <<'E'
exec yes what a flood
E
status=0
"$kiriwake" check "exec:sh $dir/endless.sh" --json >"$dir/e.json" \
    2>/dev/null || status=$?
[ "$status" = 2 ] && grep -q '"checkpoint": "asks"' "$dir/e.json" || {
    echo "console: the flood: status $status" >&2
    cat "$dir/e.json" >&2
    failed=1
}

# From whatever was left on the line, the login is reached.
sim="exec $kiriwake sim nec-ix healthy-idle --stdio --login"
device pending <<E
printf '\r\nPassword: '
head -c 1 >\$typed
printf '\r\n%% Login incorrect\r\n'
$sim
E
device boots <<E
printf 'NEC Bootstrap Software\r\nLoading: ####\r\n'
$sim
E
# A cable that was loose: the first five line ends reach nobody.
device late <<E
head -c 5 >\$typed
$sim
E
"$kiriwake" sim nec-ix healthy-idle --pty >"$dir/account" 2>/dev/null &
server=$!
until grep -q password= "$dir/account"; do :; done
kill "$server"
user=$(cat "$dir/account")
name=${user#*user=} name=${name%% *} word=${user#*password=}
printf '%s\n' "$word" >"$dir/password"
for state in pending boots; do
    "$kiriwake" probe "exec:sh $dir/$state.sh" version --user "$name" \
        --password-file "$dir/password" >"$dir/$state.json" \
        2>"$dir/$state.err" || {
        echo "console: $state: no version" >&2
        cat "$dir/$state.json" "$dir/$state.err" >&2
        failed=1
    }
done
typed pending '\r'

# Once it answers, the same walk goes on in the vendor's own flow.
status=0
"$kiriwake" check "exec:sh $dir/late.sh" --user "$name" \
    --password-file "$dir/password" --answer cable=mended --json \
    >"$dir/late.json" 2>"$dir/late.err" || status=$?
path=$(sed -n 's/.*"checkpoint": "\(.*\)",.*/\1/p' "$dir/late.json" |
    tr '\n' ' ')
[ "$status" = 2 ] && grep -q '"flow": "nec-ix/ipsec"' "$dir/late.json" &&
    [ "$path" = "line cable line handed scope history history " ] || {
    echo "console: late: status $status, path $path" >&2
    cat "$dir/late.json" "$dir/late.err" >&2
    failed=1
}
# A case that was cut off at the silent line goes on where the router answers.
case=$(sed -n 's/^case //p' "$dir/silent.err")
journal=$XDG_STATE_HOME/kiriwake/cases/$case/journal.jsonl
sed '4q' "$journal" |
    sed 's#"target":"exec:[^"]*"#"target":"sim:nec-ix/healthy-idle?login=1"#' \
        >"$dir/journal"
cp "$dir/journal" "$journal"
"$kiriwake" resume "$case" --json >"$dir/resumed.json" 2>"$dir/resumed.err" ||
    true
grep -q '"checkpoint": "handed"' "$dir/resumed.json" &&
    grep -q '"flow": "nec-ix/ipsec"' "$dir/resumed.json" || {
    echo "console: the resumed case" >&2
    cat "$dir/resumed.json" "$dir/resumed.err" >&2
    failed=1
}
exit $failed
