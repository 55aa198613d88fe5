#!/usr/bin/env bash
# Templates and texts that mean harm: the program ends, says why, and its
# memory stays small.
set -eu
kiriwake=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

# expect STATUS WHAT TEMPLATE TEXT: the status, and WHAT in stdout+stderr
expect() {
    local got=0 out
    out=$("$kiriwake" parse "$dir/$3" "$dir/$4" 2>&1) || got=$?
    if [ "$got" != "$1" ] || ! grep -qF -- "$2" <<<"$out"; then
        echo "FAILED: parse $3 $4 -> $got (want $1): ${out:0:300}"
        failed=1
    fi
}

# template NAME RULE…: values A and B, and these rules
template() {
    local name=$1
    shift
    printf 'Value A (\\S+)\nValue List B (\\d+)\n\nStart\n' >"$dir/$name"
    printf '  %s\n' "$@" >>"$dir/$name"
}

template words '^${A}\s+${B}\s*$$ -> Record'
template keep '^set ${A}\s+${B}' '^clear -> Clear' '^keep -> Record'
template nested '^(a+)+$$'
template either '^(a|aa)+$$'
template again '^(a+)+\1$$'
template stairs '^.*foo.*bar.*foo.*baz'
template big '^((a{1,2000}){1,2000}){1,2000}x'
printf 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n' >"$dir/as"
limit='the pattern needs more steps than the match limit allows'

# The scanner remembers what failed where; PCRE2, for what it cannot do, not.
expect 0 '[]' nested as
expect 0 '[]' either as
expect 2 "again:5: $limit (line 1 of the text: aaa" again as
expect 65 "big:5: PCRE2 cannot do this pattern" big as

# A line of 100 MB, plain and such that a pattern goes over it again and
# again.
head -c 100000000 /dev/zero | tr '\0' x >"$dir/long"
printf ' 12\n' >>"$dir/long"
expect 0 '"B": ["12"]' words long
yes 'foo ' | tr -d '\n' | head -c 20000000 >"$dir/foos"
expect 2 "stairs:5: $limit" stairs foos

# Bytes that are no text.
printf 'a\0b 1\n' >"$dir/nul"
expect 0 '"A": "a\u0000b"' words nul
printf 'x 1\ny 2\n\xed\xa0\x80 3\n' >"$dir/surrogate"
expect 2 'line 3 of the text is not UTF-8' words surrogate
printf 'x 1\n\x1b[2J\x07 y\n' >"$dir/escape"
printf 'Value A (x)\n\nStart\n  ^x\n  ^. -> Error\n' >"$dir/error"
expect 2 '(line 2 of the text: \x1B[2J\x07 y)' error escape
printf 'Value A (\xff)\n' >"$dir/latin"
expect 65 'latin:1:10: this byte is not UTF-8' latin nul

# Ten million lines in 32 MiB of address space beyond the program's own; a
# sanitizer needs its own terabytes.
yes 'set abcdef 123' | head -n 100000 >"$dir/many"
echo clear >>"$dir/many"
for _ in $(seq 100); do cat "$dir/many"; done >"$dir/lines"
printf 'set x 1\nkeep\n' >>"$dir/lines"
if "$kiriwake" parse "$dir/words" "$dir/nul" >/dev/null &&
    (ulimit -v 131072 && "$kiriwake" parse "$dir/words" "$dir/nul") \
        >/dev/null 2>&1; then
    (
        ulimit -v 131072
        expect 0 '{"A": "x", "B": ["1"]}' keep lines
        exit "$failed"
    ) || failed=1
else
    expect 0 '{"A": "x", "B": ["1"]}' keep lines
fi
exit "$failed"
