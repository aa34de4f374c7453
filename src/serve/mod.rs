//! A server for this machine's browser alone, for `gongkai open`.
//!
//! It listens on 127.0.0.1 and answers one request a connection. Who may ask:
//!
//! 1. the connection is from this machine (`127.0.0.1`), and names it as the address on the terminal does: a name that an
//!    attacker's name server points here is refused (`Host`);
//! 2. the request is of the workspace's own pages (`Origin`, `Sec-Fetch-Site`), never of another site's;
//! 3. the one-time key of the address has been turned into a cookie that scripts cannot read and other sites cannot send
//!    (`door`); the key is spent by that, and by nothing else;
//! 4. what shows or changes data also bears a second secret in a header, which a page of another port, whom browsers give
//!    the same cookies, does not have.
//!
//! Every part of a request is bounded in size and in time ([`request`]), and so is the number of requests at once.

mod door;
pub mod request;
mod response;

pub use door::Door;
pub use request::{Method, Request};
pub use response::Response;

pub(crate) use request::decoded;
use request::{Refusal, read};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Requests that are answered at once; a browser opens six connections to one address.
const MOST_AT_ONCE: usize = 64;
/// How long a browser may take to accept an answer.
const WRITING: Duration = Duration::from_secs(20);

/// What answers the requests that the door lets in.
pub trait Answers: Send + Sync + 'static {
    /// The answer. It may not panic; if it does, the request gets an error and the server goes on.
    fn answer(&self, request: &Request) -> Response;
}

/// A server that listens.
pub struct Server {
    listener: TcpListener,
    door: Arc<Door>,
    stop: Stop,
}

/// Ends a server, from any thread.
#[derive(Clone)]
pub struct Stop {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
}

impl Stop {
    /// Ends it: requests that are being answered are finished, the port is given back.
    pub fn stop(&self) {
        if !self.stopped.swap(true, Ordering::SeqCst) {
            // It waits for a connection; this is one.
            let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        }
    }
}

impl Server {
    /// Listens on a port of 127.0.0.1; 0: a free one.
    pub fn listen(port: u16) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let door = Arc::new(Door::new(address.port())?);
        Ok(Server { listener, door, stop: Stop { address, stopped: Arc::default() } })
    }

    /// The address to open, with the one-time key.
    pub fn address(&self) -> String {
        self.door.address()
    }

    /// What ends it.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Answers until it is stopped.
    pub fn run(self, answers: Arc<dyn Answers>) {
        let busy = Arc::new(AtomicUsize::new(0));
        for connection in self.listener.incoming() {
            if self.stop.stopped.load(Ordering::SeqCst) {
                break;
            }
            let Ok(connection) = connection else { continue };
            // Nobody else can connect to a loopback address; it costs nothing to ask.
            if !connection.peer_addr().is_ok_and(|peer| peer.ip().is_loopback()) {
                continue;
            }
            let (answers, door, turn) = (answers.clone(), self.door.clone(), Turn::take(&busy));
            let answered = std::thread::Builder::new().name("request".into()).spawn(move || match turn {
                Some(_turn) => one(&connection, &door, &*answers),
                None => drop(finish(&connection, Response::refused(503, "同时的请求太多"))),
            });
            // Without a thread the connection is closed.
            drop(answered);
        }
        // What is being answered is finished, but not waited for without end.
        for _ in 0..200 {
            if busy.load(Ordering::SeqCst) == 0 {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// One of the places for requests at once.
struct Turn(Arc<AtomicUsize>);

impl Turn {
    fn take(busy: &Arc<AtomicUsize>) -> Option<Turn> {
        let turn = Turn(busy.clone());
        (busy.fetch_add(1, Ordering::SeqCst) < MOST_AT_ONCE).then_some(turn)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn one(connection: &TcpStream, door: &Door, answers: &dyn Answers) {
    let response = match read(connection) {
        Ok(request) => match door.lets_in(&request) {
            Ok(()) => {
                let answer = std::panic::AssertUnwindSafe(|| answers.answer(&request));
                std::panic::catch_unwind(answer).unwrap_or_else(|_| Response::refused(500, "程序内部出错"))
            }
            Err(response) => response,
        },
        Err(Refusal::Gone) => return,
        Err(Refusal::Told(status, why)) => Response::refused(status, why),
    };
    let _ = finish(connection, response);
}

fn finish(mut connection: &TcpStream, response: Response) -> io::Result<()> {
    connection.set_write_timeout(Some(WRITING))?;
    response.write(&mut connection)?;
    connection.shutdown(std::net::Shutdown::Write)?;
    // What the other side still sends is taken for a moment: closed with unread bytes, a connection is reset, and the
    // answer lost.
    connection.set_read_timeout(Some(Duration::from_millis(200)))?;
    let mut rest = [0; 4096];
    for _ in 0..64 {
        if io::Read::read(&mut connection, &mut rest)? == 0 {
            break;
        }
    }
    Ok(())
}
