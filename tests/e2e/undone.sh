#!/bin/sh
# What a walk has changed on a device is told to who reads the screen only,
# and so is an undo that the device took but does not show.
set -eu
program=$1

walk() {
    "$program" check "sim:$1" --no-journal --lang "$2" --allow active \
        --allow "$3" --answer "history=$4" 2>/dev/null || :
}

holds() {
    printf '%s\n' "$text" | grep -qF -e "$1" || {
        printf 'no "%s" in:\n%s\n' "$1" "$text"
        exit 1
    }
}

text=$(walk nec-ix/psk-mismatch-initiator en config never-worked)
holds 'changed: undone, verified by reading back'
holds '-> no logging subsystem ike info'
text=$(walk paloalto-panos/ike-lost en disrupt worked-before)
holds 'undone, but the device does not show it: check by hand'
holds '-> debug ike gateway hq-osaka off'
holds '-> debug ike pcap off'
text=$(walk paloalto-panos/ike-lost ja disrupt worked-before)
holds '装置の表示では確認できない'
