//! Probes and metrics over HTTP.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use le_core::{FencingToken, Observed, Won};
use le_observe::Observe;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;

use crate::clock::{HandClock, at};
use crate::replica::PATIENCE;

struct Served {
    address: SocketAddr,
    observe: Observe,
    clock: HandClock,
}

impl Served {
    fn new() -> Self {
        let mut registry = Registry::default();
        registry.register("widgets", "The program's own", Counter::<u64>::default());
        let observe = Observe::new(&mut registry);
        let address = observe.serve((Ipv4Addr::LOCALHOST, 0), registry).unwrap();
        Self { address, observe, clock: HandClock::default() }
    }

    fn candidate(&self) -> Observed {
        self.observe.observers().candidate("b", "me", Arc::new(self.clock.clone()))
    }

    fn flush(&self) {
        assert!(self.observe.observers().flush(PATIENCE));
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends a request as it is; gives the status and the whole answer.
    fn ask(&self, request: &[u8]) -> (u16, String) {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        answer(stream)
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.flush();
        self.ask(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes())
    }
}

fn answer(mut stream: TcpStream) -> (u16, String) {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_else(|| panic!("no answer in HTTP: {answer:?}")), answer)
}

#[test]
fn probes_and_metrics_are_answered_from_before_the_first_election_on() {
    let served = Served::new();
    assert_eq!((served.get("/livez").0, served.get("/readyz").0), (200, 503));
    let mut candidate = served.candidate();
    candidate.turned(at(0), None);
    candidate.began(FencingToken::new(1), Won::Free, at(10_000));
    let (status, said) = served.get("/readyz?verbose");
    assert!(status == 200 && said.ends_with("\r\n\r\nok\n\"b\": leads\n"), "{said}");
    let (status, said) = served.get("/metrics");
    assert!(status == 200 && said.contains("leader_election_master_status{name=\"b\"} 1\n"), "{said}");
    assert!(said.contains("widgets_total 0\n") && said.ends_with("# EOF\n"), "{said}");

    served.clock.set(13_000);
    let (status, said) = served.get("/livez");
    assert!(
        status == 503 && said.contains("has not noticed that its right to lead ran out 3.0s ago"),
        "{said}"
    );
}

#[test]
fn what_is_asked_wrongly_is_refused_with_the_reason() {
    let served = Served::new();
    assert_eq!(served.get("/healthz").0, 404);
    assert_eq!(served.ask(b"POST /livez HTTP/1.1\r\n\r\n").0, 405);
    let (status, said) = served.ask(b"HEAD /livez HTTP/1.1\r\n\r\n");
    assert!(status == 200 && said.ends_with("\r\n\r\n"), "{said}");
    assert!(said.contains("connection: close\r\n") && said.contains("content-length: 3\r\n"), "{said}");
    for garbage in [&b"\xff\xfe\r\n\r\n"[..], b"GET /livez\r\n\r\n", b"GET  / HTTP/1.1\r\n\r\n"] {
        assert_eq!(served.ask(garbage).0, 400, "{garbage:?}");
    }
    // Empty lines before a request are passed over, as HTTP/1.1 wants it.
    assert_eq!(served.ask(b"\r\n\r\nGET /livez HTTP/1.1\r\n\r\n").0, 200);
}

#[test]
fn a_request_without_an_end_is_given_up_and_those_that_wait_hold_up_nobody() {
    let served = Served::new();
    let mut endless = served.connect();
    // It may be given up in the middle of it.
    let _ = endless.write_all(&b"GET /livez HTTP/1.1\r\nx: ".repeat(2000));
    let mut begin = [0; 12];
    // The rest of it was not read, so that the system may reset the connection.
    assert!(endless.read_exact(&mut begin).is_err() || begin == *b"HTTP/1.1 431");

    let mut silent: Vec<TcpStream> = (0..8).map(|_| served.connect()).collect();
    let began = Instant::now();
    assert_eq!(served.get("/livez").0, 200);
    assert!(began.elapsed() < Duration::from_secs(4), "it waited for those who say nothing");
    let mut nothing = Vec::new();
    silent[0].read_to_end(&mut nothing).unwrap();
    assert!(nothing.is_empty(), "it is given up without a word");
}

#[test]
fn an_address_that_is_taken_is_an_error() {
    let served = Served::new();
    let again = served.observe.serve(served.address, Registry::default());
    assert_eq!(again.unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
}
