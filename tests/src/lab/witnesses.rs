//! The routes that prove leaks, sent into the daemon that leaks them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bgp_ci::filter::interpret::NoData;
use bgp_ci::learned::{Leak, Leaks, Model, leaks};
use bgp_ci::model::SessionKey;
use bgp_ci::policy::section::Section;
use bgp_ci::policy::{Network, resolve};
use bgp_ci::router::{RemoteAs, Router};
use rules::ids::Part;
use rules::policy::Policy;

use super::injection::{Case, Injected};

/// The policy of a network with the router as it is, each of whose external neighbours is of
/// `relation`, and goes by the session's name.
fn network(router: &Router, relation: &str) -> Network {
    let mut text = String::from(
        "version: 1
bgp:
  asn: 64500
  owned: [{ prefix: 192.0.2.0/24 }]
  sites: { fra: {} }
  announcements: [{ prefixes: [192.0.2.0/24], to: [other] }]
  neighbors:
    other: { asn: 64499 }
",
    );
    for session in &router.sessions {
        if let (RemoteAs::One(asn), Some(address), true) =
            (session.remote_as, session.address, !session.interior())
        {
            let (name, asn) = (&session.name, asn.0);
            writeln!(
                text,
                "    {name}: {{ asn: {asn}, address: {address}, relation: {relation} }}"
            )
            .expect("a string takes it");
        }
    }
    let policy = Policy::parse("preflight.yaml", &text).expect("it is a policy");
    let section = policy.section::<Section>(Part::Bgp);
    let section = section
        .expect("the section has its shape")
        .expect("there is one");
    resolve(&policy, &section.value, &section.span).expect("its names are known")
}

/// Every leak of `router`, whose external neighbours are all providers.
pub fn found(router: Router) -> (Router, Leaks) {
    let network = network(&router, "provider");
    let keys = router
        .each_session()
        .filter(|(_, session)| !session.disabled);
    let keys = keys.map(|(id, session)| {
        let key = SessionKey {
            site: "fra".into(),
            router: "fra".into(),
            neighbor: session.name.clone(),
            address: session.address,
        };
        (id, key)
    });
    let model = Model {
        site: "fra".into(),
        name: "fra".into(),
        keys: keys.collect(),
        router,
    };
    let leaks = leaks(&network, &[&model], &NoData);
    (model.router, leaks)
}

/// The case whose neighbours send what proves its leaks.
pub fn case(text: &str, leaks: &Leaks) -> Case {
    let mut sends: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for leak in &leaks.found {
        if let Some(witness) = &leak.witness {
            let received = &witness.received;
            let all = sends.entry(leak.from.neighbor.to_string()).or_default();
            all.push((received.prefix, received.sent.clone()));
        }
    }
    Case {
        text: text.to_owned(),
        sends,
    }
}

/// What the daemon says of a leak with a witness, where it is another thing.
pub fn refuted(leak: &Leak, injected: &Injected) -> Option<String> {
    let witness = leak.witness.as_ref()?;
    let (from, to) = (&leak.from.neighbor, &leak.to.neighbor);
    let theirs = injected.route(to, witness.received.prefix);
    (theirs != Some(&*witness.sent)).then(|| {
        format!(
            "{from} to {to}, {}: {:?}\n  ours {:?}\n  theirs {theirs:?}",
            leak.certainty.as_str(),
            witness.received,
            witness.sent
        )
    })
}
