#!/usr/bin/env bash
# kiriwake parse: rows on stdout, errors on stderr, exit statuses, the index.
set -eu
kiriwake=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

# expect STATUS WHAT COMMAND…: the status, and WHAT within stdout+stderr
expect() {
    local want=$1 what=$2 got=0 out
    shift 2
    out=$("$@" 2>&1 <"$dir/in") || got=$?
    if [ "$got" != "$want" ] || ! grep -qF -- "$what" <<<"$out"; then
        echo "FAILED: $* -> $got (want $want), said: $out"
        failed=1
    fi
}

cat >"$dir/a.textfsm" <<'EOF'
Value Required,Key NAME (\S+)
Value VALUE (.+?)

Start
  ^${NAME} is ${VALUE}\s*$$ -> Record
  ^. -> Error "not a sentence"
EOF
cat >"$dir/b.textfsm" <<'EOF'
Value NAME (\S+)
Value LAST (\S+)

Start
  ^${NAME} .*?${LAST}\s*$$ -> Record
EOF
printf 'Value A (x)\n\nStart\n  ^${A}(\n' >"$dir/bad.textfsm"
cat >"$dir/index" <<'EOF'
# a comment
Template, Hostname, Platform, Command

bad.textfsm, .*, other_os, sh[[ow]] it
bad.textfsm, .*, too, many, fields
a.textfsm:b.textfsm, .*, my_os, sh[[ow]] bo[[th]]
a.textfsm, .*, my_os, sh[[ow]] th[[ings]](?: all)?
EOF
printf 'sky is light blue\ngrass is green  \n' >"$dir/in"
printf 'sky is \x90\xc2\n' >"$dir/sjis"
index=(--index "$dir" --platform my_os)

expect 0 '{"NAME": "sky", "VALUE": "light blue"}' \
    "$kiriwake" parse "$dir/a.textfsm"
expect 0 '{"NAME": "grass", "VALUE": "green"}' \
    "$kiriwake" parse "$dir/a.textfsm" "$dir/in"
expect 0 '"VALUE": "青"' \
    "$kiriwake" parse "$dir/a.textfsm" "$dir/sjis" --encoding shift_jis
expect 2 'line 1 of the text is not UTF-8' \
    "$kiriwake" parse "$dir/a.textfsm" "$dir/sjis"
expect 0 '{"NAME": "sky", "VALUE": "light blue"}' \
    "$kiriwake" parse "${index[@]}" --command 'sho thin'
expect 0 '{"NAME": "sky", "VALUE": "light blue", "LAST": "blue"}' \
    "$kiriwake" parse "${index[@]}" --command 'show both'
expect 65 "no template for platform 'my_os', command 'ping'" \
    "$kiriwake" parse "${index[@]}" --command 'ping'
expect 65 'did you mean my_os?' \
    "$kiriwake" parse --index "$dir" --platform m_os --command 'ping'
expect 65 'bad.textfsm:4:8: invalid regular expression' \
    "$kiriwake" parse "$dir/bad.textfsm"
expect 65 'bad.textfsm:4:8: invalid regular expression' \
    "$kiriwake" parse --index "$dir" --platform other_os --command 'show it'
expect 65 'cannot read template' "$kiriwake" parse "$dir/none.textfsm"
expect 3 'cannot read' "$kiriwake" parse "$dir/a.textfsm" "$dir/none"
expect 64 'no template is named' "$kiriwake" parse
expect 64 'unknown encoding' \
    "$kiriwake" parse "$dir/a.textfsm" --encoding no-such-encoding
expect 64 'need --index' "$kiriwake" parse "$dir/a.textfsm" --platform x

echo 'well' >>"$dir/in"
expect 2 'a.textfsm:6: Error: "not a sentence" (line 3 of the text: well)' \
    "$kiriwake" parse "$dir/a.textfsm"
if [ -n "$("$kiriwake" parse "$dir/a.textfsm" "$dir/in" 2>/dev/null)" ]; then
    echo "FAILED: rows were printed in spite of the Error"
    failed=1
fi
exit "$failed"
