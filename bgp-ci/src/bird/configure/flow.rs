//! Flow specifications (RFC 8955): what they match, as far as one rule asks.

use super::Builder;
use crate::bird::ast::{FlowComponent, FlowComponentKind, FlowField, FlowRange};
use crate::filter::FilterId;
use crate::filter::ir::BinaryOperator;
use crate::model::{Family, Name};
use crate::place::Place;
use crate::router::{FlowRoute, Ports, Reach};

/// The greatest number of a port, which is greater than that of any protocol.
const MAX: u32 = 65_535;

/// Only packets of these protocols have a type and a code of ICMP.
const ICMP: [Ports; 2] = [
    Ports { first: 1, last: 1 },
    Ports {
        first: 58,
        last: 58,
    },
];

/// A static route of a flow specification.
pub(super) struct Statement<'a> {
    /// The protocol that holds it.
    pub(super) protocol: &'a Name,
    /// Where it is.
    pub(super) place: Place,
    /// Whose packets.
    pub(super) family: Family,
    /// What they are like.
    pub(super) components: &'a [FlowComponent],
    /// What sets its actions.
    pub(super) block: Option<FilterId>,
}

impl Builder<'_> {
    /// Adds a flow specification.
    pub(super) fn flow(&mut self, statement: &Statement<'_>) {
        let mut flow = FlowRoute {
            place: statement.place,
            protocol: statement.protocol.clone(),
            family: statement.family,
            destination: None,
            source: None,
            protocols: None,
            ports: None,
            destination_ports: None,
            source_ports: None,
            block: statement.block,
            unmodelled: false,
        };
        for component in statement.components {
            match &component.kind {
                FlowComponentKind::Prefix {
                    destination,
                    prefix,
                    offset,
                } => {
                    let known = self.prefix(prefix, Reach::Nothing).filter(|_| !offset);
                    // Without it more is matched than by all, which is said.
                    flow.unmodelled |= known.is_none();
                    let into = if *destination {
                        &mut flow.destination
                    } else {
                        &mut flow.source
                    };
                    // Of two the first counts.
                    *into = into.or(known);
                }
                FlowComponentKind::Numbers { field, any_of } => {
                    let numbers = self.numbers(any_of);
                    flow.unmodelled |= numbers.is_none();
                    let into = match field {
                        FlowField::Protocol => &mut flow.protocols,
                        FlowField::Port => &mut flow.ports,
                        FlowField::DestinationPort => &mut flow.destination_ports,
                        FlowField::SourcePort => &mut flow.source_ports,
                    };
                    // Of two either may match.
                    if let Some(numbers) = numbers {
                        into.get_or_insert_default().extend(numbers);
                    }
                }
                FlowComponentKind::Icmp => {
                    flow.unmodelled = true;
                    flow.protocols.get_or_insert_with(|| ICMP.to_vec());
                }
                FlowComponentKind::Other => flow.unmodelled = true,
            }
        }
        for numbers in [
            &mut flow.protocols,
            &mut flow.ports,
            &mut flow.destination_ports,
            &mut flow.source_ports,
        ]
        .into_iter()
        .flatten()
        {
            *numbers = joined(std::mem::take(numbers));
        }
        self.flows.push(flow);
    }

    /// The numbers that a component lets through; `None` where one of them is not known.
    fn numbers(&mut self, any_of: &[Vec<FlowRange>]) -> Option<Vec<Ports>> {
        let mut numbers = Vec::new();
        for all in any_of {
            let mut left = vec![Ports {
                first: 0,
                last: MAX,
            }];
            for range in all {
                let allowed = self.allowed(range)?;
                left = both(&left, &allowed);
            }
            numbers.extend(left);
        }
        Some(numbers)
    }

    fn allowed(&mut self, range: &FlowRange) -> Option<Vec<Ports>> {
        let (operator, number) = match range {
            FlowRange::Between(first, last) => {
                let first = self.number(first, Reach::Nothing)?;
                let last = self.number(last, Reach::Nothing)?;
                return Some(between(first, last));
            }
            FlowRange::Compared(operator, number) => {
                (operator, self.number(number, Reach::Nothing)?)
            }
        };
        let below = match number.checked_sub(1) {
            Some(last) => between(0, last),
            None => Vec::new(),
        };
        let above = between(number.saturating_add(1), MAX);
        Some(match operator {
            BinaryOperator::Less => below,
            BinaryOperator::LessOrEqual => between(0, number),
            BinaryOperator::Greater => above,
            BinaryOperator::GreaterOrEqual => between(number, MAX),
            BinaryOperator::NotEqual => [below, above].concat(),
            _ => between(number, number),
        })
    }
}

/// The numbers from `first` to `last`: none where there are none between them.
fn between(first: u32, last: u32) -> Vec<Ports> {
    if first <= last {
        vec![Ports { first, last }]
    } else {
        Vec::new()
    }
}

/// What is in both lists.
fn both(one: &[Ports], other: &[Ports]) -> Vec<Ports> {
    let pairs = one.iter().flat_map(|a| other.iter().map(move |b| (a, b)));
    pairs
        .flat_map(|(a, b)| between(a.first.max(b.first), a.last.min(b.last)))
        .collect()
}

/// The same numbers in order, in as few ranges as they fit: a rule asks for whole ranges.
fn joined(mut numbers: Vec<Ports>) -> Vec<Ports> {
    numbers.sort_by_key(|range| (range.first, range.last));
    let mut joined: Vec<Ports> = Vec::with_capacity(numbers.len());
    for range in numbers {
        match joined.last_mut() {
            Some(last) if range.first <= last.last.saturating_add(1) => {
                last.last = last.last.max(range.last);
            }
            _ => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bird::{self, Options};

    /// The ranges of destination ports that `flow4 { dport TEXT; }` matches, as BIRD 2.0.12 reads
    /// it; what is not known has no list.
    fn read(text: &str) -> Option<Vec<(u32, u32)>> {
        let text = format!(
            "define BGP = 179;\nflow4 table f;\nprotocol static held {{\n  flow4 {{ table f; }};\n  \
             route flow4 {{ {text}; }};\n}}\n"
        );
        let parsed = bird::tests::read(&[("bird.conf", &text)], &Options::default());
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        let router = super::super::router(parsed);
        let ports = router.flows[0].destination_ports.clone()?;
        Some(
            ports
                .iter()
                .map(|range| (range.first, range.last))
                .collect(),
        )
    }

    #[test]
    fn ports_are_read_from_lists_ranges_and_comparisons() {
        for (text, expected) in [
            ("dport = 179", vec![(179, 179)]),
            ("dport BGP", vec![(179, 179)]),
            ("dport (BGP + 1)..200", vec![(180, 200)]),
            ("dport 179, 1000..2000", vec![(179, 179), (1000, 2000)]),
            ("dport > 1023 || = 53", vec![(53, 53), (1024, MAX)]),
            ("dport >= 10 && <= 20", vec![(10, 20)]),
            ("dport > 5 && != 8 && < 10", vec![(6, 7), (9, 9)]),
            ("dport != 80", vec![(0, 79), (81, MAX)]),
            ("dport < 0", vec![]),
            ("dport 5..2", vec![]),
            ("dport 1..10,11..20", vec![(1, 20)]),
            (
                "dport 40 || 60..70 || 80 && >= 90",
                vec![(40, 40), (60, 70)],
            ),
            ("dport 1; dport 2", vec![(1, 2)]),
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
        assert_eq!(read("dst 192.0.2.0/24"), None);
        assert_eq!(read("proto = 6"), None);
    }
}
