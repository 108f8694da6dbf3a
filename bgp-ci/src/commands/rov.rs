//! `rov`: what the payloads say about one prefix and origin, and why.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use rules::args::{LookArgs, MannerArgs};
use rules::tool::{self, Failure};
use rules::{Exit, Io, Outcome, escape};
use serde::Serialize;

use super::format::Form;
use crate::arguments::Comparison;
use crate::data::{self, Loaded, Request};
use crate::model::{Asn, Prefix};
use crate::policy::data::named;
use crate::rpki::{Answer, Origin, Reason, Validity, Vrp, Vrps, vrps};
use crate::standing::reason;
use crate::wording::count;
use crate::{Input, TOOL, sides};

pub(super) const EXITS: &str = "Exit status: 0 valid, or not found; 1 invalid; 2 undecided: bad \
usage, or payloads that cannot be read or are not fit to judge by.";

/// Names the shape.
const SCHEMA: &str = "bgp-ci.rov/v1";

/// What `rov` is asked.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The prefix, such as 192.0.2.0/24
    #[arg(value_name = "PREFIX")]
    prefix: String,

    /// The system that originates it, such as 64500 or AS64500
    #[arg(value_name = "ORIGIN")]
    origin: String,

    /// Validated ROA payloads, JSON or CSV [default: what the policy names]
    ///
    /// Taken as they are: how old they are is said and not judged.
    /// No policy is read then, unless `--config` names one whose local exceptions are to count.
    #[arg(long, value_name = "FILE")]
    vrps: Option<PathBuf>,

    /// How to report
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    format: Form,

    /// How it is looked at.
    #[command(flatten)]
    manner: MannerArgs,
}

/// The question and what answers it.
struct Asked {
    prefix: Prefix,
    origin: Asn,
    vrps: Arc<Vrps>,
    path: Arc<str>,
    built: Option<Timestamp>,
    /// What else to know: fragments.
    notes: Vec<String>,
}

/// Runs the command.
pub(super) fn run(args: &Args, io: &mut Io<'_>) -> Exit {
    let (text, exit) = match ask(args, io) {
        Ok(asked) => {
            let answer = asked
                .vrps
                .answer(asked.prefix, Origin::System(asked.origin));
            let exit = match answer.validity {
                Validity::Valid | Validity::NotFound => Exit::Clean,
                Validity::Invalid(_) => Exit::Denied,
            };
            let text = match args.format {
                Form::Json => machine(&asked, &answer),
                Form::Human => human(&asked, &answer, args.manner.now.unwrap_or(io.now)),
            };
            (text, exit)
        }
        Err(failure) => {
            let text = match args.format {
                Form::Json => line(&Object {
                    error: Some(failure.to_string()),
                    ..Object::of(&args.prefix, &args.origin)
                }),
                Form::Human => {
                    tool::complain(&*failure, args.manner.color, io);
                    String::new()
                }
            };
            (text, Exit::Undecided)
        }
    };
    match tool::print(&text, io) {
        Exit::Clean => exit,
        other => other,
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{0}")]
struct Refused(String);

fn refused(reason: impl Into<String>) -> Failure {
    Box::new(Refused(reason.into()))
}

fn ask(args: &Args, io: &mut Io<'_>) -> Result<Asked, Failure> {
    let prefix = args.prefix.parse::<Prefix>();
    let prefix = prefix.map_err(|error| refused(escape::word(&error.to_string())))?;
    let origin = args.origin.parse::<Asn>();
    let origin = origin.map_err(|error| refused(escape::word(&error.to_string())))?;
    let given = args.vrps.as_deref();
    let (vrps, path, built, notes) = match (given, &args.manner.config) {
        (Some(path), None) => taken(path, io)?,
        _ => looked_up(args, io)?,
    };
    Ok(Asked {
        prefix,
        origin,
        vrps,
        path,
        built,
        notes,
    })
}

/// The payloads, the file that they are from, when it was made, and what else to know.
type Found = (Arc<Vrps>, Arc<str>, Option<Timestamp>, Vec<String>);

/// A file as it is.
fn taken(path: &Path, io: &Io<'_>) -> Result<Found, Failure> {
    let shown = path.strip_prefix(&io.cwd).unwrap_or(path).to_string_lossy();
    let named = |reason: &str| refused(format!("`{}`: {reason}", escape::word(&shown)));
    let bytes = data::bytes(&io.cwd.join(path)).map_err(|reason| named(&reason))?;
    let snapshot = vrps::read(&bytes).map_err(|error| {
        named(&match error.line {
            Some(line) => format!("line {line}: {}", error.message),
            None => error.message,
        })
    })?;
    if snapshot.vrps.is_empty() {
        return Err(named(
            "it holds no payload at all, which says nothing about any prefix",
        ));
    }
    let vrps = Arc::new(snapshot.vrps);
    Ok((vrps, shown.into(), snapshot.built, Vec::new()))
}

/// What the policy names, as `check` reads and judges it.
fn looked_up(args: &Args, io: &mut Io<'_>) -> Result<Found, Failure> {
    let look = LookArgs {
        paths: Vec::new(),
        manner: args.manner.clone(),
    };
    let comparison = Comparison {
        vrps: args.vrps.as_ref().map(|path| io.cwd.join(path)),
        ..Comparison::default()
    };
    let (found, _) = TOOL.look(&look, &comparison, io, |input| {
        Ok((loaded(input), Outcome::default()))
    })?;
    found.map_err(refused)
}

fn loaded(input: &Input<'_>) -> Result<Found, String> {
    let gaps = |gaps: Vec<rules::Undecided>| {
        let gaps = gaps.iter().map(|gap| match gap.at {
            Some(at) => format!("{}:{}: {}", gap.path, at.line, gap.reason),
            None => format!("{}: {}", gap.path, gap.reason),
        });
        gaps.collect::<Vec<_>>().join("\n")
    };
    let none = "no payloads: the policy names none below `data`, so give a file with `--vrps`";
    let sides = sides::read(input).map_err(gaps)?;
    let head = &sides.head;
    let named = match &head.section {
        Some(section) => named(&head.policy, &section.value).map_err(|problems| {
            let messages = problems.into_iter().map(|problem| problem.message);
            messages.collect::<Vec<_>>().join("\n")
        })?,
        None => None,
    };
    let request = Request {
        named: named.as_ref(),
        files: &head.files,
    };
    let Loaded {
        head,
        undecided,
        skipped,
        file,
        ..
    } = data::payloads(request, None, sides.vrps.as_ref(), input.now);
    match (head.vrps, file) {
        (Some(vrps), Some((path, built))) => Ok((vrps, path, built, skipped)),
        _ if undecided.is_empty() => Err(none.to_owned()),
        _ => Err(gaps(undecided)),
    }
}

/// The answer for machines. Without an answer there is an `error`, and no validity.
#[derive(Debug, Default, Serialize)]
struct Object<'a> {
    schema: &'static str,
    prefix: String,
    origin: String,
    /// `valid`, `invalid` or `not-found`.
    validity: Option<&'static str>,
    /// `origin` or `length`, where it is invalid.
    reason: Option<&'static str>,
    /// The longest first.
    covering: Vec<Payload<'a>>,
    data: Option<Data<'a>>,
    notes: &'a [String],
    error: Option<String>,
}

#[derive(Debug, Serialize)]
struct Payload<'a> {
    prefix: String,
    max_length: u8,
    asn: String,
    anchor: &'a str,
    /// Whether it makes the route valid; otherwise why it does not.
    matches: bool,
    reason: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Data<'a> {
    path: &'a str,
    /// RFC 3339.
    built: Option<String>,
    payloads: usize,
}

impl Object<'_> {
    fn of(prefix: &str, origin: &str) -> Self {
        Self {
            schema: SCHEMA,
            prefix: prefix.to_owned(),
            origin: origin.to_owned(),
            ..Self::default()
        }
    }
}

fn machine(asked: &Asked, answer: &Answer) -> String {
    let covering = answer.covering.iter().map(|vrp| {
        let against = against(asked, vrp);
        Payload {
            prefix: vrp.prefix.to_string(),
            max_length: vrp.max_length,
            asn: vrp.asn.to_string(),
            anchor: &vrp.anchor,
            matches: against.is_none(),
            reason: against.map(Reason::as_str),
        }
    });
    line(&Object {
        validity: Some(answer.validity.as_str()),
        reason: match answer.validity {
            Validity::Invalid(reason) => Some(reason.as_str()),
            Validity::Valid | Validity::NotFound => None,
        },
        covering: covering.collect(),
        data: Some(Data {
            path: &asked.path,
            built: asked.built.map(|built| built.to_string()),
            payloads: asked.vrps.len(),
        }),
        notes: &asked.notes,
        ..Object::of(&asked.prefix.to_string(), &asked.origin.to_string())
    })
}

fn line(object: &Object<'_>) -> String {
    let mut text = serde_json::to_string(object).expect("texts, numbers and lists are JSON");
    text.push('\n');
    text
}

/// Why a covering payload does not match.
fn against(asked: &Asked, vrp: &Vrp) -> Option<Reason> {
    if vrp.asn != asked.origin || vrp.asn == Asn(0) {
        Some(Reason::Origin)
    } else if asked.prefix.length() > vrp.max_length {
        Some(Reason::Length)
    } else {
        None
    }
}

fn human(asked: &Asked, answer: &Answer, now: Timestamp) -> String {
    let (prefix, origin) = (asked.prefix, asked.origin);
    let verdict = match answer.validity {
        Validity::Valid => "valid".to_owned(),
        Validity::Invalid(why) => format!("invalid: {}", reason(why)),
        Validity::NotFound => "not found: no payload covers it".to_owned(),
    };
    let mut text = format!("{prefix} from {origin} is {verdict}\n");
    for vrp in &answer.covering {
        let said = match against(asked, vrp) {
            None => "matches".to_owned(),
            Some(Reason::Origin) if vrp.asn == Asn(0) => "nobody may originate it".to_owned(),
            Some(Reason::Origin) => "another origin".to_owned(),
            Some(Reason::Length) => format!("up to /{} only", vrp.max_length),
        };
        push(&mut text, &format!("  {vrp}: {said}"));
    }
    let made = match asked.built {
        None => "which does not say when it was made".to_owned(),
        Some(built) => {
            let hours = now.duration_since(built).as_hours();
            format!("made at {built}, {hours} hours ago")
        }
    };
    let path = escape::word(&asked.path);
    push(
        &mut text,
        &format!(
            "{} in `{path}`, {made}",
            count(asked.vrps.len(), "payload", "payloads")
        ),
    );
    for note in &asked.notes {
        push(&mut text, &format!("note: {note}"));
    }
    text
}

fn push(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a text can always be written to");
}
