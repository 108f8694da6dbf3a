//! A folder in a git revision.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Entry, Error, Kind};

/// A folder in a git revision: its entries, and one `git cat-file` process that reads them.
#[derive(Debug)]
pub struct Revision {
    commit: String,
    entries: Vec<Entry>,
    objects: BTreeMap<Arc<str>, String>,
    reader: Mutex<Reader>,
}

impl Revision {
    pub(super) fn open(root: &Path, rev: &str) -> Result<Self, Error> {
        if rev.starts_with('-') || rev.is_empty() || rev.chars().any(char::is_control) {
            let shown = crate::escape::word(rev).into_owned();
            return Err(Error::new(&shown, format!("`{shown}` is no revision")));
        }
        let shown = crate::escape::word(rev);
        let commit = answer(
            root,
            &[
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                &format!("{rev}^{{commit}}"),
            ],
        )?;
        let Some(commit) = commit else {
            inside_a_repository(root)?;
            return Err(Error {
                path: shown.clone().into_owned(),
                reason: format!("git knows no revision `{shown}`"),
                help: Some(
                    "fetch it first; a shallow clone lacks it (in GitHub's checkout action: \
                     `fetch-depth: 0`)"
                        .to_owned(),
                ),
            });
        };
        let prefix = answer(root, &["rev-parse", "--show-prefix"])?.unwrap_or_default();
        let folder = format!("{commit}:{}", prefix.trim_end_matches('/'));
        let tree = answer(
            root,
            &[
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                &folder,
            ],
        )?;
        let listing = match &tree {
            Some(tree) => {
                let args = [
                    "ls-tree",
                    "-r",
                    "-z",
                    "-l",
                    "--full-tree",
                    "--end-of-options",
                    tree,
                ];
                run(root, &args)?.ok_or_else(|| {
                    Error::new(&*shown, format!("git cannot list the folder in `{shown}`"))
                })?
            }
            None => Vec::new(),
        };
        let (entries, objects) = listed(&listing);
        Ok(Self {
            commit,
            entries,
            objects,
            reader: Mutex::new(Reader {
                root: root.to_owned(),
                running: None,
            }),
        })
    }

    /// The commit's id.
    pub fn commit(&self) -> &str {
        &self.commit
    }

    pub(super) fn files(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn read(&self, path: &str, longest: u64) -> Result<Vec<u8>, Error> {
        let at = self
            .entries
            .binary_search_by(|entry| (*entry.path).cmp(path))
            .ok();
        let Some(entry) = at.and_then(|at| self.entries.get(at)) else {
            return Err(Error::new(path, "the revision has no such file"));
        };
        if entry.kind != Kind::File {
            return Err(Error::new(path, "it is no regular file"));
        }
        if entry.size > longest {
            return Err(Error::new(
                path,
                format!("it is longer than {longest} bytes"),
            ));
        }
        let Some(object) = self.objects.get(path) else {
            return Err(Error::new(path, "the revision has no such file"));
        };
        // A panic elsewhere cannot leave half an answer in the pipe: `read` drops the process
        // unless it has read the whole.
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader
            .read(object, entry.size)
            .map_err(|error| Error::new(path, format!("git cannot read it: {error}")))
    }
}

/// Reads the records of `git ls-tree -r -z -l`: mode, kind, object, size, tab, path.
fn listed(listing: &[u8]) -> (Vec<Entry>, BTreeMap<Arc<str>, String>) {
    let mut entries = Vec::new();
    let mut objects = BTreeMap::new();
    for record in listing
        .split(|&byte| byte == 0)
        .filter(|record| !record.is_empty())
    {
        let text = String::from_utf8_lossy(record);
        let Some((head, path)) = text.split_once('\t') else {
            continue;
        };
        let mut fields = head.split_ascii_whitespace();
        let (Some(mode), Some(_), Some(object), size) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let path: Arc<str> = path.into();
        objects.insert(path.clone(), object.to_owned());
        entries.push(Entry {
            path,
            kind: match mode {
                "100644" | "100755" | "100664" => Kind::File,
                "120000" => Kind::Link,
                _ => Kind::Other,
            },
            size: size.and_then(|size| size.parse().ok()).unwrap_or(0),
        });
    }
    entries.sort();
    (entries, objects)
}

/// Git with everything switched off that could run a program, ask a person or use the network.
fn git(root: &Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(root)
        .args(["--no-pager", "--no-replace-objects", "--literal-pathspecs"])
        .args([
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
        ])
        // A folder of the scanned tree can look like a bare repository, with a configuration.
        .args(["-c", "safe.bareRepository=explicit"])
        // A partial clone would fetch a missing object, by a command that the repository names.
        .args(["-c", "protocol.allow=never"])
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        // A hook that runs this tool sets these, and they would point git elsewhere.
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("GIT_PREFIX")
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .stdout(Stdio::piped());
    git
}

/// What git prints, or `None` where it fails.
fn run(root: &Path, args: &[&str]) -> Result<Option<Vec<u8>>, Error> {
    let output = git(root).args(args).output().map_err(|error| Error {
        path: root.to_string_lossy().into_owned(),
        reason: format!("cannot run git: {}", error.kind()),
        help: Some("revisions are read by the `git` command, which must be installed".to_owned()),
    })?;
    Ok(output.status.success().then_some(output.stdout))
}

/// The first line that git prints, or `None` where it fails or prints nothing.
fn answer(root: &Path, args: &[&str]) -> Result<Option<String>, Error> {
    let printed = run(root, args)?.unwrap_or_default();
    let line = String::from_utf8_lossy(&printed).trim_end().to_owned();
    Ok((!line.is_empty()).then_some(line))
}

/// Fails with what git says where `root` lies in no repository that git accepts.
fn inside_a_repository(root: &Path) -> Result<(), Error> {
    let asked = git(root).args(["rev-parse", "--git-dir"]).output();
    let said = match asked {
        Ok(output) if output.status.success() => return Ok(()),
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.kind().to_string(),
    };
    let line = said.lines().next().unwrap_or("it gives no reason");
    let line = crate::escape::word(line.trim_start_matches("fatal: ")).into_owned();
    Err(Error::new(
        root.to_string_lossy(),
        format!("git cannot use the folder: {line}"),
    ))
}

/// One `git cat-file --batch`, started at the first question.
#[derive(Debug)]
struct Reader {
    root: PathBuf,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Reader {
    fn read(&mut self, object: &str, size: u64) -> std::io::Result<Vec<u8>> {
        // Taken out, so that an error in the middle of an answer ends the process: the next
        // question must not read the rest of this answer.
        let mut running = match self.running.take() {
            Some(running) => running,
            None => Running::start(&self.root)?,
        };
        let content = running.ask(object, size)?;
        self.running = Some(running);
        Ok(content)
    }
}

impl Running {
    fn start(root: &Path) -> std::io::Result<Self> {
        let mut child = git(root)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let missing = || std::io::Error::other("no pipe to git");
        let questions = child.stdin.take().ok_or_else(missing)?;
        let answers = BufReader::new(child.stdout.take().ok_or_else(missing)?);
        Ok(Self {
            child,
            questions,
            answers,
        })
    }

    fn ask(&mut self, object: &str, size: u64) -> std::io::Result<Vec<u8>> {
        writeln!(self.questions, "{object}")?;
        self.questions.flush()?;
        let mut head = String::new();
        self.answers.by_ref().take(1024).read_line(&mut head)?;
        let said: Option<u64> = head
            .trim_end()
            .rsplit(' ')
            .next()
            .and_then(|n| n.parse().ok());
        if said != Some(size) {
            return Err(std::io::Error::other("the object is missing or damaged"));
        }
        let mut content = Vec::new();
        self.answers.by_ref().take(size).read_to_end(&mut content)?;
        let mut end = [0];
        self.answers.read_exact(&mut end)?;
        Ok(content)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The process ends by itself when its input closes; it is told so, and collected, so
        // that none is left behind.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
