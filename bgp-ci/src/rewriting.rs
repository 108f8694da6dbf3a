//! What a neighbour makes of our path before others see it.
//!
//! The policy declares it: `presents-as` for a neighbour that shows one number in place of ours
//! (a real fleet runs `local as 64512` to a provider that shows its own), and
//! `strips-private-as` for one that takes private numbers out (RFC 6996, section 4).
//! Origin, length and validity are those of the path that others see. Whether the neighbour drops
//! the route as a loop is decided by the path as it was sent.

use crate::model::{AsPath, Asn, Segment};
use crate::policy::network::{Neighbor, Network};

/// The path that others see of `sent`, which `neighbor` received over a session on which our
/// number is `local`.
///
/// Our numbers are `local`, the policy's `asn` and its `origins`. A path that stripping empties
/// shows the neighbour's own number, as nothing else is left in front of it.
pub fn seen(network: &Network, neighbor: &Neighbor, local: Asn, sent: &AsPath) -> AsPath {
    if sent.is_empty() {
        // Between routers of one system: nobody else sees it.
        return sent.clone();
    }
    let shown = match neighbor.presents_as {
        None => sent.clone(),
        Some(shown) => {
            let is_ours =
                |asn| asn == local || asn == network.asn || network.origins.contains_key(&asn);
            replaced(sent, |asn| if is_ours(asn) { shown } else { asn })
        }
    };
    if !neighbor.strips_private_as {
        return shown;
    }
    let left = shown.without(is_private);
    if left.is_empty() {
        AsPath::sequence([neighbor.asn])
    } else {
        left
    }
}

/// Numbers for private use, which no public table holds (RFC 6996, section 5).
pub fn is_private(asn: Asn) -> bool {
    matches!(asn.0, 64_512..=65_534 | 4_200_000_000..=4_294_967_294)
}

fn replaced(path: &AsPath, number: impl Fn(Asn) -> Asn) -> AsPath {
    let each = |asns: &[Asn]| asns.iter().map(|asn| number(*asn)).collect();
    AsPath::from_segments(path.segments().iter().map(|segment| match segment {
        Segment::Sequence(asns) => Segment::Sequence(each(asns)),
        Segment::Set(asns) => Segment::Set(each(asns)),
        Segment::ConfederationSequence(asns) => Segment::ConfederationSequence(each(asns)),
        Segment::ConfederationSet(asns) => Segment::ConfederationSet(each(asns)),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests;

    /// What others see of `sent` through a neighbour with `options`, which we meet as 64512.
    #[track_caller]
    fn expect(options: &str, sent: &[u32], expected: &str) {
        let text = tests::Network {
            neighbors: &format!("{{ a: {{ asn: 64501{options} }} }}"),
            announcements: "[]",
            more: "  origins: [64500, 4200000000]\n",
            ..tests::Network::default()
        };
        let network = tests::network(&text.text());
        let neighbor = network.neighbors.get("a").unwrap();
        let sent = AsPath::sequence(sent.iter().copied().map(Asn));
        let path = seen(&network, neighbor, Asn(64512), &sent);
        assert_eq!(path.to_string(), expected, "{sent} {options}");
    }

    #[test]
    fn a_neighbour_that_declares_nothing_shows_what_it_received() {
        expect("", &[64512, 64500, 65000], "64512 64500 65000");
    }

    #[test]
    fn every_number_of_ours_becomes_the_one_that_is_shown() {
        let shown = ", presents-as: 64501";
        expect(shown, &[64512, 64500, 4_200_000_000], "64501 64501 64501");
        expect(shown, &[64512, 64505], "64501 64505");
        // The prepends stay: they are why the path was made longer.
        expect(shown, &[64500, 64500, 64500], "64501 64501 64501");
    }

    #[test]
    fn private_numbers_are_taken_out_wherever_they_are() {
        let strips = ", strips-private-as: true";
        expect(strips, &[64512, 64500, 65534, 4_294_967_294], "64500");
        // 64511 is for documentation, 65535 and the last number are reserved: none is private.
        expect(
            strips,
            &[64511, 65535, u32::MAX, 4_199_999_999],
            "64511 65535 4294967295 4199999999",
        );
    }

    #[test]
    fn what_stripping_empties_shows_the_neighbours_own_number() {
        expect(", strips-private-as: true", &[64512, 65000], "64501");
        expect(
            ", strips-private-as: true, presents-as: 64505",
            &[64512, 65000],
            "64505",
        );
    }

    #[test]
    fn sets_are_rewritten_too_and_an_empty_path_stays_empty() {
        let text = tests::Network {
            neighbors: "{ a: { asn: 64501, presents-as: 64505, strips-private-as: true } }",
            announcements: "[]",
            ..tests::Network::default()
        };
        let network = tests::network(&text.text());
        let neighbor = network.neighbors.get("a").unwrap();
        let sent = AsPath::from_segments([
            Segment::Sequence(vec![Asn(64500)]),
            Segment::Set(vec![Asn(64500), Asn(65000), Asn(64507)]),
        ]);
        let path = seen(&network, neighbor, Asn(64500), &sent);
        assert_eq!(path.to_string(), "64505 {64505 64507}");
        assert!(seen(&network, neighbor, Asn(64500), &AsPath::default()).is_empty());
    }
}
