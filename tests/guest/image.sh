#!/usr/bin/env bash
# image.sh KERNEL.deb PROGRAM DIR: vmlinuz and initrd.gz in DIR, from Debian's
# kernel package, busybox-static and the program with its libraries.
set -euo pipefail
deb=$(realpath "$1") program=$(realpath "$2") dir=$3
here=$(dirname "$(realpath "$0")")
modules="usb/common/usb-common usb/core/usbcore usb/host/xhci-hcd
 usb/host/xhci-pci usb/serial/usbserial usb/serial/ftdi_sio"
mkdir -p "$dir"
dir=$(realpath "$dir")
root=$(mktemp -d "$dir/root.XXXXXX")
trap 'rm -rf "$root"' EXIT

# The kernel is unpacked, not installed: no boot loader is touched.
if [ ! -f "$dir/kernel/done" ]; then
    rm -rf "$dir/kernel"
    mkdir -p "$dir/kernel"
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$dir/kernel" --wildcards \
        './boot/vmlinuz-*' '*/kernel/drivers/usb/common/*' \
        '*/kernel/drivers/usb/core/*' '*/kernel/drivers/usb/host/xhci*' \
        '*/kernel/drivers/usb/serial/usbserial*' \
        '*/kernel/drivers/usb/serial/ftdi_sio*'
    : >"$dir/kernel/done"
fi
cp "$dir"/kernel/boot/vmlinuz-* "$dir/vmlinuz"

mkdir -p "$root"/{bin,dev,proc,sys,run/lock,tmp,etc,modules,root}
chmod 755 "$root"
chmod 1777 "$root/tmp" "$root/run/lock"
cp "$(command -v busybox)" "$root/bin/busybox"
cp "$here/init" "$root/init"
chmod 755 "$root/init"
printf '%s\n' root:x:0:0::/root:/bin/sh mina:x:1000:1000::/tmp:/bin/sh \
    >"$root/etc/passwd"
printf '%s\n' root:x:0: dialout:x:20: mina:x:1000: >"$root/etc/group"

for module in $modules; do
    file=$(find "$dir/kernel" -path "*/$module.ko*")
    case $file in
    *.xz) xz -dc "$file" >"$root/modules/$(basename "$module").ko" ;;
    *.zst) zstd -dcq "$file" >"$root/modules/$(basename "$module").ko" ;;
    *.ko) cp "$file" "$root/modules/" ;;
    *) echo "image.sh: no module $module in $deb" >&2; exit 1 ;;
    esac
done

cp "$program" "$root/bin/kiriwake"
ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
done
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) >"$dir/initrd.tmp"
mv "$dir/initrd.tmp" "$dir/initrd.gz"
