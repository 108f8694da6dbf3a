//! What tests/bench/rov measures: `cargo run --release -p testkit --example rov -- COMMAND …`.
//!
//! `write FOLDER PAYLOADS ROUTES` makes the input; `ours FOLDER` and `trie FOLDER` read the payloads
//! and validate the routes, and print the seconds of each step and how many were of each state.

#![expect(clippy::print_stdout, reason = "what is measured is printed")]

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use bgp_ci::model::{Asn, Prefix};
use bgp_ci::rpki::{Origin, Reason, Validity, vrps};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use prefix_trie::PrefixMap;
use testkit::payloads;

/// Seconds of reading, of building what is asked, and of asking; and the states.
struct Measured {
    read: f64,
    built: f64,
    validated: f64,
    states: [usize; 4],
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let measured = match args.as_slice() {
        ["write", folder, payloads, routes] => {
            let count = |text: &str| text.parse().expect("a number");
            return write(Path::new(folder), count(payloads), count(routes));
        }
        ["ours", folder] => ours(Path::new(folder)),
        ["trie", folder] => trie(Path::new(folder)),
        _ => panic!("write FOLDER PAYLOADS ROUTES | ours FOLDER | trie FOLDER"),
    };
    let Measured {
        read,
        built,
        validated,
        states: [found, valid, origin, length],
    } = measured;
    println!("{read:.4} {built:.4} {validated:.4} {found} {valid} {origin} {length}");
}

/// As rpki-client writes it, which is the longest form.
fn write(folder: &Path, payloads: u32, routes: u32) {
    let payloads = payloads::world(payloads);
    let mut text = String::from(
        "{\n\t\"metadata\": {\n\t\t\"buildtime\": \"2026-11-22T00:00:00Z\"\n\t},\n\n\t\"roas\": [\n",
    );
    let anchors = ["afrinic", "apnic", "arin", "lacnic", "ripe"];
    for (at, payload) in payloads.iter().enumerate() {
        let anchor = anchors.get(at / 1000 % 5).expect("there are five");
        let comma = if at + 1 == payloads.len() { "" } else { "," };
        writeln!(
            text,
            "\t\t{{ \"asn\": {}, \"prefix\": \"{}\", \"maxLength\": {}, \"ta\": \"{anchor}\", \"expires\": 1795392000 }}{comma}",
            payload.asn, payload.net, payload.max_length
        )
        .expect("a text can always be written to");
    }
    text.push_str("\t]\n}\n");
    std::fs::write(folder.join("vrps.json"), text).expect("the folder is there");
    let mut text = String::new();
    for route in payloads::table(routes, &payloads) {
        writeln!(text, "{} {}", route.net, route.asn).expect("a text can always be written to");
    }
    std::fs::write(folder.join("routes.txt"), text).expect("the folder is there");
}

/// The table, which is in memory before the clock starts: it stands for one of our own.
fn table(folder: &Path) -> Vec<(Prefix, Origin)> {
    let text = std::fs::read_to_string(folder.join("routes.txt")).expect("it was written");
    text.lines()
        .map(|line| {
            let (prefix, asn) = line.split_once(' ').expect("a prefix and an origin");
            let asn: Asn = asn.parse().expect("a number");
            (prefix.parse().expect("a prefix"), asn.into())
        })
        .collect()
}

fn ours(folder: &Path) -> Measured {
    let table = table(folder);
    let start = Instant::now();
    let snapshot = read(folder);
    let read = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let mut states = [0; 4];
    for validity in snapshot.sweep(table.iter().copied()) {
        count(validity, &mut states);
    }
    Measured {
        read,
        built: 0.0,
        validated: start.elapsed().as_secs_f64(),
        states,
    }
}

fn read(folder: &Path) -> vrps::Vrps {
    let bytes = std::fs::read(folder.join("vrps.json")).expect("it was written");
    vrps::read(&bytes).expect("it is a validator's").vrps
}

fn count(validity: Validity, states: &mut [usize; 4]) {
    let [found, valid, origin, length] = states;
    *match validity {
        Validity::NotFound => found,
        Validity::Valid => valid,
        Validity::Invalid(Reason::Origin) => origin,
        Validity::Invalid(Reason::Length) => length,
    } += 1;
}

fn trie(folder: &Path) -> Measured {
    let table = table(folder);
    let start = Instant::now();
    let payloads = read(folder);
    let read = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let mut v4: PrefixMap<Ipv4Net, Vec<(u8, Asn)>> = PrefixMap::new();
    let mut v6: PrefixMap<Ipv6Net, Vec<(u8, Asn)>> = PrefixMap::new();
    for vrp in payloads.iter() {
        let value = (vrp.max_length, vrp.asn);
        match IpNet::new(vrp.prefix.address(), vrp.prefix.length()).expect("a prefix") {
            IpNet::V4(net) => v4.entry(net).or_default().push(value),
            IpNet::V6(net) => v6.entry(net).or_default().push(value),
        }
    }
    let built = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let mut states = [0; 4];
    for (prefix, origin) in &table {
        let net = IpNet::new(prefix.address(), prefix.length()).expect("a prefix");
        let validity = match net {
            IpNet::V4(net) => judged(v4.cover(&net).map(|(_, values)| values), *prefix, *origin),
            IpNet::V6(net) => judged(v6.cover(&net).map(|(_, values)| values), *prefix, *origin),
        };
        count(validity, &mut states);
    }
    Measured {
        read,
        built,
        validated: start.elapsed().as_secs_f64(),
        states,
    }
}

fn judged<'a>(
    covering: impl Iterator<Item = &'a Vec<(u8, Asn)>>,
    prefix: Prefix,
    origin: Origin,
) -> Validity {
    let mut validity = Validity::NotFound;
    for (max_length, asn) in covering.flatten() {
        let same = Origin::System(*asn) == origin && *asn != Asn(0);
        if same && prefix.length() <= *max_length {
            return Validity::Valid;
        }
        if same {
            validity = Validity::Invalid(Reason::Length);
        } else if validity == Validity::NotFound {
            validity = Validity::Invalid(Reason::Origin);
        }
    }
    validity
}
