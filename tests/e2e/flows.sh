#!/bin/sh
# lint, graph, flows and findings as a person calls them.
set -u
kiriwake=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

# check NAME STATUS: the last command's status, and an empty stdout for 64,
# 65 and 70.
check() {
    if [ "$status" != "$2" ]; then
        echo "not ok - $1: status $status, expected $2"
        cat "$dir/out" "$dir/err"
        failed=1
    elif [ "$2" -ge 64 ] && [ -s "$dir/out" ]; then
        echo "not ok - $1: stdout is not empty"
        failed=1
    else
        echo "ok - $1"
    fi
}

run() {
    "$kiriwake" "$@" > "$dir/out" 2> "$dir/err"
    status=$?
}

has() {
    if ! grep -qF -- "$3" "$dir/$2"; then
        echo "not ok - $1: no '$3' in $2"
        cat "$dir/$2"
        failed=1
    fi
}

run lint
check "the built-in data is sound" 0

run lint flows drivers
check "and the same from files" 0

mkdir -p "$dir/flows/x"
cat > "$dir/flows/x/bad.yaml" <<'END'
flow: x/bad
title: T
drivers: [nec-ix]
source: {document: D}
start: one
checkpoints:
  one:
    title: {en: One, ja: One}
    probe: [ike_saa]
    outcomes:
      - {when: 'count(', next: open}
      - {otherwise: true, next: too}
END
run lint "$dir/flows/x/bad.yaml"
check "a bad flow" 65
has "probe" err "bad.yaml:9:13: probe 'ike_saa' is not known; did you mean ike_sa"
has "expression" err "bad.yaml:11:"
has "next" err "bad.yaml:12:33: check point 'too' is not known"
has "caret" err "            ^"

run lint "$dir"
check "a directory" 65

cp -r drivers/nec-ix "$dir/draft"
rm -rf "$dir/draft/sim"
run lint "$dir/draft/driver.yaml"
check "a driver elsewhere" 0
sed 's/^title:/tilte:/' drivers/nec-ix/driver.yaml > "$dir/draft/driver.yaml"
run lint "$dir/draft/driver.yaml"
check "a bad driver elsewhere" 65
has "its place" err "$dir/draft/driver.yaml:"
has "its caret" err "^"

printf 'Value A (\n\nStart\n' > "$dir/t.textfsm"
run lint "$dir/t.textfsm"
check "a bad template" 65
has "its place" err "t.textfsm:1"

printf 'a: [\n' > "$dir/y.yaml"
run lint "$dir/y.yaml"
check "no YAML" 65
printf 'hello: world\n' > "$dir/y.yaml"
run lint "$dir/y.yaml"
check "something else" 65
run lint "$dir/none.yaml"
check "no such file" 65
run lint --schema flow
check "schema of flows" 0
run lint --schema driver
check "schema of drivers" 0
run lint --schema nothing
check "no such schema" 64

for format in dot mermaid svg; do
    run graph nec-ix/ipsec --format $format
    check "graph as $format" 0
done
if command -v python3 > /dev/null; then
    python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' \
        "$dir/out" || failed=1
fi
run graph nec-ix/ipsec --format png
check "no such format" 64
run graph nec-ix/ipsek
check "no such flow" 64
has "the nearest" err "nec-ix/ipsec"
run graph
check "graph of nothing" 64

run flows --json
check "flows" 0
has "listed" out '"name": "nec-ix/ipsec"'
run findings --json
check "findings" 0
has "listed" out '"id": "ike.psk-mismatch"'
run findings --lang ja
has "Japanese" out "事前共有鍵"
exit $failed
