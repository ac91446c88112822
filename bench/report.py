"""report - what the benchmarks share: running, judging, and saying where.

SPDX-License-Identifier: MIT
"""
import json
import os
import pathlib
import platform
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def fail(sentence):
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {sentence}")


def output_of(*command):
    """Standard output of a command, or "" if there is no such thing here."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def run(command):
    """Standard output of a command that has to succeed."""
    try:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    except OSError as error:
        fail(f"{command[0]}: {error.strerror}")
    if done.returncode != 0:
        fail(f"exit status {done.returncode} from: {' '.join(map(str, command))}")
    return done.stdout


def lines_of(command):
    """The JSON objects that a command prints, one a line."""
    return [json.loads(line) for line in run(command).splitlines()]


def object_of(command):
    """The JSON object that a command prints."""
    return json.loads(run(command))


def build():
    """Builds the program; returns where it is."""
    command = ". scripts/lib.sh && configure build && ninja -C build cli/notch >&2"
    if subprocess.run(["sh", "-c", command], cwd=ROOT, check=False).returncode != 0:
        fail("the build failed, see above")
    return ROOT / "build" / "cli" / "notch"


def check_pytorch(python):
    if not output_of(python, "-c", "import torch; print(torch.__version__)"):
        fail(f"{python} has no PyTorch; `scripts/bootstrap --bench` installs Debian's")


def significant(value, digits=3):
    """Three digits at least, never an exponent."""
    if value >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    decimals = 0
    while decimals < 6 and value * 10**decimals < 10 ** (digits - 1):
        decimals += 1
    return f"{value:.{decimals}f}"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |"]
    lines.append("|" + "|".join("---:" if k else "---" for k in range(len(header))) + "|")
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return lines


class Verdicts:
    """Keeps count of the targets."""

    def __init__(self):
        self.met, self.missed = 0, 0

    def judge(self, good):
        if good:
            self.met += 1
            return "met"
        self.missed += 1
        return "**missed**"


def processor():
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def scheduling():
    """Processes of other people change less where the benchmark goes first."""
    if hasattr(os, "sched_getscheduler") and os.sched_getscheduler(0) != os.SCHED_OTHER:
        return ", real-time scheduling (`chrt`)"
    return ""


def machine(options, isa, torch, load_before):
    """Lines that say what was measured where; isa: as the program names it."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    commit = output_of("git", "rev-parse", "--short", "HEAD") or "unknown"
    if output_of("git", "status", "--porcelain", "--untracked-files=no"):
        commit += " with changes"
    compiler = (output_of("cc", "--version").splitlines() or ["unknown"])[0]
    python = output_of(options.python, "-c", "import platform; print(platform.python_version())")
    return [
        f"* command: `{' '.join(['bench/' + pathlib.Path(sys.argv[0]).name, *sys.argv[1:]])}`",
        f"* machine: {processor()}, {cores} cores for this process, {platform.system()} "
        f"{platform.machine()}{scheduling()}; load average {load_before:.2f} before the run, "
        f"{os.getloadavg()[0]:.2f} after it",
        f"* notch: commit {commit}, instruction set {isa}, {options.threads} threads; "
        f"compiler {compiler}",
        f"* PyTorch {torch}, {options.threads} threads, Python {python}",
    ]
