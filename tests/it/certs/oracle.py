"""Says of every certificate in the corpora what python's cryptography reads, one JSON object a line.

Arguments: further folders. The packages' own folders come first.
"""

import base64
import hashlib
import json
import pathlib
import re
import sys
import warnings

import certifi
import cryptography_vectors
from cryptography import x509

warnings.simplefilter("ignore")
BLOCK = re.compile(
    rb"-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----\s*?\n(.*?)-----END (X509 |TRUSTED )?CERTIFICATE-----",
    re.S,
)


def certificates(data):
    """The DER of each certificate in a file."""
    if data[:1] == b"\x30":
        yield data
    for found in BLOCK.finditer(data):
        try:
            der = base64.b64decode(found.group(2), validate=False)
        except ValueError:
            continue
        # OpenSSL's trust settings stand behind the certificate.
        if found.group(1) == b"TRUSTED " and der[1:2] == b"\x82":
            der = der[: 4 + int.from_bytes(der[2:4], "big")]
        yield der


def san(name):
    """An alternative name as cert-audit writes it; None for kinds that are compared elsewhere."""
    kinds = {x509.DNSName: "dns", x509.RFC822Name: "email", x509.UniformResourceIdentifier: "uri"}
    if type(name) in kinds:
        return f"{kinds[type(name)]}:{name.value}"
    if isinstance(name, x509.IPAddress):
        return f"ip:{name.value}"
    return None


def field(read):
    """A field, or None where cryptography refuses it."""
    try:
        return read()
    except Exception:  # whatever it raises, it did not read it
        return None


def sans(certificate):
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return [san(name) for name in extension.value]


def facts(der):
    certificate = x509.load_der_x509_certificate(der)
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    return {
        "sha256": hashlib.sha256(der).hexdigest(),
        "subject": field(lambda: certificate.subject.rfc4514_string()),
        "issuer": field(lambda: certificate.issuer.rfc4514_string()),
        "serial": field(lambda: f"{certificate.serial_number:x}"),
        "not_before": field(lambda: certificate.not_valid_before_utc.strftime(stamp)),
        "not_after": field(lambda: certificate.not_valid_after_utc.strftime(stamp)),
        "is_ca": field(
            lambda: certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        ),
        "sans": field(lambda: sans(certificate)),
    }


def main():
    roots = [
        pathlib.Path(cryptography_vectors.__file__).parent,
        pathlib.Path(certifi.__file__).parent,
        *map(pathlib.Path, sys.argv[1:]),
    ]
    for root in roots:
        for path in sorted(root.rglob("*")):
            if not path.is_file() or path.suffix in {".py", ".pyc"}:
                continue
            print(json.dumps({"path": str(path)}))
            for der in certificates(path.read_bytes()):
                read = field(lambda der=der: facts(der))
                if read is not None:
                    print(json.dumps({"path": str(path), "certificate": read}))


main()
