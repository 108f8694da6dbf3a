//! BIRD in pipe mode: filters on pipes between tables, without any session or privilege.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A daemon with one configuration; it ends with the value.
#[derive(Debug)]
pub struct Bird {
    folder: tempfile::TempDir,
    child: Child,
}

/// A route as the daemon shows it: the first line's facts and the attributes, each as a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    /// The network.
    pub net: String,
    /// `blackhole`, `unreachable`, `prohibited`, `unicast`; and what the first line says in
    /// parentheses and after `from`.
    pub facts: Vec<String>,
    /// `BGP.med: 10`, sorted.
    pub attributes: Vec<String>,
}

/// What `bird -p` says of a configuration: nothing where it would load it.
pub fn refused(configuration: &str) -> Option<String> {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let path = folder.path().join("bird.conf");
    fs::write(&path, configuration).expect("a temporary folder can be written");
    let output = bird()
        .arg("-p")
        .arg("-c")
        .arg(&path)
        .output()
        .expect("bird is installed: tests/run does it");
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The daemon's program with bounds on its memory and its seconds of work: some programs make it
/// take all there is.
fn bird() -> Command {
    let mut command = Command::new("sh");
    let bounded = "ulimit -v 1000000; ulimit -t 3; exec /usr/sbin/bird \"$@\"";
    command.args(["-c", bounded, "bird"]);
    command
}

/// The routes of every table as the daemon has them with this configuration; otherwise what it
/// said before it ended.
pub fn answered(configuration: &str) -> Result<Vec<(String, Vec<Shown>)>, String> {
    let mut bird = Bird::spawn(configuration);
    if !bird.is_up() {
        return Err(bird.log());
    }
    let answer = bird.ask("show route table all all");
    answer
        .map(|answer| tables(&answer))
        .ok_or_else(|| bird.log())
}

impl Bird {
    /// Starts the daemon and waits until it is up.
    pub fn start(configuration: &str) -> Self {
        let mut bird = Self::spawn(configuration);
        assert!(bird.is_up(), "bird ended: {}", bird.log());
        bird
    }

    /// Starts the daemon with the file `entry` of `folder` and waits until it is up.
    pub fn start_in(folder: tempfile::TempDir, entry: &str) -> Self {
        let mut bird = Self::spawn_in(folder, entry);
        assert!(bird.is_up(), "bird ended: {}", bird.log());
        bird
    }

    fn spawn(configuration: &str) -> Self {
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        let file = folder.path().join("bird.conf");
        fs::write(file, configuration).expect("a temporary folder can be written");
        Self::spawn_in(folder, "bird.conf")
    }

    fn spawn_in(folder: tempfile::TempDir, entry: &str) -> Self {
        let file = |name: &str| folder.path().join(name);
        let log = fs::File::create(file("log")).expect("a temporary folder can be written");
        let child = bird()
            .arg("-f")
            .arg("-c")
            .arg(file(entry))
            .arg("-s")
            .arg(file("ctl"))
            .arg("-P")
            .arg(file("pid"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("bird is installed: tests/run does it");
        Self { folder, child }
    }

    /// Waits until it is up; false where it ends before that.
    fn is_up(&mut self) -> bool {
        for _ in 0..3000 {
            if self
                .ask("show status")
                .is_some_and(|answer| answer.contains("up and running"))
            {
                return true;
            }
            let ended = self.child.try_wait().expect("the child is ours");
            if ended.is_some() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("bird did not come up: {}", self.log());
    }

    /// What it logged.
    pub fn log(&self) -> String {
        read(&self.folder.path().join("log"))
    }

    fn ask(&self, command: &str) -> Option<String> {
        let output = Command::new("/usr/sbin/birdc")
            .arg("-s")
            .arg(self.folder.path().join("ctl"))
            .args(command.split(' '))
            .output()
            .expect("birdc is installed with bird");
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The routes of every table, under its name, in the order of their networks.
    pub fn tables(&self) -> Vec<(String, Vec<Shown>)> {
        let answer = self
            .ask("show route table all all")
            .expect("the daemon is up and answers");
        tables(&answer)
    }
}

impl Drop for Bird {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// Reads `show route table all all`.
fn tables(answer: &str) -> Vec<(String, Vec<Shown>)> {
    let mut tables: Vec<(String, Vec<Shown>)> = Vec::new();
    for line in answer.lines() {
        if let Some(name) = line.strip_prefix("Table ") {
            tables.push((name.trim_end_matches(':').to_owned(), Vec::new()));
            continue;
        }
        let Some((_, routes)) = tables.last_mut() else {
            continue;
        };
        if let Some(attribute) = line.strip_prefix('\t') {
            if let Some(shown) = routes.last_mut() {
                shown.attributes.push(attribute.trim_end().to_owned());
            }
        } else if !line.trim().is_empty() {
            let mut shown = first_line(line);
            if line.starts_with(' ') {
                // Another route of the network above.
                shown.facts.insert(0, shown.net);
                shown.net = routes
                    .last()
                    .map(|last| last.net.clone())
                    .unwrap_or_default();
            }
            routes.push(shown);
        }
    }
    for (_, routes) in &mut tables {
        for shown in routes.iter_mut() {
            shown.attributes.sort();
        }
        routes.sort();
    }
    tables
}

/// `203.0.113.0/24  blackhole [s 11:40:48.837 from 192.0.2.9] * (200/5)`.
fn first_line(line: &str) -> Shown {
    let (start, rest) = line
        .split_once('[')
        .expect("a route has its protocol in brackets");
    let (protocol, end) = rest.split_once(']').expect("the bracket is closed");
    let mut words = start.split_whitespace();
    let net = words.next().expect("a route has a network").to_owned();
    let mut facts: Vec<String> = words.map(str::to_owned).collect();
    if let Some((_, from)) = protocol.split_once(" from ") {
        facts.push(format!("from {from}"));
    }
    let preference = end
        .split_whitespace()
        .last()
        .expect("a route has a preference");
    facts.push(preference.to_owned());
    Shown {
        net,
        facts,
        attributes: Vec::new(),
    }
}
