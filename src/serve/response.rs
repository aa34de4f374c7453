//! An answer, with the headers that every one of them bears.

use std::io::{self, Write};

/// No script but the program's own files, nothing from elsewhere, in no other page's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// `200`
    pub status: u16,
    /// `text/html; charset=utf-8`
    pub kind: &'static str,
    /// Beyond those of every answer: name and value.
    pub headers: Vec<(&'static str, String)>,
    /// Its content.
    pub body: Vec<u8>,
}

impl Response {
    /// Content of a kind.
    pub fn of(kind: &'static str, body: impl Into<Vec<u8>>) -> Response {
        Response { status: 200, kind, headers: Vec::new(), body: body.into() }
    }

    /// JSON.
    pub fn json(value: &serde_json::Value) -> Response {
        Response::of("application/json; charset=utf-8", value.to_string())
    }

    /// A request that is not done, and why, in a sentence.
    pub fn refused(status: u16, why: &str) -> Response {
        Response { status, ..Response::of("text/plain; charset=utf-8", format!("{why}\n")) }
    }

    /// The same, with one more header. The value is ours, or has been checked: it has no line end.
    pub fn with(mut self, name: &'static str, value: String) -> Response {
        debug_assert!(!value.contains(['\r', '\n']));
        self.headers.push((name, value));
        self
    }

    /// Writes it whole.
    pub(super) fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let mut head = format!(
            "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\nCache-Control: no-store\r\n\
             Content-Security-Policy: {POLICY}\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n\
             Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Resource-Policy: same-origin\r\n",
            self.status,
            reason(self.status),
            self.kind,
            self.body.len()
        );
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        to.write_all(head.as_bytes())?;
        to.write_all(&self.body)?;
        to.flush()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        303 => "See Other",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "Error",
    }
}
