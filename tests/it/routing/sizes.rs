//! Input that is too much: an answer comes all the same, or a refusal that says so.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufWriter, Write as _};

use rules::Exit;

use super::{FILTERS, POLICY, ROUTER, between, change, side};

/// A list of routes of a hundred megabytes.
#[test]
fn a_table_of_a_hundred_megabytes() {
    let head = side(&[]);
    let mut file = BufWriter::new(fs::File::create(head.path().join("filters.conf")).unwrap());
    file.write_all(FILTERS.as_bytes()).unwrap();
    writeln!(file, "protocol static table {{ ipv6;").unwrap();
    for number in 0..2_200_000_u32 {
        let (a, b) = (number >> 16, number & 0xffff);
        writeln!(file, "  route 2001:db8:{b:x}:{a:x}00::/56 via 2001:db8::1;").unwrap();
    }
    writeln!(file, "}}").unwrap();
    file.into_inner().unwrap().sync_all().unwrap();
    assert!(
        fs::metadata(head.path().join("filters.conf"))
            .unwrap()
            .len()
            > 90 << 20
    );
    let answer = change(head.path());
    // None of it is announced: it may be read and found harmless, or refused by its size.
    if answer.exit != Exit::Clean {
        answer.expect(Exit::Denied, &["filters.conf"]);
    }
}

/// One file without a line's end.
#[test]
fn one_token_of_fifty_megabytes() {
    let head = side(&[("filters.conf", &"a".repeat(50 << 20))]);
    let answer = change(head.path());
    assert_eq!(answer.exit, Exit::Denied);
    assert!(answer.said.iter().all(|said| said.len() < 2000));
}

#[test]
fn ten_thousand_routers() {
    let mut policy = POLICY.replace("  sites: { fra: { region: eu } }\n", "  sites:\n@SITES@");
    let mut sites = String::new();
    for number in 0..10_000 {
        writeln!(sites, "    s{number}:").unwrap();
    }
    policy = policy.replace("@SITES@", &sites).replace(
        "{ adapter: bird, site: fra, entry: bird.conf }",
        "{ adapter: bird, glob: \"hosts/*.conf\", site-from: \"hosts/{site}.conf\" }",
    );
    let router = ROUTER.replace("filters.conf", "../filters.conf");
    let write = |broken: usize| {
        let folder = side(&[("preflight.yaml", &policy), ("hosts/s0.conf", &router)]);
        for number in 1..10_000 {
            let text = if number == broken {
                router
                    .replace("accept", "axept")
                    .replace("export filter", "export filtre")
            } else {
                router.clone()
            };
            fs::write(folder.path().join(format!("hosts/s{number}.conf")), text).unwrap();
        }
        folder
    };
    let (base, head) = (write(0), write(7777));
    between(base.path(), head.path()).expect(Exit::Denied, &["hosts/s7777.conf"]);
}

/// A filter whose sets multiply.
#[test]
fn a_hundred_thousand_prefixes_in_a_set() {
    let mut set = String::from("define MANY = [\n");
    for number in 0..100_000_u32 {
        writeln!(
            set,
            "  2001:db8:{:x}:{:x}::/64{{64,128}},",
            number >> 12,
            number & 0xfff
        )
        .unwrap();
    }
    set.push_str("  203.0.113.0/24\n];\nfilter announce { if net ~ MANY then accept; reject; }\n");
    let head = side(&[("filters.conf", &set)]);
    let answer = change(head.path());
    assert_eq!(
        answer.exit,
        Exit::Denied,
        "a set cannot hold both families: {:#?}",
        answer.said
    );
}
