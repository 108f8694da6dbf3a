//! What BIRD itself refuses: the router goes on with its old file, or does not start at all, so
//! nobody can say that the change is harmless.

use std::ops::Range;
use std::path::Path;
use std::process::Command;

use rules::Exit;

use super::{FILTERS, ROUTER, between, change, side};

/// Whether the daemon loads the router of `folder`.
fn loads(folder: &Path) -> bool {
    let done = Command::new("bird")
        .args(["-p", "-c"])
        .arg(folder.join("bird.conf"))
        .output()
        .expect("tests/run installs bird");
    done.status.success()
}

/// Where the words and marks of `text` stand.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut tokens: Vec<Range<usize>> = Vec::new();
    let mut inside = false;
    for (at, c) in text.char_indices() {
        let word = c.is_ascii_alphanumeric() || "._\"".contains(c);
        match tokens.last_mut() {
            Some(last) if word && inside => last.end = at + 1,
            _ if !c.is_whitespace() => tokens.push(at..at + 1),
            _ => {}
        }
        inside = word;
    }
    tokens
}

/// `text` with each token left out, said twice, misspelt, and put behind the next one.
fn slips(text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let mut slips = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let (before, word, after) = (
            &text[..token.start],
            &text[token.clone()],
            &text[token.end..],
        );
        slips.push(format!("{before}{after}"));
        slips.push(format!("{before}{word} {word}{after}"));
        slips.push(format!("{before}{word}x{after}"));
        if let Some(next) = tokens.get(at + 1) {
            let (between, behind) = (&text[token.end..next.start], &text[next.end..]);
            let next = &text[next.clone()];
            slips.push(format!("{before}{next} {between}{word}{behind}"));
        }
    }
    slips
}

#[test]
fn a_slip_that_the_daemon_refuses_is_not_clean() {
    let (mut refused, mut wrong) = (0, Vec::new());
    for (name, text) in [("bird.conf", ROUTER), ("filters.conf", FILTERS)] {
        for slip in slips(text) {
            let folder = side(&[(name, &slip)]);
            if loads(folder.path()) {
                continue;
            }
            refused += 1;
            let after = change(folder.path()).exit;
            // And as what there was before: there is nothing to compare with then.
            let good = side(&[]);
            let before = between(folder.path(), good.path()).exit;
            if after == Exit::Clean || before == Exit::Clean {
                wrong.push(format!("{after:?} after, {before:?} before:\n{slip}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused > 200, "{refused}");
}

/// The language has words that are no names, and others that look so and are.
#[test]
fn words_that_the_daemon_takes_for_no_name() {
    let words = "external internal peer customer provider transit upstream name key primary min max \
        backbone role limit label static direct first last simple public private local remote core \
        edge hold master backup all none accept net proto test filter_out rr client area metric \
        time status tag base device default block range mode password port normal other secondary \
        'external' 'edge'";
    let mut refused = 0;
    for word in words.split_whitespace() {
        let text = FILTERS.replace("announce", word);
        let router = ROUTER.replace("announce", word);
        let folder = side(&[("filters.conf", &text), ("bird.conf", &router)]);
        let answer = change(folder.path());
        let loads = loads(folder.path());
        refused += usize::from(!loads);
        assert_eq!(
            answer.exit == Exit::Clean,
            loads,
            "{word}: {:#?}",
            answer.said
        );
    }
    assert!((20..50).contains(&refused), "{refused}");
}

/// A file that many routers include is one matter, however many there are.
#[test]
fn a_mistake_in_a_shared_file_is_told_once() {
    let policy = super::POLICY
        .replace(
            "sites: { fra: { region: eu } }",
            "sites: { ams: , fra: , iad: }",
        )
        .replace(
            "{ adapter: bird, site: fra, entry: bird.conf }",
            "{ adapter: bird, glob: \"hosts/*.conf\", site-from: \"hosts/{site}.conf\" }",
        );
    let router = ROUTER.replace("filters.conf", "../filters.conf");
    let hosts = ["hosts/ams.conf", "hosts/fra.conf", "hosts/iad.conf"];
    let write = |filters: &str| {
        let mut files = vec![
            ("preflight.yaml", policy.as_str()),
            ("filters.conf", filters),
        ];
        files.extend(hosts.map(|host| (host, router.as_str())));
        side(&files)
    };
    let (base, head) = (write(FILTERS), write(&FILTERS.replace("then", "than")));
    let answer = between(base.path(), head.path());
    answer.expect(Exit::Denied, &["filters.conf:1", "unparsed-config"]);
    let told = answer
        .said
        .iter()
        .filter(|said| said.contains("filters.conf:1"));
    assert_eq!(told.count(), 1, "{:#?}", answer.said);
    let others = answer
        .said
        .iter()
        .filter(|said| !said.contains("unparsed-config"));
    assert_eq!(
        others.count(),
        0,
        "what is not known is not judged: {:#?}",
        answer.said
    );
}
