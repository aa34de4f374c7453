"""LibreOffice accepts and rejects all tracked changes. Usage: tracked.py FOLDER, for each FOLDER/*.docx:
FOLDER/accepted/NAME.docx and FOLDER/rejected/NAME.docx. Needs Python's uno and soffice."""

import pathlib
import subprocess
import sys
import tempfile
import time

import uno
from com.sun.star.beans import PropertyValue


def properties(**values):
    made = []
    for name, value in values.items():
        one = PropertyValue()
        one.Name, one.Value = name, value
        made.append(one)
    return tuple(made)


def connect(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(240):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:  # it is not up yet
            time.sleep(0.5)
    sys.exit("soffice did not start")


def main(folder):
    folder = pathlib.Path(folder).resolve()
    with tempfile.TemporaryDirectory() as profile:
        pipe = f"gongkai{pathlib.Path(profile).name}"
        office = subprocess.Popen(
            ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--norestore", f"--accept=pipe,name={pipe};urp"]
        )
        try:
            context = connect(pipe)
            manager = context.ServiceManager
            desktop = manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
            dispatcher = manager.createInstanceWithContext("com.sun.star.frame.DispatchHelper", context)
            for file in sorted(folder.glob("*.docx")):
                for command, name in [("AcceptAllTrackedChanges", "accepted"), ("RejectAllTrackedChanges", "rejected")]:
                    target = folder / name / file.name
                    target.parent.mkdir(exist_ok=True)
                    document = desktop.loadComponentFromURL(file.as_uri(), "_blank", 0, properties(Hidden=True))
                    frame = document.getCurrentController().getFrame()
                    dispatcher.executeDispatch(frame, f".uno:{command}", "", 0, ())
                    document.storeToURL(target.as_uri(), properties(FilterName="MS Word 2007 XML"))
                    document.close(True)
            try:
                desktop.terminate()
            except Exception:  # it may be gone before it answers
                pass
            office.wait(60)
        finally:
            office.kill()


main(sys.argv[1])
