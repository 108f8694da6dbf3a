//! A generated estate: thousands of certificates in every format, and the truth about them.
//!
//! The truth is what the generator knows because it wrote it; nothing of it is computed by the
//! code that it judges. What is planted stands in tables: `situations`, `leaves`,
//! `authorities`, and one row a format in `formats`.

mod authorities;
mod bulk;
pub mod formats;
mod leaves;
pub mod mint;
mod others;
mod policy;
mod situations;
pub mod text;
mod tool;
mod truth;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

pub use self::bulk::NOW;
use self::formats::{Bundle, Format, Holds, Writer};
use self::mint::{Authority, Key, Made, Oddity, Purpose, Wish};
pub use self::policy::PASSWORD_VARIABLE;
use self::situations::FileRow;
use self::tool::{Job, Tool};
pub use self::truth::{Effective, Truth};

/// An estate on disk.
#[derive(Debug)]
pub struct Estate {
    /// What a run is given.
    pub root: PathBuf,
    /// The policy, outside of what is scanned.
    pub policy: PathBuf,
    /// What is true of it.
    pub truth: Truth,
}

/// Writes the estate into `folder`, with the truth beside it as `truth.json`.
///
/// `python` has the packages of `tests/requirements.txt`.
pub fn build(folder: &Path, python: &Path) -> Estate {
    let mut builder = Builder::new(folder.join("estate"), python);
    builder.situations();
    builder.states();
    builder.fleet();
    builder.others();
    builder.finish(folder)
}

/// Writes `count` files of a server certificate and its issuer into `folder`: for measurements.
pub fn fleet(folder: &Path, count: u64) {
    let issuing = Authority::new("Example Issuing CA A", "issuing");
    let root = Authority::new("Example Root R1", "root");
    let row = authorities::CA_CERTIFICATES
        .iter()
        .find(|row| row.id == "issuing");
    let ca = root.issue(&wish_of(row.expect("it is in the table")));
    for index in 0..count {
        let name = format!("host{index}.example");
        let leaf = bulk::leaf(
            |wish| issuing.issue(wish),
            Purpose::Server,
            index,
            &name,
            bulk::healthy(index),
        );
        let path = folder.join(format!("{:03}/{name}.pem", index % 1000));
        write(&path, text::blocks(&[&leaf, &ca]).as_bytes(), false);
    }
}

struct Builder {
    root: PathBuf,
    authorities: BTreeMap<&'static str, Authority>,
    made: BTreeMap<&'static str, Made>,
    forbidden: BTreeSet<String>,
    tool: Tool,
    truth: Truth,
}

fn wish_of(row: &authorities::CaRow) -> Wish<'static> {
    let authority = authorities::AUTHORITIES
        .iter()
        .find(|authority| authority.id == row.of);
    let authority = authority.expect("each CA is in the table");
    Wish {
        name: authority.name,
        key: authority.id,
        from: row.from,
        to: row.to,
        sans: Vec::new(),
        purpose: Purpose::Ca(None),
        oddity: row.oddity,
    }
}

impl Builder {
    fn new(root: PathBuf, python: &Path) -> Self {
        let authorities: BTreeMap<_, _> = authorities::AUTHORITIES
            .iter()
            .map(|row| (row.id, Authority::new(row.name, row.id)))
            .collect();
        let by = |id: &str| authorities.get(id).expect("each issuer is in the table");
        let mut made = BTreeMap::new();
        let mut forbidden = BTreeSet::new();
        for row in authorities::CA_CERTIFICATES {
            made.insert(row.id, by(row.by).issue(&wish_of(row)));
        }
        for row in leaves::LEAVES {
            let own = format!("{}.example", row.id);
            let name = if row.name.is_empty() { &own } else { row.name };
            let sans = match row.oddity {
                Oddity::NoNames => Vec::new(),
                _ => vec![format!("dns:{name}")],
            };
            let leaf = by(row.by).issue(&Wish {
                name,
                key: if row.key.is_empty() { row.id } else { row.key },
                from: row.from,
                to: row.to,
                sans,
                purpose: row.purpose,
                oddity: row.oddity,
            });
            if row.forbidden {
                forbidden.insert(leaf.sha256.clone());
            }
            made.insert(row.id, leaf);
        }
        let mut tool = Tool::new(python);
        let [leaf, ca] = tool.weak_signature();
        made.insert("weak-signature", leaf);
        made.insert("weak-signature-ca", ca);
        Self {
            root,
            authorities,
            made,
            forbidden,
            tool,
            truth: Truth::default(),
        }
    }

    fn made(&self, id: &str) -> Made {
        let made = self.made.get(id);
        made.unwrap_or_else(|| panic!("there is no certificate {id}"))
            .clone()
    }

    fn issue(&self, by: &str, wish: &Wish<'_>) -> Made {
        let authority = self.authorities.get(by);
        authority.expect("each issuer is in the table").issue(wish)
    }

    /// Writes what is planted.
    fn situations(&mut self) {
        for situation in situations::FILES.iter().chain(situations::HOSTS) {
            for row in situation.files {
                self.row(row);
            }
            let files = situation.files.iter().map(|row| row.path);
            let texts = situation.texts.iter().map(|(path, _)| *path);
            for path in files.chain(texts) {
                let what = situation.what.to_owned();
                self.truth.shows.insert(path.to_owned(), what);
            }
            for (path, text) in situation.texts {
                write(&self.root.join(path), text.as_bytes(), false);
            }
            for (rule, level, path) in situation.finds {
                self.expect(rule, level, path);
            }
        }
    }

    fn expect(&mut self, rule: &str, level: &str, path: &str) {
        let finding = (rule.to_owned(), level.to_owned(), path.to_owned());
        self.truth.findings.push(finding);
    }

    fn row(&mut self, row: &FileRow) {
        let made: Vec<Made> = row.holds.iter().map(|id| self.made(id)).collect();
        let made: Vec<&Made> = made.iter().collect();
        let key = row.key.map(Key::of);
        let name = row.holds.first().copied().unwrap_or("none");
        if row.format == "cut" {
            let text = text::blocks(&made);
            let half: String = text.split_inclusive('\n').take(5).collect();
            write(&self.root.join(row.path), half.as_bytes(), false);
            return;
        }
        let private = key.is_some() && !row.path.starts_with("exposed/");
        self.file(
            row.path,
            Format::named(row.format),
            &made,
            key.as_ref(),
            name,
            private,
        );
    }

    /// Writes a file and remembers what is in it.
    fn file(
        &mut self,
        path: &str,
        format: &'static Format,
        made: &[&Made],
        key: Option<&Key>,
        name: &str,
        private: bool,
    ) {
        let held = match format.holds {
            Holds::Leaf => made.get(..1).unwrap_or_default(),
            Holds::Chain | Holds::Anchors => made,
        };
        for made in held {
            self.truth.place(made, path);
        }
        self.truth.chain(held);
        self.truth
            .formats
            .insert(path.to_owned(), format.name.to_owned());
        let bundle = Bundle {
            made: held,
            key: key.map(|key| key.pkcs8.as_slice()),
            name,
        };
        let to = self.root.join(path);
        match format.writer {
            Writer::Text(text) => write(&to, text(&bundle).as_bytes(), private),
            Writer::Der { all } => {
                let count = if all { held.len() } else { 1 };
                let parts = held.iter().take(count);
                let bytes: Vec<u8> = parts.flat_map(|made| made.der.iter().copied()).collect();
                write(&to, &bytes, private);
            }
            Writer::Tool(kind) => {
                write(&to, b"", private);
                self.tool.write(&Job::of(kind, Some(&to), &bundle));
            }
        }
    }

    /// In each format one dead, one dying: whatever the format, they are found.
    fn states(&mut self) {
        let issuing = self.made("issuing");
        for (index, format) in (0..).zip(formats::ALL) {
            if format.holds == Holds::Anchors {
                let anchors = [self.made("root"), self.made("dead-root")];
                let anchors: Vec<&Made> = anchors.iter().collect();
                let path = format!("states/{0}/anchors{1}", format.name, format.suffix);
                self.file(&path, format, &anchors, None, "anchors", false);
                continue;
            }
            for (state, rule, life) in [
                ("dead", "expired", bulk::dead(index)),
                ("dying", "expires-soon", bulk::dying(index)),
            ] {
                let name = format!("{state}.{}.example", format.name);
                let leaf = bulk::leaf(
                    |wish| self.issue("issuing", wish),
                    format.purpose(),
                    1,
                    &name,
                    life,
                );
                let path = format!("states/{}/{state}{}", format.name, format.suffix);
                let key = format.keyed.then(|| Key::of(&name));
                self.file(&path, format, &[&leaf, &issuing], key.as_ref(), &name, true);
                // What stands in a program is not what a server loads.
                let in_program = format.name == "source-code";
                self.expect(rule, if in_program { "warn" } else { "deny" }, &path);
            }
        }
    }

    /// The healthy ones.
    fn fleet(&mut self) {
        let issuing = self.made("issuing");
        let mut index = 0;
        for format in formats::ALL {
            for number in 0..format.many {
                index += 1;
                let name = format!("h{number}.{}.example", format.name);
                let life = bulk::healthy(index);
                let leaf = bulk::leaf(
                    |wish| self.issue("issuing", wish),
                    format.purpose(),
                    index,
                    &name,
                    life,
                );
                let teams = bulk::TEAMS;
                let team = teams.get(number % teams.len()).expect("below the count");
                let path = format!("fleet/{team}/{}/h{number}{}", format.name, format.suffix);
                let key = format.keyed.then(|| Key::of(&name));
                self.file(&path, format, &[&leaf, &issuing], key.as_ref(), &name, true);
                self.truth
                    .owners
                    .insert(leaf.sha256.clone(), (*team).to_owned());
            }
        }
    }

    fn finish(mut self, folder: &Path) -> Estate {
        self.tool.finish();
        let anchors = authorities::ANCHORS.iter().map(|id| self.made(id).sha256);
        let anchors = anchors.collect();
        self.truth.paths(&anchors, &self.forbidden);
        self.truth
            .owners
            .insert(self.made("owned").sha256, "owners".to_owned());
        self.truth.findings.sort();
        let policy = folder.join("policy.yaml");
        write(&policy, policy::text().as_bytes(), false);
        let truth = serde_json::to_vec_pretty(&self.truth.json()).expect("it is plain data");
        write(&folder.join("truth.json"), &truth, false);
        Estate {
            root: self.root,
            policy,
            truth: self.truth,
        }
    }
}

/// Writes a file, `private` ones for their owner alone.
fn write(path: &Path, bytes: &[u8], private: bool) {
    let folder = path.parent().expect("a file lies in a folder");
    fs::create_dir_all(folder).expect("a folder can be made");
    fs::write(path, bytes).expect("a file can be written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = if private { 0o600 } else { 0o644 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    }
}
