//! Random programs on random routes: in the daemon, here as they were made, and here as our
//! reader reads them.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;
use std::ops::Range;

use bgp_ci::filter::interpret::{Authorizations, Context, Machine, Outcome, Verdict};
use bgp_ci::filter::program::{FilterId, FilterKind, Program};
use bgp_ci::filter::route::Route;
use bgp_ci::filter::types::Enumerated;
use bgp_ci::filter::value::AsPath;
use bgp_ci::model::Prefix;
use bgp_ci::router::{Policy, Router};

use super::pipe::{self, Shown, refused};
use super::{author, configuration, filters, text};

/// The ROAs that programs may ask for: network, longest prefix, number.
const ROAS: [(&str, u8, u32); 6] = [
    ("192.0.2.0/24", 26, 64500),
    ("198.51.100.0/24", 24, 64501),
    ("203.0.113.0/24", 28, 0),
    ("203.0.112.0/20", 24, 64496),
    ("2001:db8::/32", 48, 64500),
    ("2001:db8:1::/48", 64, 64501),
];

/// What a number of runs came to.
#[derive(Debug, Default)]
pub struct Tally {
    /// Programs that were made.
    pub programs: usize,
    /// Those that BIRD does not load.
    pub refused: usize,
    /// Those that BIRD does not survive.
    pub deadly: Vec<String>,
    /// Runs that ended as in BIRD.
    pub equal: usize,
    /// Those of them that accept the route.
    pub accepted: usize,
    /// Runs that ended in a gap, by what it says.
    pub unmodelled: BTreeMap<String, usize>,
    /// Runs that ended otherwise, in words.
    pub wrong: Vec<String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} programs, {} refused, {} deadly; {} runs equal, {} of them accept; {} differ; not modelled: {:?}",
            self.programs,
            self.refused,
            self.deadly.len(),
            self.equal,
            self.accepted,
            self.wrong.len(),
            self.unmodelled,
        )
    }
}

/// A program with its text, which needs nothing but the common beginning.
#[derive(Debug)]
struct Piece {
    program: Program,
    name: String,
    text: String,
}

/// The text of the program of `seed`.
pub fn written(seed: u64) -> String {
    piece(seed).text
}

fn piece(seed: u64) -> Piece {
    let name = format!("p{seed}");
    let program = author::program(&name, seed);
    let (definitions, body) = (text::program(&program), text::filter(&program, 0));
    let filter = match program.filters.first().map(|filter| &filter.kind) {
        Some(FilterKind::Named(filter)) => filter.to_string(),
        other => panic!("a program has a filter with a name: {other:?}"),
    };
    let mut text = format!("{definitions}filter {filter} {body}\n");
    for (digit, family) in [(4, "ipv4"), (6, "ipv6")] {
        writeln!(
            text,
            "{family} table {name}_{digit};\nprotocol pipe pipe_{name}_{digit} {{ table feed{digit}; peer table {name}_{digit}; import none; export filter {filter}; }}"
        )
        .expect("a string takes it");
    }
    Piece {
        program,
        name,
        text,
    }
}

/// What programs may name: tables of ROAs, and attributes of their own.
pub fn shared() -> String {
    let mut text = String::from("roa4 table roas4; roa6 table roas6;\n");
    let mut line = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    for (digit, colon) in [(4, false), (6, true)] {
        line(format!(
            "protocol static {{ roa{digit} {{ table roas{digit}; }};"
        ));
        for (net, longest, asn) in ROAS {
            if net.contains(':') == colon {
                line(format!("\troute {net} max {longest} as {asn};"));
            }
        }
        line("}".to_owned());
    }
    for (name, value_type) in author::CUSTOM {
        line(format!("attribute {value_type} {name};"));
    }
    text
}

/// What stands before the programs.
fn preamble(routes: &[Route]) -> String {
    let mut text = String::from(
        "log stderr { error, fatal, bug };\nrouter id 192.0.2.1;\nprotocol device { scan time 1000; }\n",
    );
    text.push_str(&shared());
    let mut line = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    let program = author::empty();
    for (digit, protocol) in [(4, "feeder"), (6, "feeder6")] {
        line(format!("ipv{digit} table feed{digit};"));
        line(format!(
            "protocol static {protocol} {{ ipv{digit} {{ table feed{digit}; }};"
        ));
        for route in routes {
            if route.protocol.as_deref() == Some(protocol) {
                let block = filters::block(&program, route);
                line(format!("\troute {} blackhole {{\n{block}\t}};", route.net));
            }
        }
        line("}".to_owned());
    }
    text
}

fn routes(seed: u64) -> Vec<Route> {
    let mut routes: Vec<Route> = Vec::new();
    for at in 0..18 {
        let route = if at % 3 == 2 {
            author::route6(seed * 1000 + at)
        } else {
            author::route(seed * 1000 + at)
        };
        if routes.iter().all(|known| known.net != route.net) {
            routes.push(route);
        }
    }
    routes
}

/// The ROAs of [`ROAS`], by the definition of RFC 6811, section 2.
struct Listed;

impl Authorizations for Listed {
    fn roa(&self, table: &str, net: Prefix, origin: u32) -> Option<Enumerated> {
        let mut answer = Enumerated::ROA_UNKNOWN;
        for (covering, longest, asn) in ROAS {
            let own = if covering.contains(':') {
                "roas6"
            } else {
                "roas4"
            };
            let covering: Prefix = covering.parse().expect("it is a network");
            if own == table && covering.covers(net) {
                if asn == origin && asn != 0 && net.length() <= longest {
                    return Some(Enumerated::ROA_VALID);
                }
                answer = Enumerated::ROA_INVALID;
            }
        }
        Some(answer)
    }

    fn aspa(&self, _: &str, _: &AsPath, _: bool) -> Option<Enumerated> {
        None
    }
}

/// Which of the pieces BIRD loads.
fn accepted<'p>(preamble: &str, pieces: &'p [Piece], tally: &mut Tally) -> Vec<&'p Piece> {
    let mut good = Vec::new();
    let mut stack = vec![pieces];
    while let Some(group) = stack.pop() {
        let body: String = group.iter().map(|piece| piece.text.as_str()).collect();
        match refused(&format!("{preamble}{body}")) {
            None => good.extend(group),
            Some(_) if group.len() == 1 => tally.refused += 1,
            Some(_) => {
                let (left, right) = group.split_at(group.len() / 2);
                // The left half first, so that the order stays.
                stack.extend([right, left]);
            }
        }
    }
    good
}

/// Runs the programs of `seeds` on routes that the first of them chooses.
pub fn compare(seeds: Range<u64>, tally: &mut Tally) {
    let routes = routes(seeds.start);
    let pieces: Vec<Piece> = seeds.map(piece).collect();
    tally.programs += pieces.len();
    let preamble = preamble(&routes);
    let good = accepted(&preamble, &pieces, tally);
    let mut stack = vec![&good[..]];
    while let Some(group) = stack.pop() {
        let body: String = group.iter().map(|piece| piece.text.as_str()).collect();
        let whole = format!("{preamble}{body}");
        match pipe::answered(&whole) {
            Ok(tables) => {
                let router = configuration::router(&whole);
                assert_eq!(router.gaps, [], "{whole}");
                judge(
                    group,
                    &routes,
                    &router,
                    &tables.into_iter().collect(),
                    tally,
                );
            }
            Err(log) if group.len() == 1 => tally.deadly.push(format!("{body}{log}")),
            Err(_) => {
                let (left, right) = group.split_at(group.len() / 2);
                stack.extend([right, left]);
            }
        }
    }
}

fn judge(
    group: &[&Piece],
    routes: &[Route],
    router: &Router,
    tables: &BTreeMap<String, Vec<Shown>>,
    tally: &mut Tally,
) {
    let read = Machine::new(&router.program);
    for piece in group {
        let made = Machine::new(&piece.program);
        let pipe = format!("pipe_{}_4", piece.name);
        let pipe = router.pipes.iter().find(|known| *known.name == *pipe);
        let Some(Policy::Filter(filter)) = pipe.map(|pipe| pipe.export) else {
            panic!("the filter of {} is not read", piece.name)
        };
        for route in routes {
            let digit = if route.net.to_string().contains(':') {
                6
            } else {
                4
            };
            let shown = tables.get(&format!("{}_{digit}", piece.name));
            let shown = shown.map(Vec::as_slice).unwrap_or_default();
            let net = route.net.to_string();
            let theirs = shown.iter().find(|shown| shown.net == net);
            for (how, machine, filter) in [("made", &made, FilterId(0)), ("read", &read, filter)] {
                let ours = match run(machine, filter, route) {
                    Ok(ours) => ours,
                    Err(gap) => {
                        *tally.unmodelled.entry(gap).or_default() += 1;
                        continue;
                    }
                };
                if ours.as_ref() == theirs {
                    tally.equal += 1;
                    tally.accepted += usize::from(theirs.is_some());
                } else {
                    tally.wrong.push(format!(
                        "as it is {how}: {}on {net}\n{}ours: {ours:#?}\nbird: {theirs:#?}\n",
                        piece.text,
                        filters::block(&piece.program, route),
                    ));
                }
            }
        }
    }
}

/// The route that a filter lets pass, or the gap that it runs into.
fn run(machine: &Machine<'_>, filter: FilterId, route: &Route) -> Result<Option<Shown>, String> {
    let context = Context {
        authorizations: &Listed,
        trace: false,
    };
    match machine.run(filter, route, &context) {
        Outcome::Decided(decision) => Ok(match decision.verdict {
            Verdict::Accept => Some(filters::shown(machine.program(), &decision.route)),
            Verdict::Reject => None,
        }),
        Outcome::Unmodelled(gap) => Err(gap.reason.to_string()),
    }
}
