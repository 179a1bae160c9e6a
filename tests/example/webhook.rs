//! The webhook that may be called twice, or at the same time.

use event_tests::{TempDir, webhook};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Somebody else's signature of `{"id":7}`, with the secret that the example has when it is given none.
const SIGNED: &str = "x-signature: ukhPH9BL2yJPvFFH5s76IQgNA4X8pQtxQECPPAZP57E=";

/// The example, running; and the call that it says to try.
struct Endpoint {
    child: Child,
    folder: TempDir,
    host: String,
    header: String,
    body: String,
}

impl Endpoint {
    fn start() -> Self {
        let folder = TempDir::new("webhook");
        let mut command = Command::new(webhook());
        for name in ["EVENT_URL", "EVENT_BUS", "WEBHOOK_SECRET"] {
            command.env_remove(name);
        }
        let mut child = command
            .args(["--listen", "127.0.0.1:0"])
            .env("TMPDIR", folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines
            .map(Result::unwrap)
            .find(|line| line.contains("/webhook"))
            .unwrap();
        let host = line
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split('/').next())
            .unwrap();
        let mut quoted = line.split('\'').skip(1).step_by(2);
        let (header, body) = (quoted.next().unwrap(), quoted.next().unwrap());
        Self {
            host: host.to_owned(),
            header: header.to_owned(),
            body: body.to_owned(),
            child,
            folder,
        }
    }

    /// One request; the status and the body of the answer.
    fn ask(&self, method: &str, path: &str, header: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let length = body.len();
        let end = if header.is_empty() {
            String::new()
        } else {
            format!("{header}\r\n")
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {length}\r\n{end}\r\n",
            self.host
        );
        stream.write_all(head.as_bytes()).unwrap();
        // An endpoint that has refused by the headers need not read the rest.
        let _ = stream.write_all(body.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
        (status.unwrap_or_else(|| panic!("no answer: {answer}")), body.to_owned())
    }

    fn call(&self) -> (u16, String) {
        self.ask("POST", "/webhook", &self.header, &self.body)
    }

    /// Waits until the effects are these.
    fn until(&self, wanted: &str) {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let (status, effects) = self.ask("GET", "/effects", "", "");
            assert_eq!(status, 200, "{effects}");
            if effects == wanted {
                return;
            }
            assert!(Instant::now() < deadline, "{effects}, and not {wanted}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn called_twice_and_at_the_same_time_it_has_one_effect() {
    let endpoint = Endpoint::start();
    let (mut taken, mut known) = (0, 0);
    let mut count = |(status, text): (u16, String)| {
        assert_eq!(status, 200, "{text}");
        match text.as_str() {
            "taken\n" => taken += 1,
            "known already\n" => known += 1,
            other => panic!("{other}"),
        }
    };
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..16).map(|_| scope.spawn(|| endpoint.call())).collect();
        calls.into_iter().for_each(|call| count(call.join().unwrap()));
    });
    count(endpoint.call());
    // And the one that was never called for, which the job finds.
    let all = r#"{"payments":1,"booked":2,"published":2}"#;
    endpoint.until(all);
    count(endpoint.call());
    std::thread::sleep(Duration::from_millis(500));
    endpoint.until(all);
    assert_eq!((taken, known), (1, 17));
}

#[test]
fn what_is_refused_says_why() {
    let endpoint = Endpoint::start();
    let (header, body) = (endpoint.header.clone(), endpoint.body.clone());
    let large = "x".repeat(100 * 1024);
    let cases = [
        ("", body.as_str(), 401, "x-signature is missing"),
        ("x-signature: ???", &body, 401, "not base64"),
        ("x-signature: AAAA", &body, 401, "not that of this body"),
        (&header, &body.replace("4200", "4201"), 401, "not that of this body"),
        (&header, &large, 413, "length limit"),
        (SIGNED, r#"{"id":7}"#, 400, "not a payment: invalid type"),
    ];
    for (header, body, status, says) in cases {
        let (found, text) = endpoint.ask("POST", "/webhook", header, body);
        assert_eq!(found, status, "{text}");
        assert!(text.contains(says), "{text}");
    }
    let (status, text) = endpoint.ask("GET", "/webhook", &header, "");
    assert_eq!(status, 405, "{text}");
    assert!(endpoint.folder.path().exists());
}
