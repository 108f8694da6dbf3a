//! What each language's reader finds, line by line.

mod hostile;
mod programs;
mod resolution;
mod servers;

use super::{Config, read};

/// What a file says: a line for each reference, `line:column directive role kind target`, with the
/// names served in brackets, then the pairs.
pub(super) fn shown(path: &str, text: &str) -> Vec<String> {
    let Some(config) = read(text.as_bytes(), path) else {
        return vec!["nothing".to_owned()];
    };
    let mut lines: Vec<String> = (0..config.references.len())
        .map(|index| line(&config, index))
        .collect();
    lines.extend(
        config
            .pairs
            .iter()
            .map(|pair| format!("pair {} {}", pair.certificate, pair.key)),
    );
    lines.extend(
        config
            .trouble
            .iter()
            .map(|trouble| format!("trouble {}: {}", trouble.start.line, trouble.reason)),
    );
    lines
}

fn line(config: &Config, index: usize) -> String {
    let reference = &config.references[index];
    let mut line = format!(
        "{}:{} {} {} {:?} {}",
        reference.start.line,
        reference.start.column,
        reference.directive,
        reference.role.as_str(),
        reference.kind,
        reference.target,
    );
    if reference.unresolved {
        line.push_str(" unresolved");
    }
    if reference.optional {
        line.push_str(" optional");
    }
    if let Some(service) = reference.service {
        let names = &config.services[service].names;
        let hosts: Vec<&str> = names.iter().map(|name| name.host.as_str()).collect();
        line.push_str(" [");
        line.push_str(&hosts.join(" "));
        line.push(']');
    }
    line
}
