//! The command line of the part.

use crate::analysis::order::Form;

/// Arguments of `structlint check`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct LintArgs {
    /// Edition of files that belong to no package
    #[arg(long, value_name = "YEAR", default_value = "2021", value_parser = ["2015", "2018", "2021", "2024"])]
    pub edition: String,
    /// Look at hidden files too, and at what .gitignore and .ignore name
    #[arg(long)]
    pub no_ignore: bool,
    /// Say at the end, by crate, how much was resolved
    #[arg(long)]
    pub stats: bool,
    /// Read and parse everything anew (there is no cache yet: always the case)
    #[arg(long)]
    pub no_cache: bool,
    /// Print the order in which locks are taken, to be drawn, in place of the report, which goes to
    /// standard error
    #[arg(long, value_name = "LANGUAGE")]
    pub graph: Option<Form>,
}
