"""Figures between the markers of docs/benchmarks.md."""
import pathlib

MARK = "<!-- {}:{} -->"


def cpu():
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        for line in f:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "unknown processor"


def status_mib(pid, name):
    """A size of /proc/PID/status, 0 when the process is gone."""
    try:
        with open("/proc/%d/status" % pid, encoding="ascii") as f:
            for line in f:
                if line.startswith(name + ":"):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def write(path, name, title, text):
    """Replaces the section's text; adds the section where there is none."""
    path = pathlib.Path(path)
    begin, end = MARK.format(name, "begin"), MARK.format(name, "end")
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    if begin not in old:
        old += ("" if old else "# Benchmarks\n") + (
            f"\n## {title}\n\n`./dev bench {name}` writes this table.\n\n"
            f"{begin}\n{end}\n")
    head, rest = old.split(begin, 1)
    path.write_text(head + begin + "\n" + text + end + rest.split(end, 1)[1],
                    encoding="utf-8")
