"""Says of every certificate in the corpora what python's cryptography reads, one JSON object a line.

Arguments: further folders and files. The packages' own folders come first.
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
from cryptography.hazmat.primitives import serialization

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
    """An alternative name as cert-audit writes it."""
    kinds = {x509.DNSName: "dns", x509.RFC822Name: "email", x509.UniformResourceIdentifier: "uri"}
    if type(name) in kinds:
        return f"{kinds[type(name)]}:{name.value}"
    if isinstance(name, x509.IPAddress):
        return f"ip:{name.value}"
    if isinstance(name, x509.DirectoryName):
        return f"dir:{name.value.rfc4514_string()}"
    if isinstance(name, x509.RegisteredID):
        return f"rid:{name.value.dotted_string}"
    return f"other:{name.type_id.dotted_string};{name.value.hex()}"


def field(read):
    """A field, or None where cryptography refuses it."""
    try:
        return read()
    except Exception:  # whatever it raises, it did not read it
        return None


def extension(certificate, kind):
    """The value of an extension, or None where there is none."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def sans(certificate):
    return [san(name) for name in extension(certificate, x509.SubjectAlternativeName) or ()]


def is_ca(certificate):
    constraints = extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


KEYS = {
    "1.2.840.113549.1.1.1": "RSA",
    "1.2.840.113549.1.1.10": "RSA-PSS",
    "1.2.840.10045.2.1": "EC",
    "1.2.840.10040.4.1": "DSA",
    "1.2.840.113549.1.3.1": "DH",
    "1.3.101.110": "X25519",
    "1.3.101.111": "X448",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
    "2.16.840.1.101.3.4.3.17": "ML-DSA-44",
    "2.16.840.1.101.3.4.3.18": "ML-DSA-65",
    "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
}
# Keys that have one size have no attribute for it.
BITS = {"X25519": 256, "X448": 448, "Ed25519": 256, "Ed448": 456}


def bits(certificate):
    name = KEYS.get(certificate.public_key_algorithm_oid.dotted_string)
    return BITS[name] if name in BITS else certificate.public_key().key_size


def spki(certificate):
    """Of the key as cryptography writes it again: as it was written, wherever that was DER."""
    how = serialization.PublicFormat.SubjectPublicKeyInfo
    der = certificate.public_key().public_bytes(serialization.Encoding.DER, how)
    return hashlib.sha256(der).hexdigest()


def signed_with(certificate):
    oid = certificate.signature_algorithm_oid
    return oid.dotted_string if oid._name == "Unknown OID" else oid._name


def facts(der):
    certificate = x509.load_der_x509_certificate(der)
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    algorithm = certificate.public_key_algorithm_oid.dotted_string
    return {
        "sha256": hashlib.sha256(der).hexdigest(),
        "der": base64.b64encode(der).decode(),
        "subject": field(lambda: certificate.subject.rfc4514_string()),
        "issuer": field(lambda: certificate.issuer.rfc4514_string()),
        "serial": field(lambda: f"{certificate.serial_number:x}"),
        "not_before": field(lambda: certificate.not_valid_before_utc.strftime(stamp)),
        "not_after": field(lambda: certificate.not_valid_after_utc.strftime(stamp)),
        "is_ca": field(lambda: is_ca(certificate)),
        "sans": field(lambda: sans(certificate)),
        "algorithm": field(lambda: KEYS.get(algorithm, algorithm)),
        "bits": field(lambda: bits(certificate)),
        "signature_algorithm": field(lambda: signed_with(certificate)),
        "spki_sha256": field(lambda: spki(certificate)),
    }


def main():
    roots = [
        pathlib.Path(cryptography_vectors.__file__).parent,
        pathlib.Path(certifi.__file__).parent,
        *map(pathlib.Path, sys.argv[1:]),
    ]
    for root in roots:
        for path in sorted(root.rglob("*")) or [root]:
            if not path.is_file() or path.suffix in {".py", ".pyc"}:
                continue
            print(json.dumps({"path": str(path)}))
            for der in certificates(path.read_bytes()):
                read = field(lambda der=der: facts(der))
                if read is not None:
                    print(json.dumps({"path": str(path), "certificate": read}))


main()
