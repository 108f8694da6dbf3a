//! Flow specifications (RFC 8955): what they match, as far as one rule asks.

use super::Builder;
use crate::bird::ast::FlowComponent;
use crate::place::Place;
use crate::router::{FlowRoute, Ports, Reach};

/// The greatest port.
const MAX: u32 = 65_535;

impl Builder<'_> {
    /// Adds the flow specification of these components.
    pub(super) fn flow(&mut self, components: &[FlowComponent], place: Place) {
        let mut flow = FlowRoute {
            place,
            destination: None,
            source: None,
            protocols: None,
            ports: None,
            unmodelled: false,
        };
        for component in components {
            let prefix = match &component.prefix {
                Some(prefix) => self.prefix(prefix, Reach::Nothing),
                None => None,
            };
            match &*component.name {
                "dst" => flow.destination = prefix,
                "src" => flow.source = prefix,
                name @ ("proto" | "next" | "port" | "dport" | "sport") => {
                    let ranges = ranges(self.sources.text(component.place));
                    flow.unmodelled |= ranges.is_none();
                    let list = if name == "proto" || name == "next" {
                        &mut flow.protocols
                    } else {
                        &mut flow.ports
                    };
                    // Of two components about ports both hold: more is matched by one alone.
                    *list = list.take().or(ranges);
                }
                _ => flow.unmodelled = true,
            }
        }
        self.flows.push(flow);
    }
}

/// The numbers that `dport = 80, 443` or `port > 1023` lets through; `None` where it is not simple.
fn ranges(text: &str) -> Option<Vec<Ports>> {
    let start = text.find(|first: char| "=<>!0123456789".contains(first))?;
    let (_, values) = text.split_at_checked(start)?;
    if values.contains("&&") || values.contains('!') {
        return None;
    }
    let values = values.trim_end().trim_end_matches(';');
    values
        .split([',', '|'])
        .filter(|part| !part.trim().is_empty())
        .map(range)
        .collect()
}

fn range(text: &str) -> Option<Ports> {
    let text = text.trim();
    let number = |text: &str| text.trim().parse::<u32>().ok();
    let bounded = |first, last| Some(Ports { first, last });
    if let Some(rest) = text.strip_prefix(">=") {
        return bounded(number(rest)?, MAX);
    }
    if let Some(rest) = text.strip_prefix("<=") {
        return bounded(0, number(rest)?);
    }
    if let Some(rest) = text.strip_prefix('>') {
        return bounded(number(rest)?.saturating_add(1), MAX);
    }
    if let Some(rest) = text.strip_prefix('<') {
        return bounded(0, number(rest)?.checked_sub(1)?);
    }
    let text = text.strip_prefix('=').unwrap_or(text);
    match text.split_once("..") {
        Some((first, last)) => bounded(number(first)?, number(last)?),
        None => bounded(number(text)?, number(text)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read_from_lists_ranges_and_comparisons() {
        let read = |text| {
            let ranges = ranges(text)?;
            Some(
                ranges
                    .iter()
                    .map(|range| (range.first, range.last))
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(read("proto = 6"), Some(vec![(6, 6)]));
        assert_eq!(
            read("dport = 179, 1000..2000"),
            Some(vec![(179, 179), (1000, 2000)])
        );
        assert_eq!(
            read("port > 1023 || = 53"),
            Some(vec![(1024, MAX), (53, 53)])
        );
        assert_eq!(read("sport >= 10 && <= 20"), None);
        assert_eq!(read("port != 80"), None);
    }
}
