//! What the daemons do not show on a loopback network, or what is the same in both; the rest is
//! held against them in `tests/it/lab/learned`.

use std::sync::Arc;

use super::*;
use crate::bird::Options;
use crate::filter::interpret::NoData;
use crate::model::{AsPath, Asn, Community, NextHop, OriginCode};
use crate::{bird, frr};

fn bird(text: &str) -> Router {
    let whole = format!("router id 192.0.2.200;\nprotocol device {{}}\n{text}");
    let files = [("bird.conf", whole.as_str())];
    let router = bird::configure::router(bird::tests::read(&files, &Options::default()));
    assert_eq!(router.gaps, []);
    router
}

fn frr(text: &str) -> Router {
    let text = format!("frr version 8.4.4\nfrr defaults datacenter\n{text}");
    frr::configure::router(frr::read(Arc::from("frr.conf"), &Arc::from(text)))
}

fn received(path: &[u32]) -> Sent {
    Sent {
        path: AsPath::sequence(path.iter().copied().map(Asn)),
        origin_code: OriginCode::Igp,
        communities: BTreeSet::new(),
        med: None,
        local_preference: None,
        next_hop: NextHop::Own,
        otc: None,
    }
}

fn id(router: &Router, name: &str) -> SessionId {
    let mut all = router.each_session();
    all.find(|(_, session)| *session.name == *name).unwrap().0
}

/// What becomes of a route to a documentation network from `ingress`.
fn followed(router: &Router, ingress: &str, sent: &Sent) -> Followed {
    let machine = Machine::new(&router.program);
    let prefix = "203.0.113.0/25".parse().unwrap();
    follow(router, &machine, &NoData, id(router, ingress), prefix, sent)
}

/// What `egress` does with it.
#[track_caller]
fn by(router: &Router, ingress: &str, egress: &str, sent: &Sent) -> Relayed {
    let followed = followed(router, ingress, sent);
    followed.by(id(router, egress)).unwrap().clone()
}

/// What `egress` sends of it, and how surely.
#[track_caller]
fn sent(router: &Router, ingress: &str, egress: &str, from: &Sent) -> (Arc<Sent>, Certainty) {
    match by(router, ingress, egress, from) {
        Relayed::Sent {
            sent, certainty, ..
        } => (sent, certainty),
        other => panic!("{other:?}"),
    }
}

const TWO: &str = "
protocol bgp one { local 192.0.2.9 as 64500; neighbor 192.0.2.1 as 64501; ipv4 { import all; export none; }; }
protocol bgp two { local 192.0.2.9 as 64500; neighbor 192.0.2.2 as 64502; ipv4 { import none; export all; }; }
protocol bgp far { local 192.0.2.9 as 64500; neighbor 198.51.100.2 as 64503; ipv4 { import none; export all; }; }
protocol bgp away { disabled; local 192.0.2.9 as 64500; neighbor 192.0.2.3 as 64504; ipv4 { import none; export all; }; }
";

#[test]
fn a_neighbour_on_the_same_link_is_pointed_to_the_other() {
    let router = bird(TWO);
    let route = received(&[64501]);
    let (same, certainty) = sent(&router, "one", "two", &route);
    assert_eq!(same.next_hop, NextHop::Address([192, 0, 2, 1].into()));
    assert_eq!(same.path.to_string(), "64500 64501");
    // Which addresses are on one link is not in the files.
    assert_eq!(certainty, Certainty::Likely);
    let (other, certainty) = sent(&router, "one", "far", &route);
    assert_eq!(
        (other.next_hop, certainty),
        (NextHop::Own, Certainty::Proven)
    );
    // What points to the neighbour itself is not sent to it.
    let back = Sent {
        next_hop: NextHop::Address([192, 0, 2, 2].into()),
        ..route
    };
    assert_eq!(
        by(&router, "one", "two", &back),
        Relayed::Kept(Kept::NextHop)
    );
}

#[test]
fn only_sessions_that_are_up_and_other_ones_are_asked() {
    let router = bird(TWO);
    let followed = followed(&router, "one", &received(&[64501]));
    let asked: Vec<SessionId> = followed.relayed.iter().map(|(id, _)| *id).collect();
    assert_eq!(asked, [id(&router, "two"), id(&router, "far")]);
    assert!(followed.arrived.is_ok());
}

#[test]
fn neighbours_of_one_range_hear_each_other() {
    let router = bird(
        "protocol bgp many { local as 64500; neighbor range 192.0.2.0/24 as 64501; ipv4 { import all; export all; }; }
         protocol bgp inside { local as 64500; neighbor range 198.51.100.0/24 internal; ipv4 { import all; export all; }; }",
    );
    let route = received(&[64501]);
    let (back, _) = sent(&router, "many", "many", &route);
    assert_eq!(back.path.to_string(), "64500 64501");
    assert_eq!(
        by(&router, "inside", "inside", &received(&[64501])),
        Relayed::Kept(Kept::Reflection)
    );
}

#[test]
fn a_question_that_only_live_data_answers_leaves_both_ways() {
    let router = bird(
        "roa4 table roas; protocol rpki { roa4 { table roas; }; remote 192.0.2.77; }
         filter valid { if roa_check(roas, net, bgp_path.last) = ROA_INVALID then reject; accept; }
         protocol bgp one { local as 64500; neighbor 192.0.2.1 as 64501; multihop; ipv4 { import filter valid; export none; }; }
         protocol bgp two { local as 64500; neighbor 192.0.2.2 as 64502; multihop; ipv4 { import none; export all; }; }",
    );
    let Relayed::Sent {
        certainty,
        otherwise,
        terms,
        ..
    } = by(&router, "one", "two", &received(&[64501]))
    else {
        panic!("it may be sent")
    };
    assert_eq!(certainty, Certainty::Possible);
    assert_eq!((otherwise, terms.len()), (vec![None], 1));
    let rejected = bird(
        "filter none_of_it { if net ~ [203.0.113.0/25] then reject; accept; }
         protocol bgp one { local as 64500; neighbor 192.0.2.1 as 64501; multihop; ipv4 { import filter none_of_it; export none; }; }
         protocol bgp two { local as 64500; neighbor 192.0.2.2 as 64502; multihop; ipv4 { import none; export all; }; }",
    );
    let followed = followed(&rejected, "one", &received(&[64501]));
    assert_eq!(followed.relayed[0].1, Relayed::Kept(Kept::Table));
    let terms = followed.terms.iter();
    let terms: Vec<&str> = terms.map(|place| rejected.sources.text(*place)).collect();
    assert_eq!(terms, ["net ~ [203.0.113.0/25]", "reject;"]);
}

#[test]
fn a_local_number_is_put_in_front_of_what_arrives() {
    let plain = "router bgp 64500
 neighbor 192.0.2.1 remote-as 64501
 neighbor 192.0.2.1 local-as 64510
 neighbor 198.51.100.1 remote-as 64502
";
    let path = |text: &str, path: &[u32]| {
        let router = frr(text);
        let followed = followed(&router, "192.0.2.1", &received(path));
        followed
            .arrived
            .map(|route| route.path().unwrap().to_string())
    };
    assert_eq!(path(plain, &[64501]), Ok("64510 64501".to_owned()));
    let bare = plain.replace("as 64510", "as 64510 no-prepend");
    assert_eq!(path(&bare, &[64501]), Ok("64501".to_owned()));
    for text in [plain, &bare] {
        assert_eq!(path(text, &[64501, 64510]), Err(Dropped::Loop));
        assert_eq!(path(text, &[64501, 64500]), Err(Dropped::Loop));
    }
}

#[test]
fn frr_takes_the_med_off_before_its_maps_and_honours_communities() {
    let router = frr("router bgp 64500
 neighbor 192.0.2.1 remote-as 64501
 neighbor 198.51.100.1 remote-as 64502
 neighbor 198.51.100.2 remote-as 64503
 neighbor 198.51.100.3 remote-as 64500
 neighbor 198.51.100.4 remote-as 64500
 neighbor 198.51.100.2 route-map METRIC out
 neighbor 198.51.100.3 route-map METRIC out
route-map METRIC permit 10
 match metric 5
 set metric 6
route-map METRIC permit 20
");
    let route = Sent {
        med: Some(5),
        ..received(&[64501])
    };
    let med = |to: &str| sent(&router, "192.0.2.1", to, &route).0.med;
    assert_eq!(med("198.51.100.1"), None);
    // The map sees it all the same.
    assert_eq!(med("198.51.100.2"), Some(6));
    assert_eq!(med("198.51.100.3"), Some(6));
    assert_eq!(med("198.51.100.4"), Some(5));
    let kept = Sent {
        communities: [Community::NO_EXPORT].into(),
        ..route
    };
    assert_eq!(
        by(&router, "192.0.2.1", "198.51.100.1", &kept),
        Relayed::Kept(Kept::Community)
    );
    assert_eq!(
        by(&router, "198.51.100.3", "198.51.100.4", &kept),
        Relayed::Kept(Kept::Reflection)
    );
}

#[test]
fn frr_reflects_without_changes_and_keeps_back_inside_an_aggregate() {
    let text = "router bgp 64500
 neighbor 198.51.100.1 remote-as 64502
 neighbor 198.51.100.3 remote-as 64500
 neighbor 198.51.100.4 remote-as 64500
 address-family ipv4 unicast
  neighbor 198.51.100.4 route-reflector-client
  neighbor 198.51.100.4 route-map METRIC out
route-map METRIC permit 10
 set metric 6
";
    let route = Sent {
        local_preference: Some(120),
        ..received(&[64501])
    };
    let (reflected, _) = sent(&frr(text), "198.51.100.3", "198.51.100.4", &route);
    assert_eq!(
        (reflected.med, reflected.local_preference),
        (Some(0), Some(120))
    );
    let summary = text.replace(
        " address-family ipv4 unicast\n",
        " address-family ipv4 unicast\n  aggregate-address 203.0.113.0/24 summary-only\n",
    );
    assert_eq!(
        by(&frr(&summary), "198.51.100.3", "198.51.100.1", &route),
        Relayed::Kept(Kept::Policy)
    );
}
