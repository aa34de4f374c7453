//! Who is let in.

use super::request::{Method, Request};
use super::response::Response;
use std::io;
use std::sync::Mutex;

/// The header that no form and no page of another origin can send.
const HEADER: &str = "x-gongkai";
/// What is said to whoever comes without the key.
const STRANGER: &str =
    "这个地址要用 gongkai open 印出的那一行打开，而且只能打开一次；请在终端里再运行一次 gongkai open";

/// The secrets of a run, and who has them.
pub struct Door {
    port: u16,
    /// In the address on the terminal, until it is used.
    key: Mutex<Option<String>>,
    /// In the cookie.
    cookie: String,
    /// In the header of everything that shows or changes data. A page gets it behind the `#` of an address, which no
    /// request bears, and keeps it where pages of other ports cannot read.
    secret: String,
}

impl Door {
    /// A door with secrets of its own.
    pub fn new(port: u16) -> io::Result<Door> {
        Ok(Door { port, key: Mutex::new(Some(random()?)), cookie: random()?, secret: random()? })
    }

    /// The address that lets in, once.
    pub fn address(&self) -> String {
        let key = self.key.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        format!("http://127.0.0.1:{}/?k={}", self.port, key.as_deref().unwrap_or_default())
    }

    fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Browsers give cookies to every port of a machine: their names tell runs apart.
    fn cookie_name(&self) -> String {
        format!("gongkai-{}", self.port)
    }

    /// Lets a request in, or says what it gets instead.
    pub fn lets_in(&self, request: &Request) -> Result<(), Response> {
        if request.header("host") != format!("127.0.0.1:{}", self.port) {
            return Err(Response::refused(403, "只接受本机地址 127.0.0.1"));
        }
        let origin = request.header("origin");
        if !origin.is_empty() && origin != self.origin() || request.method == Method::Post && origin.is_empty() {
            return Err(Response::refused(403, "请求来自别的网页"));
        }
        let is_api = request.path.starts_with("/api/");
        // A link to the address may be followed from elsewhere; whatever else is asked is asked by our own pages.
        let site = request.header("sec-fetch-site");
        let is_own = matches!(site, "" | "same-origin") || !is_api && site == "none" || self.has_key(request);
        if !is_own {
            return Err(Response::refused(403, "请求来自别的网页"));
        }
        if self.takes_key(request) {
            let cookie = format!("{}={}; HttpOnly; SameSite=Strict; Path=/", self.cookie_name(), self.cookie);
            let there = Response { status: 303, ..Response::of("text/plain; charset=utf-8", "") };
            return Err(there.with("Set-Cookie", cookie).with("Location", format!("/#s={}", self.secret)));
        }
        if !self.knows(request.header("cookie")) {
            return Err(Response::refused(401, STRANGER));
        }
        if is_api && !is_same(request.header(HEADER), &self.secret) {
            return Err(Response::refused(401, STRANGER));
        }
        if request.method == Method::Post && !request.header("content-type").starts_with("application/json") {
            return Err(Response::refused(415, "只接受 JSON"));
        }
        if request.method == Method::Post && !is_api {
            return Err(Response::refused(405, "这里只有 GET"));
        }
        Ok(())
    }

    fn has_key(&self, request: &Request) -> bool {
        let key = self.key.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        request.method == Method::Get
            && request.path == "/"
            && key.as_deref().is_some_and(|key| is_same(request.asked("k"), key))
    }

    /// The key is spent by who has it.
    fn takes_key(&self, request: &Request) -> bool {
        let mut key = self.key.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let has = request.method == Method::Get
            && request.path == "/"
            && key.as_deref().is_some_and(|key| is_same(request.asked("k"), key));
        if has {
            *key = None;
        }
        has
    }

    fn knows(&self, cookies: &str) -> bool {
        let name = self.cookie_name();
        let mut of_name = cookies.split(';').filter_map(|one| one.trim().split_once('=')).filter(|(n, _)| *n == name);
        // Another one of the name was put there by someone else.
        matches!((of_name.next(), of_name.next()), (Some((_, value)), None) if is_same(value, &self.cookie))
    }
}

/// Compared in a time that does not depend on where they differ.
fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    a.len() == b.len() && a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

/// 256 bits that nobody can guess, as hexadecimal digits.
fn random() -> io::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn request(method: Method, target: &str, headers: &[(&str, &str)]) -> Request {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = query.split('&').filter_map(|p| p.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect();
        let headers: BTreeMap<String, String> = headers.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        Request { method, path: path.into(), query, headers, body: Vec::new() }
    }

    fn status(door: &Door, request: &Request) -> u16 {
        door.lets_in(request).map_or_else(|response| response.status, |()| 200)
    }

    #[test]
    fn the_key_lets_in_once_and_no_refused_request_spends_it() {
        let door = Door::new(7).unwrap();
        let address = door.address();
        let target = address.strip_prefix("http://127.0.0.1:7").expect("the address");
        for headers in
            [vec![("host", "evil.example:7")], vec![("host", "127.0.0.1:7"), ("origin", "http://evil")], vec![]]
        {
            assert_eq!(status(&door, &request(Method::Get, target, &headers)), 403);
        }
        let host = ("host", "127.0.0.1:7");
        assert_eq!(status(&door, &request(Method::Get, "/?k=0000", &[host])), 401);
        assert_eq!(status(&door, &request(Method::Get, &target.replace("/?", "/x?"), &[host])), 401);
        let entered =
            door.lets_in(&request(Method::Get, target, &[host, ("sec-fetch-site", "cross-site")])).unwrap_err();
        assert_eq!(entered.status, 303);
        let set = &entered.headers.iter().find(|(name, _)| *name == "Set-Cookie").unwrap().1;
        assert!(set.ends_with("; HttpOnly; SameSite=Strict; Path=/"), "{set}");
        assert_eq!(status(&door, &request(Method::Get, target, &[host])), 401, "spent");
    }

    #[test]
    fn data_is_for_the_cookie_and_the_header_and_posts_for_json_of_our_own_origin() {
        let door = Door::new(7).unwrap();
        let cookie = format!("a=b; gongkai-7={}", door.cookie);
        let (host, cookie) = (("host", "127.0.0.1:7"), ("cookie", cookie.as_str()));
        let get = |target: &str, headers: &[(&str, &str)]| status(&door, &request(Method::Get, target, headers));
        assert_eq!(get("/", &[host]), 401);
        assert_eq!(get("/", &[host, cookie]), 200);
        assert_eq!(get("/api/desk", &[host, cookie]), 401, "the cookie alone shows no data");
        let secret = ("x-gongkai", door.secret.as_str());
        assert_eq!(get("/api/desk", &[host, secret]), 401, "nor does the header");
        assert_eq!(get("/api/desk", &[host, cookie, secret]), 200);
        assert_eq!(get("/api/desk", &[host, cookie, ("x-gongkai", "1")]), 401);
        for site in ["cross-site", "same-site", "none"] {
            assert_eq!(get("/api/desk", &[host, cookie, secret, ("sec-fetch-site", site)]), 403, "{site}");
        }
        let twice = format!("gongkai-7=x; gongkai-7={}", door.cookie);
        assert_eq!(get("/", &[host, ("cookie", &twice)]), 401);
        let post = |headers: &[(&str, &str)]| status(&door, &request(Method::Post, "/api/edit", headers));
        let (origin, json) = (("origin", "http://127.0.0.1:7"), ("content-type", "application/json"));
        assert_eq!(post(&[host, cookie, secret, origin, json]), 200);
        assert_eq!(post(&[host, cookie, secret, json]), 403, "without an origin");
        for origin in ["http://127.0.0.1:8", "http://localhost:7", "https://127.0.0.1:7", "null"] {
            assert_eq!(post(&[host, cookie, secret, json, ("origin", origin)]), 403, "{origin}");
        }
        assert_eq!(post(&[host, cookie, secret, origin, ("content-type", "text/plain")]), 415);
        for name in ["localhost:7", "127.0.0.1", "127.0.0.1:80", "[::1]:7", "127.0.0.1:7.evil.example"] {
            assert_eq!(get("/", &[("host", name), cookie]), 403, "{name}");
        }
    }
}
