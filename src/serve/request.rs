//! One request, read within bounds: of size, of time, of form.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// The most bytes of a request's line and headers together, and how many headers.
const HEAD: usize = 16 << 10;
const HEADERS: usize = 64;
/// The most bytes of a body: a whole file pasted.
pub const BODY: usize = 16 << 20;
/// How long a request may take to arrive, and how long nothing may come of it.
const WHOLE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_secs(5);

/// What may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// To be shown something.
    Get,
    /// To do something.
    Post,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What is asked.
    pub method: Method,
    /// Without the query: `/api/why`. It begins with `/`.
    pub path: String,
    /// The query's keys and values, decoded.
    pub query: BTreeMap<String, String>,
    /// Names in small letters. A name that occurs twice is refused.
    pub headers: BTreeMap<String, String>,
    /// Its content.
    pub body: Vec<u8>,
}

impl Request {
    /// A header by its name in small letters; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// A value of the query; empty where there is none.
    pub fn asked(&self, key: &str) -> &str {
        self.query.get(key).map_or("", String::as_str)
    }
}

/// Why there is no request.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The other side has gone, or is not worth an answer.
    Gone,
    /// The status, and what is said.
    Told(u16, &'static str),
}

/// Reads a request of a connection.
pub fn read(connection: &TcpStream) -> Result<Request, Refusal> {
    let begun = Instant::now();
    let mut source = Timed { connection, begun };
    read_from(&mut source)
}

/// A connection whose bytes come within [`WHOLE`].
struct Timed<'a> {
    connection: &'a TcpStream,
    begun: Instant,
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = WHOLE.checked_sub(self.begun.elapsed()).filter(|left| !left.is_zero());
        let left = left.ok_or(io::ErrorKind::TimedOut)?.min(PAUSE);
        self.connection.set_read_timeout(Some(left))?;
        (&mut &*self.connection).read(buffer)
    }
}

fn unread(error: &io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Refusal::Told(408, "请求没有发完"),
        _ => Refusal::Gone,
    }
}

/// Reads a request of any bytes that come.
pub fn read_from(source: &mut impl Read) -> Result<Request, Refusal> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let (mut request, length, head) = loop {
        if let Some(found) = head(&bytes)? {
            break found;
        }
        if bytes.len() >= HEAD {
            return Err(Refusal::Told(431, "请求头太长"));
        }
        match source.read(&mut buffer).map_err(|error| unread(&error))? {
            0 => return Err(Refusal::Gone),
            count => bytes.extend_from_slice(&buffer[..count]),
        }
    };
    if length > BODY {
        return Err(Refusal::Told(413, "内容超过 16 MB"));
    }
    let mut body = bytes.split_off(head);
    while body.len() < length {
        match source.read(&mut buffer).map_err(|error| unread(&error))? {
            0 => return Err(Refusal::Gone),
            count => body.extend_from_slice(&buffer[..count]),
        }
    }
    // One request a connection: what follows is not read.
    body.truncate(length);
    request.body = body;
    Ok(request)
}

/// The request whose head has come whole, the length of its body, and that of its head; none: more must come.
fn head(bytes: &[u8]) -> Result<Option<(Request, usize, usize)>, Refusal> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Refusal::Told(431, "请求头太多")),
        Err(_) => return Err(Refusal::Told(400, "请求读不懂")),
    };
    let method = match parsed.method {
        Some("GET") => Method::Get,
        Some("POST") => Method::Post,
        _ => return Err(Refusal::Told(405, "只有 GET 和 POST")),
    };
    let target = parsed.path.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = decoded(path).filter(|path| path.starts_with('/')).ok_or(Refusal::Told(400, "请求的路径读不懂"))?;
    let query = pairs(query).ok_or(Refusal::Told(400, "请求的路径读不懂"))?;
    let mut known = BTreeMap::new();
    for header in parsed.headers.iter() {
        let value = std::str::from_utf8(header.value).map_err(|_| Refusal::Told(400, "请求头读不懂"))?;
        if known.insert(header.name.to_ascii_lowercase(), value.trim().to_string()).is_some() {
            return Err(Refusal::Told(400, "请求头重复"));
        }
    }
    // A length is all that is understood: no other framing, and none besides.
    if known.contains_key("transfer-encoding") {
        return Err(Refusal::Told(411, "请求没有写明长度"));
    }
    let body = match (known.get("content-length"), method) {
        (None, Method::Get) => 0,
        (None, Method::Post) => return Err(Refusal::Told(411, "请求没有写明长度")),
        (Some(written), _) => {
            let is_number = !written.is_empty() && written.len() < 12 && written.bytes().all(|b| b.is_ascii_digit());
            let number = written.parse().ok().filter(|_| is_number);
            number.ok_or(Refusal::Told(400, "请求的长度读不懂"))?
        }
    };
    let request = Request { method, path, query, headers: known, body: Vec::new() };
    Ok(Some((request, body, length)))
}

/// `%E9` and the like; none where they make no text, or a NUL.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push((high * 16 + low) as u8);
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

fn pairs(query: &str) -> Option<BTreeMap<String, String>> {
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((decoded(&key.replace('+', " "))?, decoded(&value.replace('+', " "))?))
    };
    query.split('&').filter(|part| !part.is_empty()).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Request, Refusal> {
        read_from(&mut text.as_bytes())
    }

    fn status(text: &str) -> u16 {
        match of(text) {
            Err(Refusal::Told(status, _)) => status,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_request_is_a_method_a_path_a_query_headers_and_a_body() {
        let request = of("POST /api/a%E9%A2%84?d=1&q=a+b%26%3D HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcdef");
        let request = request.expect("a request");
        assert_eq!((request.method, request.path.as_str()), (Method::Post, "/api/a预"));
        assert_eq!((request.asked("d"), request.asked("q"), request.asked("none")), ("1", "a b&=", ""));
        assert_eq!((request.header("host"), &request.body[..]), ("x", &b"abc"[..]));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert_eq!(status("PUT / HTTP/1.1\r\n\r\n"), 405);
        assert_eq!(status("HEAD / HTTP/1.1\r\n\r\n"), 405);
        assert_eq!(status("nonsense\r\n\r\n"), 400);
        assert_eq!(status("GET http://127.0.0.1/ HTTP/1.1\r\n\r\n"), 400);
        assert_eq!(status("GET /%zz HTTP/1.1\r\n\r\n"), 400);
        assert_eq!(status("GET /%00 HTTP/1.1\r\n\r\n"), 400);
        assert_eq!(status("GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n"), 400);
        assert_eq!(status("POST / HTTP/1.1\r\n\r\n"), 411);
        assert_eq!(status("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\na"), 411);
        for length in ["-1", "1a", "", "99999999999999"] {
            assert_eq!(status(&format!("POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n")), 400);
        }
        assert_eq!(status("POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"), 413);
        assert_eq!(status(&format!("GET / HTTP/1.1\r\nA: {}", "x".repeat(HEAD))), 431);
        assert_eq!(status(&format!("GET / HTTP/1.1\r\n{}\r\n", "A: 1\r\n".repeat(HEADERS + 1))), 431);
    }

    #[test]
    fn of_a_request_that_breaks_off_nothing_is_told() {
        let whole = "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc";
        for end in 0..whole.len() {
            assert_eq!(of(&whole[..end]), Err(Refusal::Gone), "{end}");
        }
        assert!(of(whole).is_ok());
    }
}
