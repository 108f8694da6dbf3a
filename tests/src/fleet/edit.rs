//! Healthy changes: what a team does to its network on an ordinary day.

use super::network::{Network, Site, Vrp};
use super::sites::SITES;
use crate::programs::choice::Dice;

/// A kind of change: how often it happens beside the others, and what it does.
///
/// It says in a few words what it did, or nothing where there was nothing to do.
#[derive(Debug, Clone, Copy)]
pub struct Edit {
    /// What kind of change it is.
    pub name: &'static str,
    /// How often it happens, beside the others.
    pub weight: usize,
    /// Does it.
    pub apply: fn(&mut Network, &mut Dice) -> Option<String>,
}

const fn edit(
    name: &'static str,
    weight: usize,
    apply: fn(&mut Network, &mut Dice) -> Option<String>,
) -> Edit {
    Edit {
        name,
        weight,
        apply,
    }
}

/// Every kind.
pub const EDITS: [Edit; 36] = [
    edit("community", 34, community),
    edit("community everywhere", 60, community_everywhere),
    edit("large community", 18, large_community),
    edit("prepend", 24, prepend),
    edit("prepend at a site", 10, prepend_at_site),
    edit("metric", 14, metric),
    edit("preference", 3, preference),
    edit("import limit", 2, import_limit),
    edit("dependency", 4, dependency),
    edit("data", 6, data),
    edit("drain", 12, drain),
    edit("withdraw", 2, withdraw),
    edit("NO_EXPORT at a site", 1, hide),
    edit("return", 12, back),
    edit("site added", 1, site_added),
    edit("session added", 6, session_added),
    edit("session removed", 5, session_removed),
    edit("prefix added", 2, prefix_added),
    edit("service at a site more", 1, service_added),
    edit("service at a site fewer", 1, service_removed),
    edit("floor raised", 1, floor_raised),
    edit("limit lowered", 1, limit_lowered),
    edit("neighbour renamed", 3, neighbor_renamed),
    edit("sessions renamed", 3, |network, _| {
        network.style.sessions += 1;
        said("rename the sessions")
    }),
    edit("filters renamed", 2, |network, _| {
        network.style.filters += 1;
        said("rename the filters")
    }),
    edit("templates renamed", 2, |network, _| {
        network.style.templates += 1;
        said("rename the templates")
    }),
    edit("files renamed", 2, |network, _| {
        network.style.files += 1;
        said("rename the shared files")
    }),
    edit("constants renamed", 2, |network, _| {
        network.style.constants += 1;
        said("rename the sets")
    }),
    edit("filters in functions", 2, |network, _| {
        network.style.parted = !network.style.parted;
        said("a function for each filter, or none")
    }),
    edit("template in another file", 2, |network, _| {
        network.style.rooted = !network.style.rooted;
        said("move the first template")
    }),
    edit("overlays moved", 2, |network, _| {
        network.style.moved = !network.style.moved;
        said("move the overlays")
    }),
    edit("refactoring", 8, refactoring),
    edit("comments", 4, |network, _| {
        network.style.comment += 1;
        said("comments")
    }),
    edit("whitespace", 2, |network, _| {
        network.style.indent = (network.style.indent + 2) % 6;
        said("indentation")
    }),
    edit("where to nowhere", 1, |network, _| {
        network.style.nowhere += 1;
        said("another kind of static route")
    }),
    edit("statements split or joined", 2, |network, _| {
        network.style.split = !network.style.split;
        said("another grouping")
    }),
];

/// One of them, by weight.
pub fn chosen(dice: &mut Dice) -> &'static Edit {
    let weighted: Vec<&Edit> = EDITS
        .iter()
        .flat_map(|edit| std::iter::repeat_n(edit, edit.weight))
        .collect();
    dice.pick(&weighted).expect("there are kinds")
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "what edits say is optional, and some always have something to say"
)]
fn said(what: &str) -> Option<String> {
    Some(what.to_owned())
}

/// A neighbour with one of its sites.
fn session(network: &Network, dice: &mut Dice) -> Option<(String, usize)> {
    let places: Vec<usize> = (0..network.neighbors.len()).collect();
    let place = *dice.pick(&places)?;
    let sites: Vec<&String> = network.neighbors.get(place)?.sites.iter().collect();
    Some(((*dice.pick(&sites)?).clone(), place))
}

fn community(network: &mut Network, dice: &mut Dice) -> Option<String> {
    let (site, place) = session(network, dice)?;
    let asn = network.neighbors.get(place)?.asn;
    let value = *dice.pick(&[(asn, 100), (asn, 301), (asn, 302), (64500, 77)])?;
    let tuning = network.tuning.entry((site.clone(), place)).or_default();
    if !tuning.communities.remove(&value) {
        tuning.communities.insert(value);
    }
    Some(format!("{site}: community {}:{}", value.0, value.1))
}

fn community_everywhere(network: &mut Network, dice: &mut Dice) -> Option<String> {
    let (_, place) = session(network, dice)?;
    let neighbor = network.neighbors.get(place)?;
    let value = (
        neighbor.asn,
        *dice.pick(&[1010, 1020, 1030, 1040, 1050, 1060, 1070, 1080])?,
    );
    let sites = neighbor.sites.clone();
    let adds = dice.one_in(2);
    for site in sites {
        let tuning = network.tuning.entry((site, place)).or_default();
        if adds {
            tuning.communities.insert(value);
        } else {
            tuning.communities.remove(&value);
        }
    }
    Some(format!("everywhere: community {}:{}", value.0, value.1))
}

fn large_community(network: &mut Network, dice: &mut Dice) -> Option<String> {
    let (site, place) = session(network, dice)?;
    let value = (64500, 7, *dice.pick(&[1, 2, 3])?);
    let tuning = network.tuning.entry((site.clone(), place)).or_default();
    if !tuning.large.remove(&value) {
        tuning.large.insert(value);
    }
    Some(format!("{site}: large community"))
}

fn prepend(network: &mut Network, dice: &mut Dice) -> Option<String> {
    let (site, place) = session(network, dice)?;
    let times = *dice.pick(&[0, 1, 2, 3])?;
    network
        .tuning
        .entry((site.clone(), place))
        .or_default()
        .prepend = times;
    Some(format!("{site}: {times} prepends"))
}

fn metric(network: &mut Network, dice: &mut Dice) -> Option<String> {
    let (site, place) = session(network, dice)?;
    let med = *dice.pick(&[None, Some(10), Some(20), Some(50)])?;
    network.tuning.entry((site.clone(), place)).or_default().med = med;
    Some(format!("{site}: metric"))
}

fn preference(network: &mut Network, _: &mut Dice) -> Option<String> {
    network.preference += 10;
    said("prefer what we learn otherwise")
}

fn import_limit(network: &mut Network, _: &mut Dice) -> Option<String> {
    network.import_limit += 50_000;
    said("the table grows, and the limits with it")
}

fn dependency(network: &mut Network, _: &mut Dice) -> Option<String> {
    network.dependency += 1;
    said("update jinja2")
}

fn data(network: &mut Network, dice: &mut Dice) -> Option<String> {
    network.age = 30 + (network.age + 37) % 600;
    if dice.one_in(2) {
        let number = 0x9100 + network.vrps.len() * 16;
        network.vrps.push(Vrp {
            prefix: format!("2001:db8:{number:x}::/44"),
            max_length: 48,
            asn: 64509,
        });
    }
    said("new data")
}

/// Sites that the history leaves alone, so that mistakes find them as they were.
pub(super) fn is_kept(name: &str) -> bool {
    ["ams", "iad"].contains(&name)
}

fn drain(network: &mut Network, dice: &mut Dice) -> Option<String> {
    let all = network.sites.iter();
    let able: Vec<String> = all
        .filter(|(name, site)| is_plain(site) && !is_kept(name))
        .map(|(name, _)| name.clone())
        .collect();
    let name = dice.pick(&able)?.clone();
    network.sites.get_mut(&name)?.drained = true;
    Some(format!("{name}: graceful shutdown"))
}

/// Whether it announces as usual.
fn is_plain(site: &Site) -> bool {
    site.announces && !site.drained && !site.hidden
}

fn prepend_at_site(network: &mut Network, dice: &mut Dice) -> Option<String> {
    let names: Vec<String> = network.sites.keys().cloned().collect();
    let name = dice.pick(&names)?.clone();
    let times = *dice.pick(&[0, 2, 3])?;
    for place in 0..network.neighbors.len() {
        let tuning = network.tuning.entry((name.clone(), place)).or_default();
        tuning.prepend = times;
    }
    Some(format!("{name}: {times} prepends to everybody"))
}

fn hide(network: &mut Network, dice: &mut Dice) -> Option<String> {
    let all = network.sites.iter();
    let able: Vec<String> = all
        .filter(|(name, site)| is_plain(site) && !is_kept(name))
        .map(|(name, _)| name.clone())
        .collect();
    let name = dice.pick(&able)?.clone();
    network.sites.get_mut(&name)?.hidden = true;
    keeps_floors(network, 1).then(|| format!("{name}: maintenance, nothing leaves the neighbours"))
}

fn withdraw(network: &mut Network, dice: &mut Dice) -> Option<String> {
    let all = network.sites.iter();
    let drained: Vec<String> = all
        .filter(|(_, site)| site.announces && site.drained)
        .map(|(name, _)| name.clone())
        .collect();
    let name = dice.pick(&drained)?.clone();
    network.sites.get_mut(&name)?.announces = false;
    if keeps_floors(network, 1) {
        return Some(format!("{name}: withdraw"));
    }
    network.sites.get_mut(&name)?.announces = true;
    None
}

/// Whether every floor holds, with so much to spare.
fn keeps_floors(network: &Network, spare: usize) -> bool {
    let enough = |service: &super::network::Service| {
        network.present(service).len() >= service.min_sites + spare
    };
    let europe = network.sites.values();
    let europe = europe.filter(|site| site.announces && !site.hidden && site.region == "eu");
    network.services.iter().all(enough) && europe.count() >= network.policy.min_europe + spare
}

fn back(network: &mut Network, dice: &mut Dice) -> Option<String> {
    let all = network.sites.iter();
    let drained: Vec<String> = all
        .filter(|(_, site)| !is_plain(site))
        .map(|(name, _)| name.clone())
        .collect();
    let name = dice.pick(&drained)?.clone();
    let site = network.sites.get_mut(&name)?;
    (site.drained, site.announces, site.hidden) = (false, true, false);
    Some(format!("{name}: back"))
}

fn site_added(network: &mut Network, _: &mut Dice) -> Option<String> {
    let index = network.sites.values().map(|site| site.index).max()? + 1;
    let (name, _) = SITES.get(index)?;
    network.sites.insert((*name).to_owned(), Site::new(index));
    for neighbor in network.neighbors.iter_mut().take(2) {
        neighbor.sites.insert((*name).to_owned());
    }
    let edge = network.services.first_mut()?;
    edge.sites.insert((*name).to_owned());
    Some(format!("{name}: a new site"))
}

fn session_added(network: &mut Network, dice: &mut Dice) -> Option<String> {
    let names: Vec<String> = network.sites.keys().cloned().collect();
    let name = dice.pick(&names)?.clone();
    let neighbor = network.neighbors.get_mut(2)?;
    neighbor
        .sites
        .insert(name.clone())
        .then(|| format!("{name}: join the exchange"))
}

fn session_removed(network: &mut Network, dice: &mut Dice) -> Option<String> {
    let neighbor = network.neighbors.get(2)?;
    let able: Vec<String> = neighbor
        .sites
        .iter()
        .filter(|name| !is_kept(name))
        .cloned()
        .collect();
    let name = dice.pick(&able)?.clone();
    network.neighbors.get_mut(2)?.sites.remove(&name);
    Some(format!("{name}: leave the exchange"))
}

fn prefix_added(network: &mut Network, dice: &mut Dice) -> Option<String> {
    if network.customers.len() > 40 {
        return None;
    }
    let more = *dice.pick(&[1_u16, 2, 3])?;
    let last = *network.customers.last()?;
    network.customers.extend(last + 1..=last + more);
    Some(format!("{more} prefixes of a customer"))
}

fn service_added(network: &mut Network, dice: &mut Dice) -> Option<String> {
    let names: Vec<String> = network.sites.keys().cloned().collect();
    let name = dice.pick(&names)?.clone();
    let dns = network.services.get_mut(1)?;
    dns.sites
        .insert(name.clone())
        .then(|| format!("{name}: answer questions"))
}

fn service_removed(network: &mut Network, dice: &mut Dice) -> Option<String> {
    let dns = network.services.get(1)?;
    if network.present(dns).len() < dns.min_sites + 2 {
        return None;
    }
    let able: Vec<String> = dns
        .sites
        .iter()
        .filter(|name| !is_kept(name))
        .cloned()
        .collect();
    let name = dice.pick(&able)?.clone();
    network.services.get_mut(1)?.sites.remove(&name);
    Some(format!("{name}: no more questions"))
}

fn floor_raised(network: &mut Network, _: &mut Dice) -> Option<String> {
    let edge = network.services.first()?;
    if edge.min_sites >= 24 || network.present(edge).len() < edge.min_sites + 3 {
        return None;
    }
    network.services.first_mut()?.min_sites += 1;
    said("a higher floor")
}

fn limit_lowered(network: &mut Network, _: &mut Dice) -> Option<String> {
    let neighbor = network.neighbors.get_mut(3)?;
    neighbor.max_prefix = neighbor
        .max_prefix
        .checked_sub(5)
        .filter(|max| *max >= 20)?;
    said("a neighbour accepts less")
}

fn neighbor_renamed(network: &mut Network, dice: &mut Dice) -> Option<String> {
    let places: Vec<usize> = (0..network.neighbors.len()).collect();
    let neighbor = network.neighbors.get_mut(*dice.pick(&places)?)?;
    neighbor.name = if let Some(name) = neighbor.name.strip_suffix("-new") {
        name.to_owned()
    } else {
        format!("{}-new", neighbor.name)
    };
    Some(format!("{} is the new name", neighbor.name))
}

fn refactoring(network: &mut Network, dice: &mut Dice) -> Option<String> {
    let style = &mut network.style;
    let choices: [(&str, &mut bool); 5] = [
        ("a function for what is ours", &mut style.extracted),
        ("ask by case", &mut style.cases),
        ("a template between", &mut style.layered),
        ("sets where they are used", &mut style.inline),
        ("another order", &mut style.reversed),
    ];
    let numbers: Vec<usize> = (0..choices.len()).collect();
    let number = *dice.pick(&numbers)?;
    let (what, choice) = choices.into_iter().nth(number)?;
    *choice = !*choice;
    said(what)
}
