//! Keys of the section that bound a change, name data or ask for people.
//!
//! Some of them are not evaluated yet and make a run undecided; taking them out would make it
//! clean, so they are compared all the same.

use rules::Span;
use rules::policy::Spanned;

use super::Relaxation;
use crate::change::Side;
use crate::policy::scalar::Scalar;
use crate::policy::section::{DataEntry, LimitsEntry, WithdrawEntry};

pub(super) fn compare(base: &Side, head: &Side, found: &mut Vec<Relaxation>) {
    let (was, is) = (&base.section, &head.section);
    let mut compared = Compared { base, head, found };
    compared.kept("sources", &was.sources, &is.sources);
    compared.kept("needs-approval", &was.needs_approval, &is.needs_approval);
    compared.kept("pairs", &was.pairs, &is.pairs);
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
    for (name, before) in &was.services {
        let before = before
            .value
            .as_ref()
            .map_or(&[][..], |entry| &entry.disjoint_from);
        let after = is
            .services
            .value(name)
            .and_then(|entry| entry.value.as_ref());
        let after = after.map_or(&[][..], |entry| &entry.disjoint_from);
        compared.kept("disjoint-from", before, after);
    }
    let none = DataEntry::default();
    if let Some(before) = &was.data {
        compared.data(before, is.data.as_ref().map_or(&none, |data| &data.value));
    }
    let none = LimitsEntry::default();
    if let Some(before) = &was.limits {
        compared.limits(
            before,
            is.limits.as_ref().map_or(&none, |limits| &limits.value),
        );
    }
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

    fn limits(&mut self, before: &Spanned<LimitsEntry>, now: &LimitsEntry) {
        if let Some(was) = &before.sites_per_change {
            let is = now.sites_per_change.as_ref();
            if is.is_none_or(|is| is.value > was.value) {
                self.report(
                    "sites-per-change",
                    "a change may touch more sites",
                    Some(was),
                    is,
                );
            }
        }
        let scalars = [
            ("growth", &before.growth, &now.growth),
            ("filter-shrink", &before.filter_shrink, &now.filter_shrink),
        ];
        for (key, was, is) in scalars {
            self.scalar(key, was.as_ref(), is.as_ref());
        }
        let Some(was) = &before.withdraw else { return };
        let none = WithdrawEntry::default();
        let is = now
            .withdraw
            .as_ref()
            .map_or(&none, |withdraw| &withdraw.value);
        if let Some(prefixes) = &was.prefixes {
            let now = is.prefixes.as_ref();
            if now.is_none_or(|now| now.value > prefixes.value) {
                let message = "a change may withdraw more prefixes";
                self.report("withdraw", message, Some(prefixes), now);
            }
        }
        self.scalar("share", was.share.as_ref(), is.share.as_ref());
        self.scalar("addresses", was.addresses.as_ref(), is.addresses.as_ref());
    }

    /// A limit in some unit: `10%`, `2x`, `/20`. What cannot be compared counts as raised.
    fn scalar(
        &mut self,
        key: &'static str,
        was: Option<&Spanned<Scalar>>,
        is: Option<&Spanned<Scalar>>,
    ) {
        let Some(before) = was else { return };
        let stricter = match (number(before), is.and_then(|is| number(is))) {
            (Some(("/", was)), Some(("/", is))) => is >= was,
            (Some((unit, was)), Some((same, is))) => unit == same && is <= was,
            _ => is == was,
        };
        if !stricter {
            self.report(key, &format!("the limit `{key}` is raised"), was, is);
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

/// A limit's unit and its number in thousandths.
fn number(scalar: &Spanned<Scalar>) -> Option<(&str, u64)> {
    let text = scalar.value.0.trim();
    if let Some(length) = text.strip_prefix('/') {
        return Some(("/", length.parse::<u64>().ok()?));
    }
    let unit = ["%", "x"]
        .into_iter()
        .find(|unit| text.ends_with(unit))
        .unwrap_or_default();
    let digits = text.strip_suffix(unit)?;
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    if part.len() > 3 {
        return None;
    }
    let part = format!("{part:0<3}").parse::<u64>().ok()?;
    let whole = whole.parse::<u64>().ok()?.checked_mul(1000)?;
    Some((unit, whole.checked_add(part)?))
}

/// An age such as 48h in seconds.
fn seconds(text: &str) -> Option<u64> {
    let units = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];
    units.into_iter().find_map(|(unit, seconds)| {
        let count: u64 = text.strip_suffix(unit)?.trim().parse().ok()?;
        count.checked_mul(seconds)
    })
}
