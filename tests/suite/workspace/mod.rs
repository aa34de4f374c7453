//! `gongkai open`: who is let in, what is shown, what an edit moves, what is written.

mod browser;
mod desk;
mod door;
mod picture;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The program, open on folders; it ends with this.
pub struct Opened {
    program: Child,
    pub port: u16,
    /// The line on stdout.
    pub address: String,
    /// What it keeps goes when it has ended.
    cache: Option<tempfile::TempDir>,
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

/// The cookie and the secret that the key was turned into.
pub struct Key {
    pub cookie: String,
    pub secret: String,
}

/// How the program is started.
pub struct Opening<'a> {
    /// What it keeps lies here; none: in a folder of its own, which goes with it.
    pub cache: Option<&'a Path>,
    /// The working folder.
    pub within: Option<&'a Path>,
    /// Where the system's programs are sought, and nowhere else.
    pub programs: Option<&'a Path>,
    /// It ends on a signal alone.
    pub stays: bool,
}

impl Default for Opening<'_> {
    fn default() -> Self {
        Opening { cache: None, within: None, programs: None, stays: true }
    }
}

impl Opening<'_> {
    pub fn open(&self, folders: &[&Path]) -> Opened {
        let own = self.cache.is_none().then(|| tempfile::tempdir().expect("a folder"));
        let cache = self.cache.or(own.as_ref().map(|own| own.path())).expect("one of both");
        let mut command = Command::new(env!("CARGO_BIN_EXE_gongkai"));
        command.arg("open").args(folders).arg("-o").arg(cache.join("output"));
        command.args(self.stays.then_some("--no-browser"));
        command.env("GONGKAI_FONTS", crate::common::root().join("fonts")).env("GONGKAI_CACHE", cache);
        self.within.map(|within| command.current_dir(within));
        self.programs.map(|programs| command.env("PATH", programs));
        let mut program = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it runs");
        let mut line = String::new();
        BufReader::new(program.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let address = line.trim_end().to_string();
        let port = address.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.split_once('/')).expect(&address).0;
        Opened { port: port.parse().expect("a port"), program, address, cache: own }
    }
}

pub fn open(folders: &[&Path]) -> Opened {
    Opening::default().open(folders)
}

pub fn open_with_cache(folders: &[&Path], cache: &Path) -> Opened {
    Opening { cache: Some(cache), ..Opening::default() }.open(folders)
}

impl Drop for Opened {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
        drop(self.cache.take());
    }
}

impl Opened {
    /// Sends bytes as they are; what comes back until the connection is closed.
    pub fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        connection.set_read_timeout(Some(Duration::from_secs(60))).expect("set");
        // What is refused early is not read to its end.
        let _ = connection.write_all(bytes);
        let mut answer = Vec::new();
        let _ = connection.read_to_end(&mut answer);
        answer
    }

    /// A request with these headers alone.
    pub fn ask(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head = format!("{method} {target} HTTP/1.1\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() || method == "POST" {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        parsed(&self.raw(&[head.as_bytes(), b"\r\n", body].concat()))
    }

    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What follows the port in the address.
    pub fn target(&self) -> String {
        self.address.split_once(&self.host()).expect("the host").1.to_string()
    }

    /// Turns the key into a cookie and a secret.
    pub fn enter(&self) -> Key {
        let answer = self.ask("GET", &self.target(), &[("Host", &self.host())], b"");
        assert_eq!(answer.status, 303, "{answer:?}");
        let cookie = answer.headers["set-cookie"].split(';').next().expect("a cookie").to_string();
        let secret = answer.headers["location"].strip_prefix("/#s=").expect("a secret").to_string();
        Key { cookie, secret }
    }

    pub fn get(&self, key: &Key, target: &str) -> serde_json::Value {
        let headers = [("Host", &*self.host()), ("Cookie", &key.cookie), ("X-Gongkai", &key.secret)];
        let answer = self.ask("GET", target, &headers, b"");
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        answer.json()
    }

    pub fn post(&self, key: &Key, target: &str, body: &serde_json::Value) -> Answer {
        let (host, origin) = (self.host(), format!("http://{}", self.host()));
        let headers = [
            ("Host", &*host),
            ("Cookie", &*key.cookie),
            ("X-Gongkai", &*key.secret),
            ("Origin", &*origin),
            ("Content-Type", "application/json"),
        ];
        self.ask("POST", target, &headers, body.to_string().as_bytes())
    }

    pub fn signal(&mut self, name: &str) {
        let pid = self.program.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().expect("kill runs").success());
    }

    /// How it ended; panics if it does not.
    pub fn ended(&mut self) -> Option<i32> {
        for _ in 0..600 {
            if let Some(status) = self.program.try_wait().expect("it can be asked") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("it goes on");
    }
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", self.text()))
    }
}

pub fn parsed(bytes: &[u8]) -> Answer {
    let end = bytes
        .windows(4)
        .position(|w| w == b"\r\n\r\n")
        .unwrap_or_else(|| panic!("{:?}", String::from_utf8_lossy(bytes)));
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status").parse().expect("a number");
    let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_string()));
    Answer { status, headers: lines.filter_map(header).collect(), body: bytes[end + 4..].to_vec() }
}

/// A copy of the sample in a folder of its own name.
pub fn sample() -> (tempfile::TempDir, PathBuf) {
    let around = tempfile::tempdir().expect("a folder");
    let folder = around.path().join("631-2023");
    crate::common::copy(&crate::common::sample(), &folder);
    (around, folder)
}
