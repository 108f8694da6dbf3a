//! One daemon, a pair of tables for each set of payloads, and its own `roa_check` by the control
//! socket: no filter of ours is in between.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{State, answers, assert_mixed};

/// A daemon that ends with the test.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The daemon's control socket.
struct Control {
    reader: BufReader<UnixStream>,
}

impl Control {
    /// Connects as soon as the daemon listens.
    fn connect(path: &Path, daemon: &mut Daemon) -> Self {
        let end = Instant::now() + Duration::from_mins(1);
        let stream = loop {
            match UnixStream::connect(path) {
                Ok(stream) => break stream,
                Err(error) => {
                    let ended = daemon.0.try_wait().unwrap();
                    assert!(ended.is_none(), "the daemon ended: {ended:?}");
                    assert!(Instant::now() < end, "the daemon does not listen: {error}");
                    std::thread::sleep(Duration::from_millis(10));
                }
            }
        };
        let mut control = Self {
            reader: BufReader::new(stream),
        };
        control.reply();
        control
    }

    fn ask(&mut self, line: &str) -> String {
        let stream = self.reader.get_mut();
        stream.write_all(format!("{line}\n").as_bytes()).unwrap();
        self.reply()
    }

    /// The last line of a reply, which has a code and a space in front.
    fn reply(&mut self) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            let read = self.reader.read_line(&mut line).unwrap();
            assert!(read > 0, "the daemon hung up");
            let code: String = line.chars().take_while(char::is_ascii_digit).collect();
            if code.len() == 4 && line[4..].starts_with(' ') {
                return line[5..].trim_end().to_owned();
            }
        }
    }
}

#[test]
fn roa_check_agrees_on_fifty_thousand_pairs() {
    let answers = answers();
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::from("log stderr all;\nrouter id 192.0.2.1;\nprotocol device {}\n");
    for (at, (set, _)) in answers.iter().enumerate() {
        for (family, wide) in [(4, false), (6, true)] {
            writeln!(text, "roa{family} table s{at}v{family};").unwrap();
            writeln!(
                text,
                "protocol static {{ roa{family} {{ table s{at}v{family}; }};"
            )
            .unwrap();
            for payload in set.iter().filter(|payload| payload.net.wide == wide) {
                let (net, max, asn) = (payload.net, payload.max_length, payload.asn);
                writeln!(text, "  route {net} max {max} as {asn};").unwrap();
            }
            text.push_str("}\n");
        }
    }
    let (config, socket) = (folder.path().join("r.conf"), folder.path().join("r.ctl"));
    std::fs::write(&config, &text).unwrap();
    let mut daemon = Daemon(
        Command::new("bird")
            .arg("-f")
            .arg("-c")
            .arg(&config)
            .arg("-s")
            .arg(&socket)
            .arg("-P")
            .arg(folder.path().join("r.pid"))
            .stderr(Stdio::null())
            .spawn()
            .expect("bird is installed"),
    );
    let mut control = Control::connect(&socket, &mut daemon);
    let mut states = Vec::new();
    for (at, (set, routes)) in answers.iter().enumerate() {
        for (route, state) in routes {
            let family = if route.net.wide { 6 } else { 4 };
            let (net, asn) = (route.net, route.asn);
            let said = control.ask(&format!("eval roa_check(s{at}v{family}, {net}, {asn})"));
            let expected = match state {
                State::NotFound => "(enum 35)0",
                State::Valid => "(enum 35)1",
                State::WrongOrigin | State::TooLong => "(enum 35)2",
            };
            assert_eq!(said, expected, "{net} from AS{asn} is {state:?} in {set:?}");
            states.push(*state);
        }
    }
    assert_eq!(states.len(), 50_000);
    assert_mixed(&states);
}
