//! Loopback only, exact host and origin, the one-time key, bounded requests: a line of SECURITY.md each.

use super::{Opened, open, parsed, sample};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

fn opened() -> (tempfile::TempDir, Opened) {
    let (around, folder) = sample();
    let opened = open(&[&folder]);
    (around, opened)
}

#[test]
fn the_address_stands_alone_on_a_line_and_lets_in_once() {
    let (_around, opened) = opened();
    let key = opened.target().strip_prefix("/?k=").expect("a key").to_string();
    assert!(key.len() == 64 && key.bytes().all(|b| b.is_ascii_hexdigit()), "{key}");
    let host = opened.host();
    // Refused requests do not spend it.
    for headers in [vec![("Host", "localhost")], vec![("Host", &*host), ("Origin", "http://evil.example")]] {
        assert_eq!(opened.ask("GET", &opened.target(), &headers, b"").status, 403, "{headers:?}");
    }
    assert_eq!(opened.ask("POST", &opened.target(), &[("Host", &host)], b"").status, 403);
    let key = opened.enter();
    assert!(key.cookie.starts_with(&format!("gongkai-{}=", opened.port)));
    let again = opened.ask("GET", &opened.target(), &[("Host", &host)], b"");
    assert_eq!(again.status, 401, "the key is spent");
    assert!(again.text().contains("只能打开一次"), "{}", again.text());
    let page = opened.ask("GET", "/", &[("Host", &host), ("Cookie", &key.cookie)], b"");
    assert_eq!((page.status, page.text().contains("<title>公开文本工作台</title>")), (200, true));
    for secret in [&key.secret, &key.cookie] {
        assert!(!page.text().contains(secret.as_str()), "a page holds no secret");
    }
}

#[test]
fn whoever_names_another_host_or_comes_from_another_page_gets_nothing() {
    let (_around, opened) = opened();
    let key = opened.enter();
    let own = opened.host();
    let secrets = [("Cookie", key.cookie.as_str()), ("X-Gongkai", key.secret.as_str())];
    let names = [
        format!("localhost:{}", opened.port),
        "127.0.0.1".into(),
        format!("evil.example:{}", opened.port),
        String::new(),
    ];
    for name in &names {
        let headers = [&[("Host", name.as_str())][..], &secrets].concat();
        let answer = opened.ask("GET", "/api/desk?d=0", &headers, b"");
        assert_eq!((answer.status, answer.text().contains("临港")), (403, false), "{name}");
    }
    for (header, value) in [
        ("Origin", "http://127.0.0.1:1"),
        ("Origin", "null"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        let headers = [&[("Host", own.as_str()), (header, value)][..], &secrets].concat();
        assert_eq!(opened.ask("GET", "/api/desk?d=0", &headers, b"").status, 403, "{header}: {value}");
    }
    let without = |left_out: &str| {
        let headers: Vec<_> =
            [("Host", own.as_str())].into_iter().chain(secrets).filter(|(n, _)| *n != left_out).collect();
        opened.ask("GET", "/api/desk?d=0", &headers, b"").status
    };
    assert_eq!((without("Cookie"), without("X-Gongkai"), without("")), (401, 401, 200));
}

#[test]
fn only_json_of_our_own_pages_changes_anything() {
    let (around, opened) = opened();
    let key = opened.enter();
    let (host, origin) = (opened.host(), format!("http://{}", opened.host()));
    let edit = br#"{"kind":"cells","file":"ledger","cells":[{"line":11,"column":6,"value":"1.00"}]}"#;
    let all = [
        ("Host", host.as_str()),
        ("Origin", origin.as_str()),
        ("Cookie", key.cookie.as_str()),
        ("X-Gongkai", key.secret.as_str()),
        ("Content-Type", "application/json"),
    ];
    for (left_out, status) in [("Origin", 403), ("Cookie", 401), ("X-Gongkai", 401), ("Content-Type", 415)] {
        let headers: Vec<_> = all.into_iter().filter(|(name, _)| *name != left_out).collect();
        assert_eq!(opened.ask("POST", "/api/edit?d=0", &headers, edit).status, status, "without {left_out}");
    }
    // A form can send no other kinds than these.
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let headers: Vec<_> = all.into_iter().map(|(n, v)| (n, if n == "Content-Type" { kind } else { v })).collect();
        assert_eq!(opened.ask("POST", "/api/edit?d=0", &headers, edit).status, 415, "{kind}");
    }
    assert_eq!(opened.ask("GET", "/api/edit?d=0", &all[..4], b"").status, 404, "nothing is changed by looking");
    let desk = opened.get(&key, "/api/desk?d=0");
    assert_eq!(desk["edits"].as_array().map(Vec::len), Some(0), "{}", desk["edits"]);
    let written = std::fs::read(around.path().join("631-2023/ledger.csv")).unwrap();
    assert_eq!(written, std::fs::read(crate::common::sample().join("ledger.csv")).unwrap());
}

#[test]
fn every_answer_forbids_scripts_that_are_not_ours_and_frames() {
    let (_around, opened) = opened();
    let key = opened.enter();
    let host = opened.host();
    for target in ["/", "/js/main.js", "/css/app.css", "/none", "/api/desk?d=0"] {
        let headers = [("Host", host.as_str()), ("Cookie", &key.cookie), ("X-Gongkai", &key.secret)];
        let answer = opened.ask("GET", target, &headers, b"");
        let policy = &answer.headers["content-security-policy"];
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
}

#[test]
fn requests_that_are_too_large_too_slow_or_none_are_refused_and_the_server_goes_on() {
    let (_around, opened) = opened();
    let status = |bytes: &[u8]| parsed(&opened.raw(bytes)).status;
    assert_eq!(status(b"\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n"), 400);
    assert_eq!(status(b"TRACE / HTTP/1.1\r\n\r\n"), 405);
    assert_eq!(status(&[b"GET / HTTP/1.1\r\nA: ".as_slice(), &vec![b'x'; 1 << 20]].concat()), 431);
    assert_eq!(status(b"POST /api/edit HTTP/1.1\r\nContent-Length: 9999999999\r\n\r\n"), 413);
    assert_eq!(status(b"POST /api/edit HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 411);
    assert_eq!(status(b""), 408);
    // One that never ends its head is given up; others are answered meanwhile.
    let mut slow = TcpStream::connect(("127.0.0.1", opened.port)).unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: 127").unwrap();
    let key = opened.enter();
    assert_eq!(opened.get(&key, "/api/desk?d=0")["code"], "631");
    slow.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut answer = Vec::new();
    slow.read_to_end(&mut answer).expect("it is answered");
    assert_eq!(parsed(&answer).status, 408);
}

#[test]
fn a_thousand_requests_at_once_leave_it_answering() {
    let (_around, opened) = opened();
    let held: Vec<TcpStream> = (0..1000).filter_map(|_| TcpStream::connect(("127.0.0.1", opened.port)).ok()).collect();
    assert!(held.len() > 500);
    drop(held);
    let key = opened.enter();
    assert_eq!(opened.get(&key, "/api/desk?d=0")["code"], "631");
}

#[cfg(unix)]
#[test]
fn it_ends_on_a_signal_and_gives_its_port_back() {
    for signal in ["INT", "TERM"] {
        let (_around, mut opened) = opened();
        opened.signal(signal);
        assert_eq!(opened.ended(), Some(0), "{signal}");
        TcpListener::bind(("127.0.0.1", opened.port)).expect("the port is free");
    }
}

#[cfg(unix)]
#[test]
fn nothing_outside_the_opened_folder_is_read_or_written() {
    use std::os::unix::fs::symlink;
    let (around, folder) = sample();
    std::fs::write(around.path().join("secret.md"), "秘密").unwrap();
    symlink(around.path().join("secret.md"), folder.join("text/secret.md")).unwrap();
    let opened = open(&[&folder]);
    let key = opened.enter();
    let (host, origin) = (opened.host(), format!("http://{}", opened.host()));
    let headers = [("Host", host.as_str()), ("Cookie", &key.cookie), ("X-Gongkai", &key.secret)];
    let names = [
        "../secret.md",
        "text/../../secret.md",
        "/etc/passwd",
        "text/secret.md",
        "text%2F..%2F..%2Fsecret.md",
        "text\\..\\..\\secret.md",
    ];
    for name in names {
        let answer = opened.ask("GET", &format!("/api/text?d=0&file={name}"), &headers, b"");
        assert!(answer.status != 200 && !answer.text().contains("秘密"), "{name}: {}", answer.text());
        let edit = serde_json::json!({ "kind": "text", "file": name, "text": "改了" });
        let answer = opened.post(&key, "/api/edit?d=0", &edit);
        assert_ne!(answer.status, 200, "{name}: {}", answer.text());
    }
    for target in [
        "/../Cargo.toml",
        "/js/../../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/js/%2e%2e/%2e%2e/SECURITY.md",
        "//etc/passwd",
    ] {
        assert_eq!(opened.ask("GET", target, &headers, b"").status, 404, "{target}");
    }
    let _ = origin;
    assert_eq!(std::fs::read_to_string(around.path().join("secret.md")).unwrap(), "秘密");
}

#[test]
fn an_edit_of_a_row_that_is_no_longer_as_it_was_seen_is_refused() {
    let (_around, opened) = opened();
    let key = opened.enter();
    let row = ["2010350", "基本支出", "30201", "办公费", "", "一般公共预算", "8300.01"];
    let cell = serde_json::json!({ "line": 11, "column": 3, "value": "办公", "row": row });
    let edit = serde_json::json!({ "kind": "cells", "file": "ledger", "cells": [cell] });
    let answer = opened.post(&key, "/api/edit?d=0", &edit);
    assert_eq!((answer.status, &answer.json()["code"]), (409, &serde_json::json!("E161")), "{}", answer.text());
    assert_eq!(opened.get(&key, "/api/desk?d=0")["edits"], serde_json::json!([]));
}

/// A column that no sheet has costs nothing.
#[test]
fn an_edit_of_a_column_that_is_not_there_is_refused() {
    let (_around, opened) = opened();
    let key = opened.enter();
    for column in [8_u64, 1 << 40, u64::MAX] {
        let cell = serde_json::json!({ "line": 11, "column": column, "value": "1", "row": [] });
        let edit = serde_json::json!({ "kind": "cells", "file": "ledger", "cells": [cell] });
        let answer = opened.post(&key, "/api/edit?d=0", &edit);
        assert_eq!((answer.status, &answer.json()["code"]), (409, &serde_json::json!("E161")), "{}", answer.text());
    }
    assert_eq!(opened.get(&key, "/api/desk?d=0")["edits"], serde_json::json!([]));
}
