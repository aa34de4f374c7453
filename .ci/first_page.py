"""first_page.py ADDRESS: enters a workspace that is open, as a browser does; prints the first pages it gives, then closes the last."""
import hashlib, http.client, json, sys
from urllib.parse import urlsplit

address = urlsplit(sys.argv[1].strip())
own = {"Host": address.netloc, "Origin": f"http://{address.netloc}"}


def ask(method, target, body=None):
    connection = http.client.HTTPConnection(address.netloc, timeout=120)
    kind = {"Content-Type": "application/json"} if body is not None else {}
    connection.request(method, target, body, {**own, **kind})
    answer = connection.getresponse()
    return answer, answer.read()


entered, _ = ask("GET", f"{address.path}?{address.query}")
assert entered.status == 303, entered.status
own["Cookie"] = entered.getheader("Set-Cookie").split(";")[0]
own["X-Gongkai"] = entered.getheader("Location").removeprefix("/#s=")
for target in ("/", "/js/main.js", "/api/page?d=0&doc=0&n=0", "/api/page?d=0&doc=0&n=16", "/api/grid?d=0&file=ledger"):
    answer, content = ask("GET", target)
    assert answer.status == 200, (target, answer.status, content.decode())
    print(target, len(content), hashlib.sha256(content).hexdigest())
_, desk = ask("GET", "/api/desk?d=0")
for font in json.loads(desk)["fonts"]:
    _, content = ask("GET", f"/api/font?face={font['face']}")
    print(font["family"], len(content), hashlib.sha256(content).hexdigest())
ask("GET", "/api/pulse?w=first")
ask("POST", "/api/bye?w=first", "{}")
