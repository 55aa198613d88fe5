"""A guest with real serial ports: QEMU without KVM, controlled from here.

Guest(DIR, adapters) boots DIR/vmlinuz and DIR/initrd.gz with that many USB
adapters (FTDI, /dev/ttyUSB0 …) and one 16550 (/dev/ttyS1). Every port is a
socket here, to which a simulated router is connected. All waits are bounded;
what was started is ended, by its own pid.
"""
import base64
import gzip
import json
import os
import queue
import socket
import subprocess
import tempfile
import threading
import time

BOOT_SECONDS = 120
QMP_SECONDS = 30


class GuestError(Exception):
    """The guest did not do what it was asked to."""


def connect(path, seconds):
    """A UNIX socket that QEMU is about to make."""
    end = time.monotonic() + seconds
    while True:
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.connect(path)
            return sock
        except OSError:
            sock.close()
            if time.monotonic() > end:
                raise
            threading.Event().wait(0.02)


class Qmp:
    """QEMU's monitor: commands, and events by name."""

    def __init__(self, path):
        self.file = connect(path, QMP_SECONDS).makefile("rw")
        self.answers = queue.Queue()
        self.deleted = set()        # devices that have gone
        self.changed = threading.Condition()
        self.lock = threading.Lock()
        json.loads(self.file.readline())
        threading.Thread(target=self._read, daemon=True).start()
        self.ask("qmp_capabilities")

    def _read(self):
        try:
            for line in self.file:
                self._take(json.loads(line))
        except OSError:
            return                      # QEMU has ended

    def _take(self, said):
        if "event" not in said:
            self.answers.put(said)
        elif said["event"] == "DEVICE_DELETED":
            with self.changed:
                self.deleted.add(said["data"].get("device"))
                self.changed.notify_all()

    def ask(self, command, **arguments):
        with self.lock:
            json.dump({"execute": command, "arguments": arguments}, self.file)
            self.file.write("\n")
            self.file.flush()
            said = self.answers.get(timeout=QMP_SECONDS)
        if "error" in said:
            raise GuestError("%s: %s" % (command, said["error"]["desc"]))
        return said["return"]

    def delete(self, device):
        self.deleted.discard(device)
        self.ask("device_del", id=device)
        with self.changed:
            if not self.changed.wait_for(lambda: device in self.deleted,
                                         QMP_SECONDS):
                raise GuestError("%s was not deleted" % device)


class Line:
    """One port of the guest, seen from the router's side of the cable.

    on_byte(count) is called before the count-th byte of the router passes.
    While cut, bytes are lost in both directions, as with a real cable. What
    the router said before the guest typed is lost, too: QEMU would keep it
    while the port is closed, and hand it over in pieces as it opens.
    """

    def __init__(self, path):
        self.path = path
        self.sim = None
        self.sock = None
        self.count = 0
        self.on_byte = None
        self.cut = False
        self.early = True           # nothing was typed yet
        self.trace = []             # (seconds, from, bytes)
        self.pumps = []

    def plug(self, command, early=True):
        """Runs a router and connects it; the one before is ended. Not early:
        what it says before anything is typed is heard."""
        self.unplug()
        self.count = 0
        self.early = early
        self.trace = []
        self.sock = connect(self.path, 5)
        self.sim = subprocess.Popen(command, stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE,
                                    stderr=subprocess.DEVNULL, bufsize=0)
        self.pumps = [
            threading.Thread(target=self._to_guest, daemon=True,
                             args=(self.sim, self.sock)),
            threading.Thread(target=self._from_guest, daemon=True,
                             args=(self.sim, self.sock))]
        for pump in self.pumps:
            pump.start()

    def _to_guest(self, sim, sock):
        while True:
            data = sim.stdout.read(4096)
            if not data:
                return
            try:
                self._send(sock, data)
            except OSError:
                return

    def _note(self, who, data):
        self.trace.append((round(time.monotonic(), 3), who, data))

    def _send(self, sock, data):
        self._note("router", data)
        if self.early:
            return
        if not self.on_byte and not self.cut:
            self.count += len(data)
            sock.sendall(data)
            return
        for i in range(len(data)):
            self.count += 1
            if self.on_byte:
                self.on_byte(self.count)
            if not self.cut:
                sock.sendall(data[i:i + 1])

    def _from_guest(self, sim, sock):
        try:
            while True:
                data = sock.recv(4096)
                if not data:
                    return
                self._note("guest", data)
                self.early = False
                if not self.cut:
                    sim.stdin.write(data)
        except OSError:
            return

    def unplug(self):
        if self.sim:
            self.sim.kill()
            self.sim.wait()
            self.sock.shutdown(socket.SHUT_RDWR)
            self.sock.close()
            for pump in self.pumps:
                pump.join(5)
            self.sim.stdin.close()
            self.sim.stdout.close()
            self.sim = None


class Guest:
    def __init__(self, directory, adapters=1, log=None):
        self.work = tempfile.mkdtemp(prefix="kiriwake-guest-")
        self.adapters = adapters
        self.usb = [Line(self._path("usb%d" % i)) for i in range(adapters)]
        self.uart = Line(self._path("uart"))
        self.results = {}
        self.number = 0
        self.lock = threading.Condition()
        self.log = log
        self.booted_in = None
        self.process = subprocess.Popen(self._command(directory),
                                        stdin=subprocess.DEVNULL)
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _path(self, name):
        return os.path.join(self.work, name)

    def _chardev(self, name):
        return ["-chardev", "socket,id=%s,path=%s,server=on,wait=off" %
                (name, self._path(name))]

    def _adapter(self, i):
        return {"driver": "usb-serial", "id": "adapter%d" % i,
                "bus": "xhci.0", "chardev": "usb%d" % i,
                "serial": "KIRI%04d" % i, "always-plugged": True}

    def _command(self, directory):
        # It ends with us, whatever happens.
        command = ["setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64",
                   "-accel", "tcg,thread=multi", "-M", "q35", "-smp", "2",
                   "-m", "384", "-nodefaults", "-display", "none",
                   "-no-reboot", "-kernel", directory + "/vmlinuz",
                   "-initrd", directory + "/initrd.gz", "-append",
                   "console=ttyS0 quiet panic=-1 mitigations=off "
                   "random.trust_cpu=on",
                   "-qmp", "unix:%s,server=on,wait=off" % self._path("qmp")]
        command += self._chardev("ctl")
        command += ["-device", "isa-serial,chardev=ctl,index=0"]
        command += self._chardev("uart")
        command += ["-device", "isa-serial,chardev=uart,index=1"]
        command += ["-device", "qemu-xhci,id=xhci,p2=15,p3=1"]
        for i in range(self.adapters):
            command += self._chardev("usb%d" % i)
            command += ["-device", json.dumps(self._adapter(i))]
        return command

    def _start(self):
        begun = time.monotonic()
        self.ctl = connect(self._path("ctl"), QMP_SECONDS)
        self.qmp = Qmp(self._path("qmp"))
        self.ctl.settimeout(BOOT_SECONDS)
        self.said = self.ctl.makefile("r", encoding="ascii",
                                      errors="replace")
        while True:
            line = self.said.readline()
            if not line:
                raise GuestError("the guest ended while booting")
            if self.log:
                self.log.write(line)
            if line.startswith("@@ ready"):
                break
        self.ctl.settimeout(None)
        self.booted_in = time.monotonic() - begun
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.said:
            words = line.split()
            if self.log:
                self.log.write(line)
            if len(words) >= 3 and words[0] == "@@" and words[1].isdigit():
                texts = [gzip.decompress(base64.b64decode(w)).decode(
                    "utf-8", "replace") for w in words[3:5]]
                with self.lock:
                    self.results[int(words[1])] = (int(words[2]), *texts)
                    self.lock.notify_all()

    def start(self, script):
        """Runs a script in the background; its number."""
        with self.lock:
            self.number += 1
            number = self.number
            line = "%d %s\n" % (number, base64.b64encode(
                script.encode()).decode())
            if len(line) > 4000:
                raise GuestError("the script is too long for one line")
            self.ctl.sendall(line.encode())
        return number

    def finish(self, number, seconds):
        """(status, stdout, stderr) of a script."""
        with self.lock:
            if not self.lock.wait_for(lambda: number in self.results,
                                      seconds):
                raise GuestError("no end of script %d within %d s" %
                                 (number, seconds))
            return self.results.pop(number)

    def run(self, script, seconds=60):
        return self.finish(self.start(script), seconds)

    def unplug(self, i):
        """Pulls an adapter out."""
        self.usb[i].cut = True
        self.qmp.delete("adapter%d" % i)

    def plug(self, i):
        self.qmp.ask("device_add", **self._adapter(i))
        self.usb[i].cut = False

    def plug_terminal(self, path):
        """One more adapter, whose line is a terminal here: unlike a socket
        it has a speed, which follows the guest's."""
        self.qmp.ask("chardev-add", id="terminal", backend={
            "type": "serial", "data": {"device": path}})
        self.qmp.ask("device_add", driver="usb-serial", id="terminal0",
                     bus="xhci.0", chardev="terminal", serial="KIRI-TERM")

    def unplug_terminal(self):
        self.qmp.delete("terminal0")
        self.qmp.ask("chardev-remove", id="terminal")

    def wait_for(self, condition, seconds=20):
        """Until a shell condition holds in the guest."""
        status, _, err = self.run(
            "n=0; until %s; do n=$((n+1)); [ $n -lt %d ] || exit 1; "
            "usleep 50000; done" % (condition, seconds * 20), seconds + 30)
        if status:
            raise GuestError("%s: never held %s" % (condition, err))

    def close(self):
        for line in [*self.usb, self.uart]:
            line.unplug()
        if self.process.poll() is not None:
            print("qemu ended: status %s" % self.process.returncode)
        self.process.kill()
        self.process.wait()
        subprocess.run(["rm", "-rf", self.work], check=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
