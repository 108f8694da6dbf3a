//! Flow specifications that match BGP itself.

use super::*;

fn flow(change: impl FnOnce(&mut Flow)) -> Side {
    let mut flow = Flow {
        site: Name::from("fra"),
        router: "fra".into(),
        span: place(5),
        family: Family::Ipv4,
        destination: None,
        source: None,
        protocols: Some(vec![Numbers::only(6)]),
        ports: None,
        destination_ports: None,
        source_ports: None,
        drops: None,
        narrower: false,
    };
    change(&mut flow);
    side("", |side| side.flows = vec![flow])
}

#[test]
fn a_flow_specification_must_leave_bgp_alone() {
    let hits = |change: fn(&mut Flow)| judged("flowspec-hits-bgp", None, flow(change)).len();
    assert_eq!(hits(|_| ()), 1);
    assert_eq!(hits(|flow| flow.protocols = None), 1);
    assert_eq!(
        hits(|flow| flow.protocols = Some(vec![Numbers { first: 1, last: 17 }])),
        1
    );
    assert_eq!(
        hits(|flow| flow.protocols = Some(vec![Numbers::only(17)])),
        0
    );
    assert_eq!(hits(|flow| flow.ports = Some(vec![Numbers::only(179)])), 1);
    assert_eq!(
        hits(|flow| flow.destination_ports = Some(vec![Numbers::only(179)])),
        1
    );
    assert_eq!(
        hits(|flow| flow.source_ports = Some(vec![Numbers::only(179)])),
        1
    );
    assert_eq!(hits(|flow| flow.ports = Some(vec![Numbers::only(80)])), 0);
    assert_eq!(
        hits(|flow| flow.destination_ports = Some(vec![Numbers::only(80)])),
        0
    );
    // Both ends at once: nothing that BGP sends.
    assert_eq!(
        hits(|flow| {
            flow.destination_ports = Some(vec![Numbers::only(179)]);
            flow.source_ports = Some(vec![Numbers::only(179)]);
        }),
        0
    );
    assert_eq!(hits(|flow| flow.drops = Some(false)), 0);
    assert_eq!(hits(|flow| flow.drops = Some(true)), 1);
    // An attacked address is none of ours; a neighbour's address is one of a session.
    let to = |text: &str| Some(text.parse().unwrap());
    assert_eq!(
        hits(|flow| flow.destination = Some("203.0.113.7/32".parse().unwrap())),
        0
    );
    assert_eq!(
        hits(|flow| flow.destination = Some("192.0.2.0/30".parse().unwrap())),
        1
    );
    assert_eq!(
        hits(|flow| flow.source = Some("192.0.2.1/32".parse().unwrap())),
        1
    );
    assert_eq!(
        hits(|flow| flow.destination = Some("192.0.2.2/32".parse().unwrap())),
        0
    );
    let narrow = flow(|flow| {
        flow.destination = to("192.0.2.1/32");
        flow.narrower = true;
    });
    let found = judged("flowspec-hits-bgp", None, narrow);
    assert_eq!(found[0].certainty, Certainty::Possible);
    assert_eq!(
        found[0].message,
        "this flow specification ends the session with `a` at `fra`: it matches TCP port 179"
    );
    let existing = judged("flowspec-hits-bgp", Some(flow(|_| ())), flow(|_| ()));
    assert!(existing[0].lowered);
}
