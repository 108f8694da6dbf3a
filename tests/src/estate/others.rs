//! What else can expire: revocation lists, OCSP responses, SSH certificates. And requests, which
//! cannot.

use rcgen::{CertificateRevocationListParams, KeyIdMethod, SerialNumber};

use super::formats::Bundle;
use super::mint::{Key, Made, lasting};
use super::text::pem;
use super::tool::Job;
use super::{Builder, write};

/// One thing: kind, path, first and last second (empty: none), and what must be found.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Option<(&'static str, &'static str)>,
);

#[rustfmt::skip]
const ROWS: [Row; 10] = [
    ("crl",             "others/fresh.crl",         "2026-11-01T00:00:00Z", "2027-02-01T00:00:00Z", None),
    ("crl",             "others/fresh-crl.pem",     "2026-11-02T00:00:00Z", "2027-02-01T00:00:00Z", None),
    ("crl",             "others/stale.crl",         "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z", Some(("stale-crl", "deny"))),
    ("crl",             "others/stale-crl.pem",     "2026-10-02T00:00:00Z", "2026-11-01T00:00:00Z", Some(("stale-crl", "deny"))),
    ("ocsp",            "others/fresh.ocsp",        "2026-11-20T00:00:00Z", "2026-11-30T00:00:00Z", None),
    ("ocsp",            "others/stale.ocsp",        "2026-11-01T00:00:00Z", "2026-11-08T00:00:00Z", Some(("stale-ocsp", "warn"))),
    ("ssh-certificate", "others/fresh-cert.pub",    "2026-06-01T00:00:00Z", "2027-07-04T00:00:00Z", None),
    ("ssh-certificate", "others/forever-cert.pub",  "2026-06-02T00:00:00Z", "",                     Some(("ssh-certificate-without-expiry", "warn"))),
    ("ssh-certificate", "others/dead-cert.pub",     "2025-06-03T00:00:00Z", "2026-11-19T00:00:00Z", Some(("expired", "deny"))),
    ("request",         "others/request.csr",       "2026-06-01T00:00:00Z", "2027-07-04T00:00:00Z", None),
];

impl Builder {
    /// Writes them.
    pub(super) fn others(&mut self) {
        for (kind, path, from, to, finds) in ROWS {
            let file = self.root.join(path);
            match kind {
                "crl" => {
                    let der = self.revocation_list(from, to);
                    let text = pem("X509 CRL", &der);
                    let is_pem = file.extension() == Some("pem".as_ref());
                    write(&file, if is_pem { text.as_bytes() } else { &der }, false);
                }
                "request" => {
                    let key = Key::of("request");
                    let request = lasting(from, to).serialize_request(&key.pair());
                    let der = request.expect("it can be signed").der().to_vec();
                    write(&file, pem("CERTIFICATE REQUEST", &der).as_bytes(), false);
                }
                _ => {
                    write(&file, b"", false);
                    self.by_tool(kind, path, from, to);
                }
            }
            if kind != "request" {
                self.truth.others.insert((kind.to_owned(), path.to_owned()));
            }
            if let Some((rule, level)) = finds {
                self.expect(rule, level, path);
            }
        }
        // A keystore whose password nobody tells us.
        let [leaf, ca] = [self.made("owned"), self.made("issuing")];
        let path = "locked/secret.p12";
        write(&self.root.join(path), b"", true);
        let key = Key::of("owned");
        let bundle = Bundle {
            made: &[&leaf, &ca],
            key: Some(&key.pkcs8),
            name: "locked",
        };
        let to = self.root.join(path);
        self.tool.write(&Job::of("pkcs12-aes", Some(&to), &bundle));
        self.truth.undecided.insert(path.to_owned());
    }

    fn by_tool(&mut self, kind: &str, path: &str, from: &str, to: &str) {
        let made: Vec<Made> = match kind {
            "ocsp" => vec![self.made("owned"), self.made("issuing")],
            _ => Vec::new(),
        };
        let key = Key::of(if kind == "ocsp" { "issuing" } else { path });
        let bundle = Bundle {
            made: &made.iter().collect::<Vec<_>>(),
            key: Some(&key.pkcs8),
            name: "host.example",
        };
        let job = if kind == "ocsp" { "ocsp" } else { "ssh" };
        let job = Job::of(job, Some(&self.root.join(path)), &bundle)
            .with("from", Some(from))
            .with("to", Some(to).filter(|to| !to.is_empty()));
        self.tool.write(&job);
    }

    fn revocation_list(&self, from: &str, to: &str) -> Vec<u8> {
        let times = lasting(from, to);
        let list = CertificateRevocationListParams {
            this_update: times.not_before,
            next_update: times.not_after,
            crl_number: SerialNumber::from(7_u64),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let issuing = self.authorities.get("issuing").expect("it is in the table");
        let signed = list.signed_by(issuing.issuer());
        signed.expect("it can be signed").der().to_vec()
    }
}
