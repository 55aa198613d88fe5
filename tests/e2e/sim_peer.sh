#!/usr/bin/env bash
# With the peer's configuration at hand, sets that one end cannot separate
# end in the cause itself; every other verdict stays.
set -euo pipefail
program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! command -v python3 >/dev/null; then
    echo "skipped: no python3"
    exit 77
fi
python3 - "$program" "$work" <<'PY'
import json
import subprocess
import sys

program, work = sys.argv[1:]
listed = json.loads(subprocess.check_output([program, "scenarios", "--json"]))
failed = tried = 0
for s in listed:
    name = s["id"].split("/")[1]
    want = s["expect"].get("with_peer")
    if s["driver"] not in ("nec-ix", "nec-wa", "cisco-ios",
                           "cisco-asa") or not want:
        continue
    path = f"{work}/{name}"
    with open(path, "wb") as f:
        subprocess.run([program, "sim", s["driver"], name, "--peer-config"],
                       stdout=f, check=True)
    done = subprocess.run([program, "check", f"sim:{s['id']}", "--json",
                           "--no-journal", "--peer-config", path, *s["args"]],
                          capture_output=True, text=True, check=False)
    got = json.loads(done.stdout)["findings"] if done.stdout else []
    got = got[0] if got else {"id": done.stderr[-300:], "certainty": ""}
    good = (got["id"], got["certainty"]) == (want, "proved")
    print("ok" if good else "not ok", name, got["id"], got["certainty"])
    failed += not good
    tried += 1
sys.exit(failed > 0 or tried == 0)
PY
