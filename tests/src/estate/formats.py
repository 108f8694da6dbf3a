"""Writes what the estate holds in formats that only other tools write.

Reads jobs from standard input, one JSON object a line: `kind`, `path`, `certificates` (base64 of DER, the leaf first),
`key` (base64 of PKCS#8, or null), `name`, `password`, and what a kind adds. Each job makes one file, or, where `path`
is null, one line of output: base64 of what it made.
"""

import base64
import datetime
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12, ssh
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

warnings.simplefilter("ignore")


def certificates(job):
    return [x509.load_der_x509_certificate(base64.b64decode(text)) for text in job["certificates"]]


def key(job):
    return serialization.load_der_private_key(base64.b64decode(job["key"]), None)


def instant(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def pem(job, with_key=True):
    text = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates(job))
    if not with_key:
        return text
    plain = serialization.NoEncryption()
    return key(job).private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain) + text


def run(command, data=None):
    ran = subprocess.run(command, input=data, capture_output=True)
    if ran.returncode != 0:
        sys.exit(f"{command}: {ran.stderr.decode()}{ran.stdout.decode()}")
    return ran.stdout


def pkcs7_of(encoding):
    return lambda job: pkcs7.serialize_certificates(certificates(job), encoding)


def pkcs7_ber(job):
    """A signed message as `openssl cms -stream` writes it: lengths that are not known in advance.

    It is signed by a key of its own, whose certificate is not in it.
    """
    with tempfile.TemporaryDirectory() as folder:
        at = pathlib.Path(folder)
        (at / "others.pem").write_bytes(pem(job, with_key=False))
        own = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signer")])
        signer = (
            x509.CertificateBuilder(name, name, own.public_key(), 1)
            .not_valid_before(datetime.datetime(2020, 1, 1))
            .not_valid_after(datetime.datetime(2040, 1, 1))
            .sign(own, hashes.SHA256())
        )
        plain = serialization.NoEncryption()
        (at / "signer.pem").write_bytes(
            own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
            + signer.public_bytes(serialization.Encoding.PEM)
        )
        command = ["openssl", "cms", "-sign", "-stream", "-nodetach", "-outform", "DER", "-nocerts"]
        command += ["-signer", str(at / "signer.pem"), "-certfile", str(at / "others.pem")]
        return run(command, b"a message\n")


def pkcs12_of(cipher, digest, rounds):
    def write(job):
        leaf, *others = certificates(job)
        how = serialization.NoEncryption()
        if cipher is not None:
            how = (
                serialization.PrivateFormat.PKCS12.encryption_builder()
                .kdf_rounds(rounds)
                .key_cert_algorithm(cipher)
                .hmac_hash(digest)
                .build(job["password"].encode())
            )
        return pkcs12.serialize_key_and_certificates(job["name"].encode(), key(job), leaf, others, how)

    return write


def pkcs12_rc2(job):
    """What Windows wrote for twenty years: RC2 with 40 bits for the certificates."""
    command = ["openssl", "pkcs12", "-export", "-legacy", "-name", job["name"]]
    return run([*command, "-passout", f"pass:{job['password']}"], pem(job))


def java_of(kind):
    def write(job):
        builder = pkcs12_of(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC, hashes.SHA1(), 1000)
        with tempfile.TemporaryDirectory() as folder:
            at = pathlib.Path(folder)
            (at / "from.p12").write_bytes(builder(job))
            command = ["keytool", "-importkeystore", "-noprompt", "-srcstoretype", "PKCS12", "-deststoretype", kind]
            for side, file in (("src", "from.p12"), ("dest", "to")):
                command += [f"-{side}keystore", str(at / file), f"-{side}storepass", job["password"]]
            run(command)
            return (at / "to").read_bytes()

    return write


def ocsp_response(job):
    subject, issuer = certificates(job)
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=subject,
        issuer=issuer,
        algorithm=hashes.SHA256(),
        cert_status=ocsp.OCSPCertStatus.GOOD,
        this_update=instant(job["from"]),
        next_update=instant(job["to"]),
        revocation_time=None,
        revocation_reason=None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, issuer)
    return builder.sign(key(job), None).public_bytes(serialization.Encoding.DER)


def ssh_certificate(job):
    """`from` and `to`; without `to` it never ends."""
    own = key(job)
    second = lambda text: int(instant(text).replace(tzinfo=datetime.timezone.utc).timestamp())
    builder = (
        ssh.SSHCertificateBuilder()
        .public_key(own.public_key())
        .serial(7)
        .type(ssh.SSHCertificateType.HOST)
        .key_id(job["name"].encode())
        .valid_principals([job["name"].encode()])
        .valid_after(second(job["from"]))
        .valid_before(second(job["to"]) if job["to"] else 2**64 - 1)
    )
    return builder.sign(own).public_bytes() + b" " + job["name"].encode() + b"\n"


def weak_signature(job):
    """A server certificate that is signed with RSA and SHA-1 by a CA of its own: the leaf, and behind it the CA.

    No library of today signs so: the certificates are made with SHA-256, renamed, and signed again.
    """
    own = rsa.generate_private_key(65537, 2048)
    other = ec.generate_private_key(ec.SECP256R1())
    names = [
        x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Company"),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        for name in (job["name"], "Example Old CA")
    ]

    def builder(subject, public, number, ca):
        return (
            x509.CertificateBuilder(names[1], subject, public, number)
            .not_valid_before(instant(job["from"]))
            .not_valid_after(instant(job["to"] if not ca else job["ca_to"]))
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
        )

    def signed(made):
        certificate = made.sign(own, hashes.SHA256())
        renamed = [
            part.replace(bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105"))
            for part in (certificate.tbs_certificate_bytes, certificate.public_bytes(serialization.Encoding.DER))
        ]
        signature = own.sign(renamed[0], padding.PKCS1v15(), hashes.SHA1())
        return renamed[1][: -len(signature)] + signature

    ca = builder(names[1], own.public_key(), 1, True)
    sans = x509.SubjectAlternativeName([x509.DNSName(job["name"])])
    usage = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH])
    leaf = builder(names[0], other.public_key(), 0x1D02, False)
    leaf = leaf.add_extension(sans, critical=False).add_extension(usage, critical=False)
    return signed(leaf) + signed(ca)


KINDS = {
    "pkcs7-der": pkcs7_of(serialization.Encoding.DER),
    "pkcs7-pem": pkcs7_of(serialization.Encoding.PEM),
    "pkcs7-ber": pkcs7_ber,
    "pkcs12-aes": pkcs12_of(pkcs12.PBES.PBESv2SHA256AndAES256CBC, hashes.SHA256(), 2000),
    "pkcs12-3des": pkcs12_of(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC, hashes.SHA1(), 2000),
    "pkcs12-open": pkcs12_of(None, None, 0),
    "pkcs12-rc2": pkcs12_rc2,
    "jks": java_of("JKS"),
    "jceks": java_of("JCEKS"),
    "ocsp": ocsp_response,
    "ssh": ssh_certificate,
    "weak-signature": weak_signature,
}


def main():
    for line in sys.stdin:
        job = json.loads(line)
        made = KINDS[job["kind"]](job)
        if job["path"] is None:
            print(base64.b64encode(made).decode(), flush=True)
        else:
            pathlib.Path(job["path"]).write_bytes(made)


main()
