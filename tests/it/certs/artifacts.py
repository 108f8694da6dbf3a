"""Says what python's cryptography reads in private keys, revocation lists, OCSP responses and
OpenSSH certificates of its vectors, one JSON object a line."""

import base64
import hashlib
import json
import pathlib
import re
import warnings

import cryptography_vectors
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509 import ocsp

warnings.simplefilter("ignore")
KEY = re.compile(rb"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?-----END \1-----", re.S)
STAMP = "%Y-%m-%dT%H:%M:%SZ"


def stamp(time):
    return time and time.strftime(STAMP)


def attempt(read, *args):
    """What is read, or None where cryptography refuses it."""
    try:
        return read(*args)
    except Exception:  # whatever it raises, it did not read it
        return None


def spki(key):
    public = key.public_key() if hasattr(key, "public_key") else key
    der = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(der).hexdigest()


def keys(path, data):
    blocks = [found.group(0) for found in KEY.finditer(data)]
    for block in blocks or [data]:
        if b"OPENSSH" in block:
            key = attempt(serialization.load_ssh_private_key, block, None)
            beside = path.with_name(path.name + ".pub")
            if key is None and beside.exists():
                public = attempt(serialization.load_ssh_public_key, beside.read_bytes())
                yield public and attempt(spki, public)
                continue
        elif blocks:
            key = attempt(serialization.load_pem_private_key, block, None)
        else:
            key = attempt(serialization.load_der_private_key, data, None)
        yield key and attempt(spki, key)


def revocations(crl):
    number = attempt(crl.extensions.get_extension_for_class, x509.CRLNumber)
    return {
        "issuer": attempt(crl.issuer.rfc4514_string),
        "this_update": stamp(crl.last_update_utc),
        "next_update": stamp(crl.next_update_utc),
        "number": number and f"{number.value.crl_number:x}",
        "signature_algorithm": crl.signature_algorithm_oid.dotted_string,
        "revoked": len(crl),
        "is_delta": attempt(crl.extensions.get_extension_for_class, x509.DeltaCRLIndicator)
        is not None,
    }


def response(read):
    if read.response_status != ocsp.OCSPResponseStatus.SUCCESSFUL:
        return {"status": read.response_status.name.lower()}
    return {
        "status": "successful",
        "produced_at": stamp(read.produced_at_utc),
        "signature_algorithm": read.signature_algorithm_oid.dotted_string,
        "certificates": [
            hashlib.sha256(each.public_bytes(serialization.Encoding.DER)).hexdigest()
            for each in read.certificates
        ],
        "answers": [
            {
                "status": each.certificate_status.name.lower(),
                "serial": f"{each.serial_number:x}",
                "issuer_key_hash": each.issuer_key_hash.hex(),
                "this_update": stamp(each.this_update_utc),
                "next_update": stamp(each.next_update_utc),
            }
            for each in read.responses
        ],
    }


def ssh(read):
    def digest(key):
        text = key.public_bytes(
            serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
        )
        return hashlib.sha256(base64.b64decode(text.split()[1])).hexdigest()

    return {
        "kind": read.type.name,
        "serial": read.serial,
        "key_id": read.key_id.decode(),
        "principals": [each.decode() for each in read.valid_principals],
        "valid_after": read.valid_after,
        "valid_before": read.valid_before,
        "key": digest(read.public_key()),
        "authority": digest(read.signature_key()),
    }


def facts(path, data):
    if b"PRIVATE KEY-----" in data or (path.suffix == ".der" and data[:1] == b"\x30"):
        found = list(keys(path, data))
        if any(found):
            yield {"kind": "key", "spki": found}
    for load in (x509.load_pem_x509_crl, x509.load_der_x509_crl):
        crl = attempt(load, data)
        found = crl is not None and attempt(revocations, crl)
        if found:
            yield {"kind": "crl", "crl": found}
    read = data[:1] == b"\x30" and attempt(ocsp.load_der_ocsp_response, data)
    found = read and attempt(response, read)
    if found:
        yield {"kind": "ocsp", "ocsp": found}
    if b"-cert-v01@openssh.com" in data:
        for line in data.splitlines():
            read = attempt(serialization.load_ssh_public_identity, line)
            found = read and attempt(ssh, read)
            if found:
                yield {"kind": "ssh", "ssh": found}


def minted():
    """OpenSSH certificates of every kind, with and without an end."""
    authority = ed25519.Ed25519PrivateKey.generate()
    for key in (
        ed25519.Ed25519PrivateKey.generate(),
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP384R1()),
        ec.generate_private_key(ec.SECP521R1()),
        rsa.generate_private_key(65537, 2048),
    ):
        for start, end in ((0, 2**64 - 1), (1, 2**63), (1700000000, 1800000000)):
            builder = serialization.SSHCertificateBuilder().public_key(key.public_key())
            builder = builder.serial(end).type(serialization.SSHCertificateType.HOST)
            builder = builder.key_id("näme\n".encode()).valid_after(start).valid_before(end)
            builder = builder.valid_principals([b"api.example", b"db.example"])
            builder = builder.add_extension(b"permit-pty", b"")
            signed = builder.sign(authority)
            yield signed.public_bytes().decode(), ssh(signed)


def main():
    root = pathlib.Path(cryptography_vectors.__file__).parent
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix in {".pem", ".der", ".crl", ".key", ".pub"}:
            for fact in facts(path, path.read_bytes()):
                print(json.dumps({"path": str(path), **fact}))
    for line, fact in minted():
        print(json.dumps({"kind": "ssh", "line": line, "ssh": fact}))


main()
