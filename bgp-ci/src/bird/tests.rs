//! What a configuration becomes: files, names, problems.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::filter::ir::{BinaryOperator, ExpressionKind};

/// Files in memory.
struct Memory<'a>(Vec<(&'a str, &'a str)>);

impl Files for Memory<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, Unread> {
        let found = self.0.iter().find(|(known, _)| *known == path);
        found.map(|(_, text)| (*text).into()).ok_or(Unread::Missing)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let inside = self.0.iter().filter_map(|(path, _)| match folder {
            "" => Some(*path),
            folder => path.strip_prefix(folder)?.strip_prefix('/'),
        });
        let mut names: Vec<_> = inside
            .filter_map(|path| path.split('/').next())
            .map(str::to_owned)
            .collect();
        names.dedup();
        names
    }
}

pub(crate) fn read(files: &[(&str, &str)], options: &Options) -> Parsed {
    let entry = files.first().map_or("", |(path, _)| *path);
    parse(entry, &Memory(files.to_vec()), options)
}

/// The problems of one file, as `line: message`.
fn problems(text: &'static str) -> Vec<String> {
    let parsed = read(&[("bird.conf", text)], &Options::default());
    said(&parsed)
}

fn said(parsed: &Parsed) -> Vec<String> {
    let line = |problem: &Problem| parsed.sources.span(problem.place).start.line;
    let all = parsed.problems.iter();
    all.map(|problem| format!("{}: {}", line(problem), problem.message))
        .collect()
}

fn given(include: &[(&str, &str)], vars: &[(&str, &str)]) -> Options {
    let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    };
    Options {
        include: map(include),
        vars: map(vars),
        ..Options::default()
    }
}

#[test]
fn includes_are_read_in_their_place_and_relative_to_their_file() {
    let parsed = read(
        &[
            (
                "r/bird.conf",
                "include \"parts/*.conf\";\nprotocol static { ipv4;\n include \"r.inc\";\n}\n",
            ),
            (
                "r/parts/a.conf",
                "define A = 1;\ninclude \"../more.conf\";\n",
            ),
            ("r/parts/b.conf", "define C = B;\n"),
            ("r/more.conf", "define B = A;\n"),
            ("r/r.inc", "route 192.0.2.0/24 blackhole;\n"),
        ],
        &Options::default(),
    );
    assert_eq!(said(&parsed), Vec::<String>::new());
    let names: Vec<_> = parsed
        .program
        .constants
        .iter()
        .map(|constant| &*constant.name)
        .collect();
    assert_eq!(names, ["A", "B", "C"]);
    let paths: Vec<_> = parsed.sources.files().map(|(_, path, _)| &**path).collect();
    assert_eq!(
        paths,
        [
            "r/bird.conf",
            "r/parts/a.conf",
            "r/more.conf",
            "r/parts/b.conf",
            "r/r.inc"
        ]
    );
}

#[test]
fn what_is_not_there_is_not_visible_unless_it_is_mapped() {
    let files = [
        (
            "bird.conf",
            "include \"/etc/bird/local.conf\";\nprotocol device {}\nrouter id ID;\n",
        ),
        ("sites/fra.conf", "define ID = 192.0.2.1;\n"),
    ];
    let parsed = read(&files, &Options::default());
    let kinds: Vec<_> = parsed
        .problems
        .iter()
        .map(|problem| &problem.kind)
        .collect();
    // What the file would define is not called undefined.
    assert_eq!(kinds, [&ProblemKind::NotVisible, &ProblemKind::Unresolved]);
    for key in ["/etc/bird/local.conf", "local.conf"] {
        let parsed = read(&files, &given(&[(key, "sites/fra.conf")], &[]));
        assert_eq!(said(&parsed), Vec::<String>::new(), "{key}");
    }
    let missing = read(
        &[("bird.conf", "include \"a.conf\";\n")],
        &Options::default(),
    );
    assert_eq!(said(&missing), ["1: there is no file `a.conf`"]);
    assert_eq!(missing.problems[0].kind, ProblemKind::NotVisible);
    let none = read(
        &[("bird.conf", "include \"*.inc\";\nprotocol device {}\n")],
        &Options::default(),
    );
    assert_eq!(none.problems[0].kind, ProblemKind::Note);
    let folder = read(
        &[("bird.conf", "include \"x/*.inc\";\nprotocol device {}\n")],
        &Options::default(),
    );
    assert_eq!(folder.problems[0].kind, ProblemKind::NotVisible);
    let gone = parse("bird.conf", &Memory(Vec::new()), &Options::default());
    assert_eq!(said(&gone), ["1: there is no file `bird.conf`"]);
}

#[test]
fn includes_end() {
    let own = [("bird.conf", "protocol device {}\ninclude \"bird.conf\";\n")];
    assert_eq!(
        said(&read(&own, &Options::default())),
        ["2: `bird.conf` includes itself"]
    );
    let each = [("bird.conf", "protocol device {}\ninclude \"*.conf\";\n")];
    assert_eq!(
        said(&read(&each, &Options::default())),
        ["2: `bird.conf` includes itself"]
    );
    let chain = [
        ("0", "protocol device {}\ninclude \"1\";\n"),
        ("1", "include \"2\";\n"),
        ("2", "include \"3\";\n"),
        ("3", "include \"4\";\n"),
        ("4", "include \"5\";\n"),
        ("5", "include \"6\";\n"),
        ("6", "include \"7\";\n"),
        ("7", "# the eighth file\n"),
    ];
    assert_eq!(
        said(&read(&chain, &Options::default())),
        Vec::<String>::new()
    );
    let mut longer = chain.to_vec();
    longer.pop();
    longer.extend([("7", "include \"8\";\n"), ("8", "")]);
    assert_eq!(
        said(&read(&longer, &Options::default())),
        ["1: includes are nested deeper than the 8 files that BIRD allows"]
    );
    let small = Options {
        max_bytes: 10,
        ..Options::default()
    };
    let large = read(&own, &small);
    assert_eq!(large.problems[0].kind, ProblemKind::NotVisible);
}

#[test]
fn values_come_from_the_policy() {
    let text = "protocol device {}\n\
        define A = ${asn};\n\
        define B = 192.0.2.{{ host }};\n\
        define C = UNSAID + 1;\n\
        # ${not_asked_for}\n\
        protocol bgp p { password \"${secret}\"; local as @@asn@@; neighbor 192.0.2.1 as LATER; }\n";
    let files = [("bird.conf", text)];
    let vars = [
        ("asn", "64500"),
        ("host", "7"),
        ("UNSAID", "(64500 + 1)"),
        ("LATER", "64502"),
    ];
    let parsed = read(&files, &given(&[], &vars));
    assert_eq!(said(&parsed), Vec::<String>::new());
    let a = &parsed.program.constants[0];
    assert!(matches!(
        a.value.kind,
        ExpressionKind::Literal(crate::filter::ir::Literal::Int(64500))
    ));
    assert_eq!(parsed.sources.text(a.value.place), "${asn}");
    let parsed = read(&files, &Options::default());
    assert_eq!(
        said(&parsed),
        [
            "4: no constant `UNSAID` is defined before this line",
            "6: no constant `LATER` is defined before this line",
            "2: the placeholder `asn` has no value",
            "3: the placeholder `host` has no value",
            "6: the placeholder `asn` has no value",
        ]
    );
}

#[test]
fn one_mistake_hides_no_other() {
    let text = "protocol device {}\n\
        filter f {\n\
          if net ~ [ 192.0.2.0/24 then accept;\n\
          if nett ~ [ 192.0.2.0/24 ] then accept;\n\
          bgp_community.ad((1,2));\n\
          accept;\n\
        }\n\
        protocol static { ipv4; route 192.0.2.0/24 blackhol; route 192.0.2.1/24 blackhole; }\n\
        protocol bgp { locale as 1; ipv4 { import filter g; exprot none; }; }\n\
        define x = ;\n\
        define y = 1;\n\
        define y = 2;\n";
    assert_eq!(
        problems(text),
        [
            "3: expected `,`, found `then`",
            "4: no constant `nett` is defined before this line",
            "5: expected a method such as `len`, found `ad`",
            "8: this route has no destination such as `blackhole` or `via`",
            "8: expected `;`, found `blackhol`",
            "8: `192.0.2.1/24` has host bits set: write `192.0.2.0/24`, or the length that is meant",
            "9: expected a setting of a bgp protocol or `}`, found `locale`",
            "9: no filter `g` is defined before this line",
            "9: expected a setting of a channel or `}`, found `exprot`",
            "10: expected a value, found `;`",
            "12: `y` is defined already, at bird.conf:11",
        ]
    );
}

#[test]
fn the_tables_that_are_there_may_be_declared_again() {
    // BIRD's manual, on `table`: the default tables are declared again to make them `sorted`.
    let text = "protocol device {}\nipv4 table master4 sorted;\nipv6 table master6;\n";
    assert_eq!(problems(text), [""; 0]);
}

#[test]
fn and_binds_as_or_does() {
    let parsed = read(
        &[(
            "bird.conf",
            "protocol device {}\ndefine x = true || false && false;\n",
        )],
        &Options::default(),
    );
    let ExpressionKind::Binary(last, _) = &parsed.program.constants[0].value.kind else {
        panic!("an operator");
    };
    assert_eq!(*last, BinaryOperator::And);
}

#[test]
fn nothing_nests_without_end() {
    let deep = |start: &str, open: &str| {
        let text = format!("protocol device {{}}\n{start}{}", open.repeat(50_000));
        let parsed = parse("bird.conf", &OneFile(text.into()), &Options::default());
        said(&parsed)
    };
    for (start, open) in [
        ("filter f { ", "{"),
        ("filter f { ", "if true then "),
        ("filter f { ", "if true then {} else "),
        ("filter f { ", "case 1 { 1: "),
        ("define x = ", "("),
        ("define x = ", "!"),
        ("define x = ", "defined("),
        ("define x = ", "add(-empty-, "),
    ] {
        let said = deep(start, open);
        assert_eq!(said.len(), 1, "{open}");
        assert!(
            said.iter().all(|line| line.contains("nested deeper")),
            "{said:?}"
        );
    }
    for (start, open) in [
        ("define x = true", " && true"),
        ("define x = 1", " + 1"),
        ("define x = net", ".ip"),
    ] {
        assert_eq!(deep(start, open).len(), 1, "{open}");
    }
}

struct OneFile(Arc<str>);

impl Files for OneFile {
    fn read(&self, _: &str) -> Result<Arc<str>, Unread> {
        Ok(self.0.clone())
    }

    fn list(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}
