//! Writes certificates in the formats that are text.

use super::formats::Bundle;
use super::mint::Made;

/// Base64 with padding, in one line.
pub fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |group: usize| {
        let letter = ALPHABET.get(group & 0x3f).copied();
        char::from(letter.expect("six bits"))
    };
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 4);
    for three in bytes.chunks(3) {
        let at = |index: usize| usize::from(three.get(index).copied().unwrap_or(0));
        let group = at(0) << 16 | at(1) << 8 | at(2);
        text.push(digit(group >> 18));
        text.push(digit(group >> 12));
        text.push(if three.len() > 1 {
            digit(group >> 6)
        } else {
            '='
        });
        text.push(if three.len() > 2 { digit(group) } else { '=' });
    }
    text
}

/// A PEM block (RFC 7468).
pub fn pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = base64(der);
    while !rest.is_empty() {
        let behind = rest.split_off(rest.len().min(64));
        text += &rest;
        text.push('\n');
        rest = behind;
    }
    text + &format!("-----END {label}-----\n")
}

/// The certificates as PEM blocks, one behind the other.
pub fn blocks(made: &[&Made]) -> String {
    let block = |made: &&Made| pem("CERTIFICATE", &made.der);
    made.iter().map(block).collect()
}

/// The key as a PEM block; nothing where there is none.
pub fn key(bundle: &Bundle<'_>) -> String {
    bundle
        .key
        .map(|pkcs8| pem("PRIVATE KEY", pkcs8))
        .unwrap_or_default()
}

/// `text` with every line moved in by `depth` spaces, as a YAML block scalar has it.
fn inset(text: &str, depth: usize) -> String {
    let margin = " ".repeat(depth);
    let lines: Vec<String> = text
        .lines()
        .map(|line| format!("{margin}{line}\n"))
        .collect();
    lines.concat()
}

/// A JSON string, for text that has nothing to escape but line breaks.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\n', "\\n"))
}

fn once(text: &str) -> String {
    base64(text.as_bytes())
}

pub(super) fn chain(bundle: &Bundle<'_>) -> String {
    blocks(bundle.made)
}

pub(super) fn with_key(bundle: &Bundle<'_>) -> String {
    key(bundle) + &blocks(bundle.made)
}

pub(super) fn with_text(bundle: &Bundle<'_>) -> String {
    let mut text = format!("# Bag Attributes\n#   friendlyName: {}\n", bundle.name);
    for made in bundle.made {
        let names = format!("subject={}\nissuer={}\n", made.subject, made.issuer);
        text += &(names + &pem("CERTIFICATE", &made.der) + "\n");
    }
    text
}

pub(super) fn crlf(bundle: &Bundle<'_>) -> String {
    blocks(bundle.made).replace('\n', "\r\n")
}

pub(super) fn trusted(bundle: &Bundle<'_>) -> String {
    // The trust settings of OpenSSL stand behind the certificate; these are empty.
    let block = |made: &&Made| {
        pem(
            "TRUSTED CERTIFICATE",
            &[&made.der, &[0x30, 0x00][..]].concat(),
        )
    };
    bundle.made.iter().map(block).collect()
}

pub(super) fn old_label(bundle: &Bundle<'_>) -> String {
    let block = |made: &&Made| pem("X509 CERTIFICATE", &made.der);
    bundle.made.iter().map(block).collect()
}

pub(super) fn bare(bundle: &Bundle<'_>) -> String {
    let first = bundle.made.first().expect("there is one");
    base64(&first.der) + "\n"
}

pub(super) fn bare_lines(bundle: &Bundle<'_>) -> String {
    let text = bare(bundle);
    let mut lines = String::new();
    let mut rest = text.as_str();
    while let Some((line, behind)) = rest.split_at_checked(76) {
        lines += line;
        lines += "\r\n";
        rest = behind;
    }
    lines + rest
}

pub(super) fn kubeconfig(bundle: &Bundle<'_>) -> String {
    let (authorities, leaf) = (bundle.made.get(1..), bundle.made.get(..1));
    format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- name: prod\n  cluster:\n    server: https://k8s.example:6443\n    \
         certificate-authority-data: {}\nusers:\n- name: {}\n  user:\n    client-certificate-data: {}\n    \
         client-key-data: {}\ncontexts:\n- name: prod\n  context: {{ cluster: prod, user: {} }}\ncurrent-context: prod\n",
        once(&blocks(authorities.unwrap_or_default())),
        bundle.name,
        once(&blocks(leaf.unwrap_or_default())),
        once(&key(bundle)),
        bundle.name,
    )
}

pub(super) fn secret_yaml(bundle: &Bundle<'_>) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\nmetadata:\n  name: {}\ndata:\n  tls.crt: {}\n  tls.key: {}\n",
        bundle.name,
        once(&blocks(bundle.made)),
        once(&key(bundle)),
    )
}

pub(super) fn secret_string_data(bundle: &Bundle<'_>) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\nmetadata:\n  name: {}\nstringData:\n  tls.crt: |\n{}  tls.key: |\n{}",
        bundle.name,
        inset(&blocks(bundle.made), 4),
        inset(&key(bundle), 4),
    )
}

fn secret_object(bundle: &Bundle<'_>) -> String {
    format!(
        "{{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"type\":\"kubernetes.io/tls\",\"metadata\":{{\"name\":\"{}\"}},\
         \"data\":{{\"tls.crt\":\"{}\",\"tls.key\":\"{}\"}}}}",
        bundle.name,
        once(&blocks(bundle.made)),
        once(&key(bundle)),
    )
}

pub(super) fn secret_json(bundle: &Bundle<'_>) -> String {
    secret_object(bundle) + "\n"
}

pub(super) fn list_json(bundle: &Bundle<'_>) -> String {
    let configmap = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"plain"},"data":{"level":"info"}}"#;
    format!(
        "{{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"List\",\n  \"items\": [\n    {configmap},\n    {}\n  ]\n}}\n",
        secret_object(bundle)
    )
}

pub(super) fn list_yaml(bundle: &Bundle<'_>) -> String {
    let secret = secret_yaml(bundle);
    let item = inset(&secret, 2);
    format!(
        "apiVersion: v1\nkind: List\nitems:\n- {}",
        item.trim_start()
    )
}

pub(super) fn documents_yaml(bundle: &Bundle<'_>) -> String {
    format!(
        "# two documents\napiVersion: v1\nkind: Namespace\nmetadata: {{ name: a }}\n---\n{}",
        secret_yaml(bundle)
    )
}

pub(super) fn configmap_yaml(bundle: &Bundle<'_>) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\ndata:\n  level: info\n  chain.pem: |-\n{}",
        bundle.name,
        inset(&blocks(bundle.made), 4),
    )
}

pub(super) fn configmap_json(bundle: &Bundle<'_>) -> String {
    format!(
        "{{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{{\"name\":\"{}\"}},\"data\":{{\"chain.pem\":{}}}}}\n",
        bundle.name,
        quoted(&blocks(bundle.made)),
    )
}

pub(super) fn ca_bundle(bundle: &Bundle<'_>) -> String {
    format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata:\n  name: {}\nwebhooks:\n\
         - name: a.b.example\n  clientConfig:\n    url: https://hook.example/\n    caBundle: {}\n",
        bundle.name,
        once(&blocks(bundle.made)),
    )
}

pub(super) fn twice(bundle: &Bundle<'_>) -> String {
    format!(
        "service:\n  name: {}\n  bundle: {}\n",
        bundle.name,
        once(&once(&blocks(bundle.made)))
    )
}

pub(super) fn quoted_yaml(bundle: &Bundle<'_>) -> String {
    format!(
        "listen: 443\ntls:\n  certificate: {}\n  name: {}\n",
        quoted(&blocks(bundle.made)),
        bundle.name,
    )
}

pub(super) fn dotenv(bundle: &Bundle<'_>) -> String {
    format!(
        "# written by hand\nNAME={}\nTLS_CERT_B64={}\nLEVEL=info\n",
        bundle.name,
        once(&blocks(bundle.made)),
    )
}

pub(super) fn dotenv_escaped(bundle: &Bundle<'_>) -> String {
    format!(
        "export NAME={}\nexport TLS_CERT={}\n",
        bundle.name,
        quoted(&blocks(bundle.made)),
    )
}

pub(super) fn toml(bundle: &Bundle<'_>) -> String {
    format!(
        "name = \"{}\"\n\n[tls]\ncertificate = '''\n{}'''\n",
        bundle.name,
        blocks(bundle.made),
    )
}

pub(super) fn vault(bundle: &Bundle<'_>) -> String {
    let one = |made: &&Made| quoted(pem("CERTIFICATE", &made.der).trim_end());
    let authorities = bundle.made.get(1..).unwrap_or_default();
    let issuing = authorities.first().map(one);
    format!(
        "{{\n  \"request_id\": \"0\",\n  \"lease_id\": \"\",\n  \"renewable\": false,\n  \"data\": {{\n    \"ca_chain\": [{}],\n    \
         \"certificate\": {},\n    \"issuing_ca\": {},\n    \"private_key_type\": \"ed25519\"\n  }},\n  \"warnings\": null\n}}\n",
        authorities.iter().map(one).collect::<Vec<_>>().join(", "),
        bundle.made.first().map(one).unwrap_or_default(),
        issuing.unwrap_or_else(|| "null".to_owned()),
    )
}

fn x5c(bundle: &Bundle<'_>) -> String {
    let one = |made: &&Made| format!("\"{}\"", base64(&made.der));
    bundle.made.iter().map(one).collect::<Vec<_>>().join(",")
}

pub(super) fn jwks(bundle: &Bundle<'_>) -> String {
    format!(
        "{{\"keys\":[{{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"{}\",\"use\":\"sig\",\"x\":\"AA\",\"x5c\":[{}]}}]}}\n",
        bundle.name,
        x5c(bundle),
    )
}

pub(super) fn spiffe(bundle: &Bundle<'_>) -> String {
    format!(
        "{{\n  \"spiffe_sequence\": 7,\n  \"spiffe_refresh_hint\": 300,\n  \"keys\": [\n    {{\"kty\": \"OKP\", \"crv\": \"Ed25519\", \
         \"use\": \"x509-svid\", \"x\": \"AA\", \"x5c\": [{}]}}\n  ]\n}}\n",
        x5c(bundle),
    )
}

pub(super) fn saml(bundle: &Bundle<'_>) -> String {
    let one = |made: &&Made| {
        format!(
            "          <ds:X509Certificate>\n{}          </ds:X509Certificate>\n",
            inset(&pem("X", &made.der), 12)
                .lines()
                .filter(|line| !line.contains("-----"))
                .fold(String::new(), |text, line| text + line + "\n")
        )
    };
    format!(
        "<?xml version=\"1.0\"?>\n<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" \
         xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" entityID=\"https://{}/\">\n  <md:IDPSSODescriptor \
         protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\n    <md:KeyDescriptor use=\"signing\">\n      \
         <ds:KeyInfo>\n        <ds:X509Data>\n{}        </ds:X509Data>\n      </ds:KeyInfo>\n    </md:KeyDescriptor>\n  \
         </md:IDPSSODescriptor>\n</md:EntityDescriptor>\n",
        bundle.name,
        bundle.made.iter().map(one).collect::<String>(),
    )
}

pub(super) fn source_code(bundle: &Bundle<'_>) -> String {
    format!(
        "//! The certificate of {}.\npub const CERTIFICATE: &str = \"\\\n{}\";\n",
        bundle.name,
        blocks(bundle.made),
    )
}
