//! `cert-audit`.

use std::process::ExitCode;

fn main() -> ExitCode {
    rules::process::run(cert_audit::run)
}
