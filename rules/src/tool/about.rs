//! The commands about the tool itself: `explain`, `rules`, `completions`, `man`.

use super::check::Checker;
use super::command::print;
use super::place;
use crate::args::{About, ListFormat};
use crate::gate::OWN;
use crate::{Exit, Io, Rule, escape, ids};

pub(super) fn answer<X>(
    asked: &About,
    checker: &dyn Checker<X>,
    mut line: clap::Command,
    io: &mut Io<'_>,
) -> Exit {
    let mut rules = checker.rules();
    rules.extend(OWN);
    rules.sort_by_key(|rule| rule.id);
    rules.dedup();
    match asked {
        About::Explain(args) => match place::asked(&args.what, &io.cwd) {
            None => explain(&args.what, &rules, io),
            Some(asked) => place::explain(checker, asked, args, io),
        },
        About::Rules(args) => print(&list(&rules, args.format), io),
        About::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut line, checker.identity().name, &mut script);
            print(&String::from_utf8_lossy(&script), io)
        }
        About::Man => {
            let mut page = Vec::new();
            match pages(line, &mut page) {
                Ok(()) => print(&String::from_utf8_lossy(&page), io),
                Err(error) => {
                    drop(writeln!(io.stderr, "cannot make the manual page: {error}"));
                    Exit::Undecided
                }
            }
        }
    }
}

/// The manual: the command's own page, then one for each of its commands.
fn pages(mut line: clap::Command, to: &mut Vec<u8>) -> std::io::Result<()> {
    line.build();
    let commands: Vec<clap::Command> = line
        .get_subcommands()
        .filter(|command| !command.is_hide_set() && command.get_name() != "help")
        .cloned()
        .collect();
    clap_mangen::Man::new(line).render(to)?;
    for command in commands {
        clap_mangen::Man::new(command).render(to)?;
    }
    Ok(())
}

fn explain(id: &str, rules: &[&'static Rule], io: &mut Io<'_>) -> Exit {
    if let Some(rule) = rules.iter().find(|rule| rule.id == id) {
        let level = rule.level.as_str();
        // The doc comment keeps the blank that follows its slashes.
        let docs: Vec<&str> = rule
            .docs
            .lines()
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect();
        let docs = docs.join("\n");
        let head = format!("# {id}\n\nDefault level: {level}. Since {}.\n", rule.since);
        return print(&format!("{head}\n{}\n", docs.trim()), io);
    }
    let shown = escape::word(id);
    let near = ids::nearest_of(id, rules.iter().map(|rule| rule.id));
    let hint = match (ids::part(id), near) {
        (Some(part), _) => format!("; it is one of `{}`", part.tool()),
        (None, Some(near)) => format!("; did you mean `{near}`?"),
        (None, None) => String::new(),
    };
    drop(writeln!(
        io.stderr,
        "error: there is no rule `{shown}` here{hint}"
    ));
    Exit::Undecided
}

fn list(rules: &[&'static Rule], format: ListFormat) -> String {
    let mut text = String::new();
    match format {
        ListFormat::Human => {
            let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
            for rule in rules {
                let level = rule.level.as_str();
                let line = format!("{:width$}  {level:5}  {}\n", rule.id, rule.summary());
                text.push_str(&line);
            }
        }
        ListFormat::Json => {
            let listed: Vec<serde_json::Value> = rules
                .iter()
                .map(|rule| {
                    serde_json::json!({
                        "id": rule.id,
                        "level": rule.level,
                        "since": rule.since,
                        "part": ids::part(rule.id).map(ids::Part::tool),
                        "summary": rule.summary(),
                        "docs": rule.docs,
                    })
                })
                .collect();
            let listed = serde_json::json!({ "schema": "preflight.rules/v1", "rules": listed });
            text = format!("{listed:#}\n");
        }
    }
    text
}
