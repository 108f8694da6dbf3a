//! Keys of the section that bound a change, name data or ask for people.

use rules::Span;
use rules::policy::Spanned;

use super::Relaxation;
use crate::change::Side;
use crate::checks::service_withdrawn;
use crate::model::Name;
use crate::policy::limits::Limits;
use crate::policy::network::Placed;
use crate::policy::section::DataEntry;

pub(super) fn compare(base: &Side, head: &Side, found: &mut Vec<Relaxation>) {
    let (was, is) = (&base.section, &head.section);
    let mut compared = Compared { base, head, found };
    compared.kept("needs-approval", &was.needs_approval, &is.needs_approval);
    compared.kept("pairs", &was.pairs, &is.pairs);
    // Whoever may approve the next change is appointed by this one; the first appointments are
    // what makes approvals possible at all.
    if !base.signers.is_empty() && !head.signers.is_subset(&base.signers) {
        let message = "somebody who may approve changes is added or allowed more";
        let (was, is) = (was.approvers.as_ref(), is.approvers.as_ref());
        compared.report("approvers", message, was, is);
    }
    if let Some(approvers) = &was.approvers
        && is.approvers.as_ref() != Some(approvers)
    {
        compared.report(
            "approvers",
            "the file of approvers changed",
            Some(approvers),
            is.approvers.as_ref(),
        );
    }
    disjoint(base, head, compared.found);
    let none = DataEntry::default();
    if let Some(before) = &was.data {
        compared.data(before, is.data.as_ref().map_or(&none, |data| &data.value));
    }
    compared.limits();
    if let Some(existing) = &base.network.existing_denies
        && head.network.existing_denies.is_none()
    {
        compared.found.push(Relaxation {
            key: "existing",
            subject: String::new(),
            message: "violations that base had no longer deny".to_owned(),
            head: head.network.span.clone(),
            base: Some(existing.clone()),
        });
    }
}

/// Services that no change may touch together: each pair of base must still be one, under the
/// names that head has for both.
fn disjoint(base: &Side, head: &Side, found: &mut Vec<Relaxation>) {
    let in_head = |name: &Name| -> Option<Name> {
        match service_withdrawn::renamed(base, head, name) {
            Some(new) => Some(new.clone()),
            None => head
                .network
                .services
                .get_key_value(name)
                .map(|(name, _)| name.clone()),
        }
    };
    for (name, service) in &base.network.services {
        for (other, span) in &service.disjoint_from {
            // With a service that is gone nothing can be touched.
            let (Some(one), Some(two)) = (in_head(name), in_head(other)) else {
                continue;
            };
            let apart = |one: &Name, two: &Name| {
                let service = head.network.services.get(one);
                service.is_some_and(|service| service.disjoint_from.contains_key(two))
            };
            if apart(&one, &two) || apart(&two, &one) {
                continue;
            }
            let place = head.network.services.get(&one);
            found.push(Relaxation {
                key: "disjoint-from",
                subject: format!("{one} {two}"),
                message: format!("a change may touch `{one}` and `{two}` together"),
                head: place
                    .map_or(&head.network.span, |service| &service.span)
                    .clone(),
                base: Some(span.clone()),
            });
        }
    }
}

struct Compared<'a> {
    base: &'a Side,
    head: &'a Side,
    found: &'a mut Vec<Relaxation>,
}

impl Compared<'_> {
    /// Every entry of base must still be there.
    fn kept<T: PartialEq>(&mut self, key: &'static str, before: &[Spanned<T>], now: &[Spanned<T>]) {
        // Lists without a change are the ordinary case, and those that people write are short.
        if before == now {
            return;
        }
        for (at, entry) in before.iter().enumerate() {
            if !now.contains(entry) {
                let message = format!("an entry of `{key}` is gone or changed");
                let span = self.base.policy.span(entry);
                self.push(key, at.to_string(), message, span, None);
            }
        }
    }

    fn data(&mut self, before: &Spanned<DataEntry>, now: &DataEntry) {
        let paths = [
            ("vrps", before.vrps.as_ref(), now.vrps.as_ref()),
            ("aspa", before.aspa.as_ref(), now.aspa.as_ref()),
        ];
        for (key, was, is) in paths {
            if was.is_some() && was != is {
                self.report(key, &format!("the path of `{key}` changed"), was, is);
            }
        }
        if now.slurm.is_some() && before.slurm != now.slurm {
            let message = "local exceptions to the data changed";
            self.report("slurm", message, before.slurm.as_ref(), now.slurm.as_ref());
        }
        self.kept("irr", &before.irr, &now.irr);
        self.kept("anchors", &before.anchors, &now.anchors);
        if let Some(was) = &before.max_age {
            let is = now.max_age.as_ref();
            let stricter = is == Some(was)
                || matches!(
                    (seconds(was), is.and_then(|is| seconds(is))),
                    (Some(was), Some(is)) if is <= was
                );
            if !stricter {
                self.report("max-age", "older data counts now", Some(was), is);
            }
        }
    }

    fn limits(&mut self) {
        let (was, is) = (&self.base.network.limits, &self.head.network.limits);
        let more = "a change may touch more sites";
        self.limit(
            "sites-per-change",
            more,
            was.sites.as_ref(),
            is.sites.as_ref(),
            Ord::cmp,
        );
        let more = "a change may withdraw more prefixes";
        let (before, now) = (
            was.withdraw_prefixes.as_ref(),
            is.withdraw_prefixes.as_ref(),
        );
        self.limit("withdraw", more, before, now, Ord::cmp);
        let more = "the limit `share` is raised";
        let (before, now) = (was.withdraw_share.as_ref(), is.withdraw_share.as_ref());
        self.limit("share", more, before, now, Ord::cmp);
        let more = "the limit `addresses` is raised";
        let (before, now) = (
            was.withdraw_addresses.as_ref(),
            is.withdraw_addresses.as_ref(),
        );
        // The longer the length, the fewer addresses.
        self.limit("addresses", more, before, now, |a, b| b.cmp(a));
        let more = "the limit `growth` is raised";
        self.limit(
            "growth",
            more,
            was.growth.as_ref(),
            is.growth.as_ref(),
            Ord::cmp,
        );
        let more = "the limit `filter-shrink` is raised";
        if was.filter_shrink().cmp(&is.filter_shrink()).is_lt() {
            let spans = |limits: &Limits| {
                let shrink = limits.filter_shrink.as_ref();
                shrink.map(|shrink| shrink.span.clone())
            };
            let base = spans(was).unwrap_or_else(|| self.base.network.span.clone());
            let head = spans(is);
            self.push("filter-shrink", String::new(), more.to_owned(), base, head);
        }
    }

    /// A limit that is gone counts as raised.
    fn limit<T>(
        &mut self,
        key: &'static str,
        message: &str,
        was: Option<&Placed<T>>,
        is: Option<&Placed<T>>,
        order: impl Fn(&T, &T) -> std::cmp::Ordering,
    ) {
        let Some(before) = was else { return };
        let raised = is.is_none_or(|is| order(&is.value, &before.value).is_gt());
        if raised {
            let head = is.map(|is| is.span.clone());
            let base = before.span.clone();
            self.push(key, String::new(), message.to_owned(), base, head);
        }
    }

    fn report<T, U>(
        &mut self,
        key: &'static str,
        message: &str,
        was: Option<&Spanned<T>>,
        is: Option<&Spanned<U>>,
    ) {
        let base = was
            .map_or(&self.base.network.span, |_| &self.base.network.span)
            .clone();
        let base = was.map_or(base, |was| self.base.policy.span(was));
        let head = is.map(|is| self.head.policy.span(is));
        self.push(key, String::new(), message.to_owned(), base, head);
    }

    fn push(
        &mut self,
        key: &'static str,
        subject: String,
        message: String,
        base: Span,
        head: Option<Span>,
    ) {
        self.found.push(Relaxation {
            key,
            subject,
            message,
            head: head.unwrap_or_else(|| self.head.network.span.clone()),
            base: Some(base),
        });
    }
}

/// An age such as 48h in seconds.
fn seconds(text: &str) -> Option<u64> {
    let units = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];
    units.into_iter().find_map(|(unit, seconds)| {
        let count: u64 = text.strip_suffix(unit)?.trim().parse().ok()?;
        count.checked_mul(seconds)
    })
}
