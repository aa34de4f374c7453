#!/usr/bin/env python3
"""From saving a corrected ledger to the new PDF in its place, with `gongkai watch` running.

Prints minimum, median and worst of N corrections (default 50) in milliseconds.
    cargo build --profile dist && python3 benches/watch.py [N]
"""

import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

root = pathlib.Path(__file__).resolve().parent.parent
program = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", root / "target")) / "dist/gongkai"
runs = int(sys.argv[1]) if len(sys.argv) > 1 else 50


def measure(label, options):
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        shutil.copytree(root / "data/631-2023", scratch / "631")
        environment = dict(os.environ, GONGKAI_FONTS=str(root / "fonts"))
        command = [program, "watch", "631", *options]
        child = subprocess.Popen(command, cwd=scratch, env=environment, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        try:
            ledger = scratch / "631/ledger.csv"
            text = ledger.read_text()
            pdf = wait_for(scratch / "output/631")
            time.sleep(0.5)
            times = [once(ledger, pdf, text, number) for number in range(runs)]
        finally:
            child.send_signal(signal.SIGINT)
            code = child.wait(timeout=10)
        times.sort()
        print(f"{label:<12} min {times[0]:6.1f}  median {statistics.median(times):6.1f}  worst {times[-1]:6.1f} ms"
              f"  (ended with {code})")


def wait_for(folder):
    for _ in range(1000):
        found = list(folder.glob("*.pdf"))
        if found:
            return found[0]
        time.sleep(0.01)
    sys.exit("no PDF appeared")


def once(ledger, pdf, text, number):
    """One correction of 办公费: 100000 元 and some more."""
    before = pdf.stat().st_ino, pdf.stat().st_mtime_ns
    new = re.sub(r"(办公费,,一般公共预算,)[\d.]+", lambda m: f"{m.group(1)}{108300 + 1000 * number}.00", text)
    begun = time.perf_counter()
    ledger.write_text(new)
    while (pdf.stat().st_ino, pdf.stat().st_mtime_ns) == before:
        if time.perf_counter() - begun > 10:
            sys.exit("the PDF was not made again")
        time.sleep(0.0002)
    took = (time.perf_counter() - begun) * 1000
    time.sleep(0.15)
    return took


measure("pdf + docx", [])
measure("pdf", ["--format", "pdf"])
