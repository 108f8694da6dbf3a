//! Where a certificate stands at an instant.

use rules::Level;

use crate::certificate::Validity;
use crate::instant::Instant;

/// Every instant belongs to exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Before the first valid second.
    NotYetValid,
    /// With more time left than the thresholds ask for.
    Valid,
    /// With less, so that findings have this level.
    ExpiresSoon(Level),
    /// After the last valid second.
    Expired,
}

/// Where a certificate stands at `now`, which warns and denies at so many seconds left.
///
/// Both ends of the validity, and both thresholds, are inclusive.
pub fn standing(validity: &Validity, now: Instant, warn: i64, deny: i64) -> Standing {
    if now < validity.not_before {
        return Standing::NotYetValid;
    }
    let Some(not_after) = validity.not_after.at() else {
        return Standing::Valid;
    };
    match not_after.since(now) {
        left if left < 0 => Standing::Expired,
        left if left <= deny => Standing::ExpiresSoon(Level::Deny),
        left if left <= warn => Standing::ExpiresSoon(Level::Warn),
        _ => Standing::Valid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::Expiry;

    #[test]
    fn each_instant_belongs_to_exactly_one() {
        let validity = Validity {
            not_before: Instant::of(1_000),
            not_after: Expiry::At(Instant::of(2_000)),
        };
        let (warn, deny) = (300, 100);
        for (now, wanted) in [
            (999, Standing::NotYetValid),
            (1_000, Standing::Valid),
            (1_699, Standing::Valid),
            (1_700, Standing::ExpiresSoon(Level::Warn)),
            (1_899, Standing::ExpiresSoon(Level::Warn)),
            (1_900, Standing::ExpiresSoon(Level::Deny)),
            (2_000, Standing::ExpiresSoon(Level::Deny)),
            (2_001, Standing::Expired),
        ] {
            assert_eq!(
                standing(&validity, Instant::of(now), warn, deny),
                wanted,
                "{now}"
            );
        }
    }

    #[test]
    fn no_threshold_makes_an_instant_before_the_validity_late() {
        let validity = Validity {
            not_before: Instant::of(1_000),
            not_after: Expiry::At(Instant::of(1_100)),
        };
        let now = Instant::of(999);
        assert_eq!(
            standing(&validity, now, 10_000, 10_000),
            Standing::NotYetValid
        );
    }

    #[test]
    fn what_never_ends_never_ends_soon() {
        let validity = Validity {
            not_before: Instant::of(0),
            not_after: Expiry::Never,
        };
        let standing = standing(&validity, Instant::NEVER, i64::MAX, i64::MAX);
        assert_eq!(standing, Standing::Valid);
    }
}
