//! The data that announcements are compared with, on both sides of a change.
//!
//! Data that is missing, broken, stale or cut down at head has no answer to give: what it would
//! say is undecided, and the rules that need it are silent. Where only base has none, nothing can
//! be compared: the rules that compare are skipped, and the run names them.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use rules::{Position, Undecided, escape};

use crate::files::Files;
use crate::irr::{RouteObjects, rpsl};
use crate::policy::data::Named;
use crate::policy::network::Placed;
use crate::rpki::aspa::{self, Aspas};
use crate::rpki::snapshot::{self, Terms};
use crate::rpki::{ReadError, Snapshot, Vrps, slurm, vrps};

/// Longest file of data that is read, in bytes: all payloads of the world are a quarter of it.
const LONGEST: u64 = 256 << 20;

/// What one side's announcements are compared with.
#[derive(Debug, Clone, Default)]
pub struct Data {
    /// The payloads, after local exceptions; `None` where none are named, or they are not fit.
    pub vrps: Option<Arc<Vrps>>,
    /// Route objects.
    pub irr: Option<Arc<RouteObjects>>,
    /// Provider authorizations.
    pub aspas: Option<Arc<Aspas>>,
}

/// A file that the command line names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Where it is.
    pub path: PathBuf,
    /// How it is reported.
    pub shown: Arc<str>,
}

/// One side's data as it is named.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What the policy names.
    pub named: Option<&'a Named>,
    /// The files beside it.
    pub files: &'a Files<'a>,
}

/// The data of both sides, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Loaded {
    /// After.
    pub head: Data,
    /// Before.
    pub base: Data,
    /// What cannot be used at head.
    pub undecided: Vec<Undecided>,
    /// What was not compared or not applied, and why: fragments.
    pub skipped: Vec<String>,
    /// Head's file of payloads, and when it says that it was made.
    pub file: Option<(Arc<str>, Option<Timestamp>)>,
}

/// Reads the data of head, and of base where there is one. `given` are payloads that the command
/// line names; they stand for those of both policies.
pub fn load(
    head: Request<'_>,
    base: Option<Request<'_>>,
    given: Option<&Given>,
    now: Timestamp,
) -> Loaded {
    let mut loaded = payloads(head, base, given, now);
    if let Some(named) = head.named {
        loaded.head.irr = fit(route_objects(named, head.files), &mut loaded);
        loaded.head.aspas = fit(authorizations(named, head.files, now), &mut loaded);
    }
    if let Some(Request {
        named: Some(named),
        files,
    }) = base
    {
        // What rules about state know of base only says whether a violation is new; what cannot
        // be read there makes it so.
        loaded.base.irr = route_objects(named, files).ok().flatten();
        loaded.base.aspas = authorizations(named, files, now).ok().flatten();
    }
    loaded
}

fn fit<T>(read: Result<Option<T>, Vec<Undecided>>, loaded: &mut Loaded) -> Option<T> {
    read.unwrap_or_else(|gaps| {
        loaded.undecided.extend(gaps);
        None
    })
}

/// A file's bytes, with its name for messages.
struct Bytes {
    path: Arc<str>,
    bytes: Vec<u8>,
}

/// As [`load`], for payloads alone.
pub fn payloads(
    head: Request<'_>,
    base: Option<Request<'_>>,
    given: Option<&Given>,
    now: Timestamp,
) -> Loaded {
    let mut loaded = Loaded::default();
    let open = |request: Request<'_>| -> Option<Result<Bytes, Undecided>> {
        if let Some(given) = given {
            return Some(outside(given));
        }
        let path = request.named?.vrps.as_ref()?;
        Some(beside(request.files, path))
    };
    let Some(opened) = open(head) else {
        return loaded;
    };
    let read = opened.and_then(|file| {
        let snapshot = vrps::read(&file.bytes).map_err(|error| unread(&file.path, &error))?;
        Ok((file, snapshot))
    });
    let (file, snapshot) = match read {
        Ok(read) => read,
        Err(gap) => {
            loaded.undecided.push(gap);
            return loaded;
        }
    };
    let snapshot = Arc::new(snapshot);
    // The file is the same in most changes: it is read once.
    let before = base.map(|request| {
        if given.is_some() {
            return Ok(snapshot.clone());
        }
        let known = open(request).unwrap_or_else(|| {
            Err(Undecided {
                path: file.path.clone(),
                at: None,
                reason: "base's policy names none".to_owned(),
            })
        });
        known.and_then(|before| {
            if before.bytes == file.bytes {
                return Ok(snapshot.clone());
            }
            let read = vrps::read(&before.bytes).map_err(|error| unread(&before.path, &error))?;
            Ok(Arc::new(read))
        })
    });
    let Bytes { path, .. } = file;
    loaded.file = Some((path.clone(), snapshot.built));
    let before = match before {
        None => None,
        Some(Ok(before)) if !before.vrps.is_empty() => Some(before),
        Some(Ok(_)) => {
            loaded.skipped.push(not_compared("base's file is empty"));
            None
        }
        Some(Err(gap)) => {
            loaded.skipped.push(not_compared(&format!(
                "`{}`: {}",
                escape::word(&gap.path),
                gap.reason
            )));
            None
        }
    };
    let anchors: Vec<String> = head
        .named
        .iter()
        .flat_map(|named| &named.anchors)
        .map(|anchor| anchor.value.clone())
        .collect();
    let terms = Terms {
        now,
        max_age: max_age(head.named),
        anchors: &anchors,
    };
    let unfit = snapshot.unfit(before.as_ref().map(|before| &before.vrps), &terms);
    if !unfit.is_empty() {
        loaded.undecided.extend(unfit.iter().map(|unfit| Undecided {
            path: path.clone(),
            at: None,
            reason: format!("announcements are not compared with this file: {unfit}"),
        }));
        return loaded;
    }
    match applied(&snapshot, head, &mut loaded.skipped) {
        Ok(vrps) => loaded.head.vrps = Some(vrps),
        Err(gap) => loaded.undecided.push(gap),
    }
    if let (Some(before), Some(request)) = (before, base) {
        match applied(&before, request, &mut Vec::new()) {
            Ok(vrps) => loaded.base.vrps = Some(vrps),
            Err(gap) => loaded.skipped.push(not_compared(&gap.reason)),
        }
    }
    loaded
}

fn not_compared(why: &str) -> String {
    format!(
        "payloads before the change are not known, so `roa-change-invalidates` and \
         `rov-downgrade` compare nothing ({why})"
    )
}

fn max_age(named: Option<&Named>) -> Option<jiff::SignedDuration> {
    let max_age = named?.max_age.as_ref()?;
    Some(max_age.value.0)
}

/// The payloads after local exceptions.
fn applied(
    snapshot: &Arc<Snapshot>,
    request: Request<'_>,
    skipped: &mut Vec<String>,
) -> Result<Arc<Vrps>, Undecided> {
    let Some(path) = request.named.and_then(|named| named.slurm.as_ref()) else {
        return Ok(Arc::new(snapshot.vrps.clone()));
    };
    let file = beside(request.files, path)?;
    let exceptions = slurm::read(&file.bytes).map_err(|error| unread(&file.path, &error))?;
    for ignored in &exceptions.ignored {
        skipped.push(format!(
            "`{ignored}` of `{}` is about router keys and changes nothing here",
            escape::word(&file.path)
        ));
    }
    let applied = exceptions.applied(&snapshot.vrps);
    applied
        .map(Arc::new)
        .map_err(|error| unread(&file.path, &error))
}

fn route_objects(
    named: &Named,
    files: &Files<'_>,
) -> Result<Option<Arc<RouteObjects>>, Vec<Undecided>> {
    if named.irr.is_empty() {
        return Ok(None);
    }
    let mut builder = rpsl::Builder::default();
    let mut gaps = Vec::new();
    let mut found = 0;
    for path in &named.irr {
        let read = beside(files, path).and_then(|file| {
            let read = builder.read(&file.bytes);
            read.map_err(|error| unread(&file.path, &error))
        });
        match read {
            Ok(count) => found += count,
            Err(gap) => gaps.push(gap),
        }
    }
    if gaps.is_empty() && found == 0 {
        let first = named.irr.first();
        gaps.extend(first.map(|path| Undecided {
            path: files.shown(&path.value),
            at: None,
            reason: "there is no route object in what `irr` names".to_owned(),
        }));
    }
    if !gaps.is_empty() {
        return Err(gaps);
    }
    match builder.build() {
        Ok(objects) => Ok(Some(Arc::new(objects))),
        Err(error) => Err(vec![unread(&"irr".into(), &error)]),
    }
}

fn authorizations(
    named: &Named,
    files: &Files<'_>,
    now: Timestamp,
) -> Result<Option<Arc<Aspas>>, Vec<Undecided>> {
    let Some(path) = &named.aspa else {
        return Ok(None);
    };
    let read = beside(files, path).and_then(|file| {
        let read = aspa::read(&file.bytes).map_err(|error| unread(&file.path, &error))?;
        Ok((file.path, read))
    });
    let (path, read) = read.map_err(|gap| vec![gap])?;
    let terms = Terms {
        now,
        max_age: max_age(Some(named)),
        anchors: &[],
    };
    let stale = snapshot::age(read.built, &terms).map(|unfit| unfit.to_string());
    let empty = read
        .aspas
        .is_empty()
        .then(|| "it holds no authorization at all".to_owned());
    let gaps: Vec<Undecided> = stale
        .into_iter()
        .chain(empty)
        .map(|reason| Undecided {
            path: path.clone(),
            at: None,
            reason: format!("paths are not compared with this file: {reason}"),
        })
        .collect();
    if gaps.is_empty() {
        Ok(Some(Arc::new(read.aspas)))
    } else {
        Err(gaps)
    }
}

fn beside(files: &Files<'_>, path: &Placed<String>) -> Result<Bytes, Undecided> {
    let bytes = files.read(&path.value, LONGEST)?;
    Ok(Bytes {
        path: files.shown(&path.value),
        bytes,
    })
}

/// A file that the command line names, wherever it is.
fn outside(given: &Given) -> Result<Bytes, Undecided> {
    let shown = given.shown.clone();
    match bytes(&given.path) {
        Ok(bytes) => Ok(Bytes { path: shown, bytes }),
        Err(reason) => Err(Undecided {
            path: shown,
            at: None,
            reason,
        }),
    }
}

/// The bytes of a file of data.
///
/// # Errors
/// It cannot be read, or is longer than data is.
pub fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let cannot = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        kind => format!("it cannot be read: {kind}"),
    };
    let file = File::open(path).map_err(cannot)?;
    let mut bytes = Vec::new();
    file.take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(cannot)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LONGEST) {
        return Err(format!("it is longer than {} MiB", LONGEST >> 20));
    }
    Ok(bytes)
}

fn unread(path: &Arc<str>, error: &ReadError) -> Undecided {
    let number = |count: Option<usize>| count.and_then(|count| u32::try_from(count).ok());
    Undecided {
        path: path.clone(),
        at: number(error.line).map(|line| Position {
            line,
            column: number(error.column).unwrap_or(1),
            byte: 0,
        }),
        reason: error.message.clone(),
    }
}
