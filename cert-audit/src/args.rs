//! The arguments that `check` has beside the shared ones.

/// What else `cert-audit check` can be told.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Args {
    /// Judge certificates in folders of fixtures too (test*, testdata, fixtures, examples,
    /// vendor, third_party, node_modules, site-packages); without it they are counted only
    #[arg(long)]
    pub fixtures: bool,
}
