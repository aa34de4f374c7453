#!/usr/bin/env python3
"""benches/open.py PROGRAM [FOLDER]: what a user of `open` waits for, and what it holds in memory.

Start to the first page, keystroke to what moves (median of 15 edits of one cell), resident memory at the end; with the folder
as it is, and with its ledger grown to 5,000 lines. Needs Linux and no browser; the program as shipped (`--profile dist`).
"""
import http.client, json, os, statistics, subprocess, sys, tempfile, time
from pathlib import Path
from shutil import copytree
from urllib.parse import urlsplit

program = Path(sys.argv[1]).resolve()
source = Path(sys.argv[2] if len(sys.argv) > 2 else "data/631-2023").resolve()


def measured(folder, cache):
    begun = time.perf_counter()
    run = subprocess.Popen([program, "open", folder, "--no-browser"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, "GONGKAI_CACHE": cache})
    address = urlsplit(run.stdout.readline().strip())
    own = {"Host": address.netloc, "Origin": f"http://{address.netloc}", "Content-Type": "application/json"}

    def ask(method, target, body=None):
        connection = http.client.HTTPConnection(address.netloc, timeout=600)
        connection.request(method, target, None if body is None else json.dumps(body), own)
        answer = connection.getresponse()
        return answer, answer.read()

    entered, _ = ask("GET", f"{address.path}?{address.query}")
    own["Cookie"], own["X-Gongkai"] = entered.getheader("Set-Cookie").split(";")[0], entered.getheader("Location")[4:]
    ask("GET", "/")
    desk = json.loads(ask("GET", "/api/desk?d=0")[1])
    for font in desk["fonts"]:
        ask("GET", f"/api/font?face={font['face']}")
    ask("GET", "/api/page?d=0&doc=0&n=0")
    first = time.perf_counter() - begun
    each = []
    for n in range(15):
        at = time.perf_counter()
        _, said = ask("POST", "/api/edit?d=0", {"kind": "cells", "file": "ledger", "cells": [{"line": 11, "column": 6, "value": f"{108300 + n}.00"}]})
        each.append(time.perf_counter() - at)
        assert json.loads(said)["moved"]["changes"], said[:300]
    memory = int(next(line for line in Path(f"/proc/{run.pid}/status").read_text().splitlines() if line.startswith("VmRSS")).split()[1]) / 1024
    ask("POST", "/api/discard?d=0", {})
    run.terminate()
    run.wait()
    return f"first page {first:.3f} s, keystroke to what moves {statistics.median(each):.3f} s (longest {max(each):.3f} s), memory {memory:.0f} MB"


with tempfile.TemporaryDirectory() as around:
    folder, cache = Path(around) / source.name, str(Path(around) / "cache")
    copytree(source, folder)
    print("first run:    ", measured(folder, cache))
    print("second run:   ", measured(folder, cache))
    ledger = folder / "ledger.csv"
    lines = ledger.read_text("utf-8-sig").splitlines()
    ledger.write_text("\n".join([lines[0], *(lines[1:] * (5000 // (len(lines) - 1) + 1))[:5000]]) + "\n")
    print("5,000 lines:  ", measured(folder, cache))
