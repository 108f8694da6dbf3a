//! Every format over one rich report; what others read is read back by what we did not write.

mod machines;
mod people;
mod writing;

use super::paint::Page;
use super::{Format, Options, render, sample};
use crate::Report;

const PAGE: Page = Page {
    width: 100,
    colour: false,
    unicode: true,
};

fn rendered(report: &Report, format: Format) -> String {
    render(report, format, &PAGE, &Options::default()).unwrap()
}

fn rich(format: Format) -> String {
    rendered(&sample::rich(), format)
}

#[test]
fn every_format_over_the_rich_report() {
    for format in Format::ALL {
        insta::assert_snapshot!(format.as_str(), rich(format));
    }
}
