#!/usr/bin/env python3
"""Sets that make themselves: of each sample's published file, as the program prints it and as LibreOffice prints it, a set is
made, checked, and built from the sample's ledger; what that document has as the published one has it is counted.

    python3 tests/outside/new_set.py [GONGKAI [SAMPLE …]]

Each is made twice: with the shipped sets known, and without the one that matches and those that stand on it, where only its
schema stays, since that is how the ledger is written. A folder has no layout of its own. Texts of the department
that speak in addresses are left out of the second.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = {
    "631-2023": "hebei-department-budget-2023",
    "shanghai-sample": "shanghai-department-budget-2026",
    "final-account-sample": "final-account-2024",
}


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)


def printed_by_office(file, folder, profile):
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if not office:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    run(office, f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "pdf", "--outdir", folder, file)
    made = folder / (file.stem + ".pdf")
    return made if made.exists() else None


def folder_of(sample, layout, place, whole):
    source = ROOT / "data" / sample
    shutil.copytree(source, place, ignore=shutil.ignore_patterns("layout"))
    # Of its layout, what the department counts (its schema) is no matter of form.
    if whole and (source / "layout/schema.toml").exists():
        (place / "layout").mkdir()
        shutil.copy(source / "layout/schema.toml", place / "layout")
    report = [line for line in (place / "report.toml").read_text().splitlines() if not line.startswith("layout")]
    # One document: that of the department.
    cut = next((at for at, line in enumerate(report) if line.startswith("[[document]]")), len(report))
    (place / "report.toml").write_text("\n".join([f'layout = "{layout}"', *report[:cut]]) + "\n")
    # Texts that speak in addresses of a set that is not known.
    for text in (place / "text").glob("*.md") if not whole else []:
        if "{{ f(" in text.read_text():
            text.unlink()
    return place


def share(tally):
    return f"{tally['equal']}/{tally['of']}"


def measure(gongkai, sample, label, file, known, work):
    of = SAMPLES[sample]
    sets = work / f"{sample}-{label}-{'known' if known else 'hidden'}"
    more = [] if known else ["--without", of, "--schema", of]
    made = run(gongkai, "layouts", "new", "made", "--from", file, "--output", sets, *more)
    if made.returncode != 0:
        return f"{sample:22} {label:16} {'known' if known else 'hidden':7} NOT MADE: {made.stderr.strip().splitlines()[:2]}"
    checked = run(gongkai, "layouts", "check", "made", "--layouts", sets)
    data = folder_of(sample, "made", sets / "data", known)
    compared = run(gongkai, "layouts", "compare", "made", data, file, "--layouts", sets, "--format", "json")
    start = f"{sample:22} {label:16} {'known' if known else 'hidden':7} check={checked.returncode}"
    if compared.returncode == 2:
        return f"{start} NOT BUILT: {compared.stderr.strip().splitlines()[:6]}"
    found = json.loads(compared.stdout)
    (sets / "compared.json").write_text(compared.stdout)
    tables = [table for table in found["tables"] if table["cells"]["of"]]
    mine = sum(1 for table in tables if table["ours"] is not None and table["cells"]["equal"] * 10 >= table["cells"]["of"] * 9)
    built = run(gongkai, "build", data, "--layouts", sets, "-o", sets / "out")
    return (
        f"{start} build={built.returncode} tables={mine}/{len(tables)} heads={share(found['heads'])} "
        f"cells={share(found['cells'])} rows={share(found['rows'])} sentences={share(found['sentences'])} "
        f"lines={sum(len(file.read_text().splitlines()) for file in (sets / 'made').iterdir())}"
    )


def main():
    gongkai = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "target/debug/gongkai"
    samples = sys.argv[2:] or list(SAMPLES)
    os.environ.setdefault("GONGKAI_FONTS", str(ROOT / "fonts"))
    with tempfile.TemporaryDirectory() as place:
        work = Path(os.environ.get("KEEP", place))
        work.mkdir(parents=True, exist_ok=True)
        for sample in samples:
            out = work / "printed" / sample
            run(gongkai, "build", ROOT / "data" / sample, "-o", out, "--format", "pdf,docx,xlsx")
            all_files = sorted(file for file in out.rglob("*") if file.is_file() and "单位预算" not in file.name)
            files = {file.suffix[1:]: file for file in all_files}
            of_office = {
                f"office-{kind}": printed_by_office(files[kind], work / "office" / f"{sample}-{kind}", work / "profile")
                for kind in ("docx", "xlsx")
                if kind in files
            }
            files.update({label: file for label, file in of_office.items() if file})
            for known in (True, False):
                for label, file in files.items():
                    print(measure(gongkai, sample, label, file, known, work), flush=True)


if __name__ == "__main__":
    main()
