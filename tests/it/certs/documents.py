"""Writes documents with certificates at random places, and says what stands where in each.

Arguments: the folder to write to, and how many documents.
What is said does not come from what was written, but from reading the files back with PyYAML, json and tomllib: one
JSON object a file, with the place, the line and column, and the fingerprints of each string that holds certificates.
"""

import base64
import binascii
import datetime
import hashlib
import json
import pathlib
import random
import re
import sys
import tomllib

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----\s(.*?)-----END CERTIFICATE-----", re.S)
KEYS = ["tls.crt", "tls.key", "ca", "a/b", "~x", "é", "1", "", "x y", "data", "certificate", "n", "null", "- x", "#"]
choice = random.choice


def mint(number):
    """A certificate and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{number}.example")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), number + 1, start, start.replace(year=2027))
    return builder.sign(key, hashes.SHA256()), key


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def encoded(data):
    return base64.b64encode(data).decode()


def leaf(minted):
    """A string or another scalar, most often without a certificate."""
    certificate, key = choice(minted)
    text = pem(certificate)
    return choice(
        [
            lambda: text,
            lambda: "# chain\n" + text + "\n" + pem(choice(minted)[0]),
            lambda: text.replace("\n", "\\n"),
            lambda: encoded(text.encode()),
            lambda: encoded(encoded(text.encode()).encode()),
            lambda: encoded(certificate.public_bytes(serialization.Encoding.DER)),
            lambda: key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ).decode(),
            lambda: "words that hold nothing: " + "x" * random.randrange(80),
            lambda: encoded(random.randbytes(random.randrange(2000))),
            lambda: random.randrange(1000),
            lambda: True,
            lambda: "é漢\t\u2028 “quoted” {x: [y]} # no comment",
        ]
    )()


def value(minted, depth):
    if depth == 0 or random.random() < 0.4:
        return leaf(minted)
    if random.random() < 0.4:
        return [value(minted, depth - 1) for _ in range(random.randrange(4))]
    return {key: value(minted, depth - 1) for key in random.sample(KEYS, random.randrange(1, 5))}


def shared(document):
    """Lets one container stand at two places, which YAML writes with an anchor and an alias."""
    inner = [item for item in document.values() if isinstance(item, (dict, list)) and item]
    if inner:
        document["again"] = choice(inner)
    return document


def mapping(minted):
    return {key: value(minted, 4) for key in random.sample(KEYS, 4)}


def written(minted):
    """Extension and text of a document."""
    kind = choice(["yaml", "yaml", "yaml", "json", "json", "toml"])
    if kind == "json":
        documents = [mapping(minted) for _ in range(choice([1, 1, 3]))]
        indent = choice([None, 1, 4])
        text = "\n".join(json.dumps(item, indent=indent, ensure_ascii=False) for item in documents)
        return "json", text
    if kind == "toml":
        lines = []
        for number in range(3):
            lines.append(choice([f"[table{number}]", "[[array]]"]))
            for key in random.sample(KEYS, 4):
                item = leaf(minted)
                text = json.dumps(item, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\x7f", "")
                if isinstance(item, str) and "\n" in item and "\\" not in item:
                    text = choice([text, f"'''\n{item}'''", f'"""{item}"""'])
                lines.append(f"{json.dumps(key, ensure_ascii=False)} = {text}")
        return "toml", "\n".join(lines) + "\n"
    documents = [shared(mapping(minted)) for _ in range(choice([1, 1, 3]))]
    text = yaml.safe_dump_all(
        documents,
        default_style=choice([None, None, '"', "'", "|", ">"]),
        default_flow_style=choice([None, False, True]),
        width=choice([40, 80, 10**6]),
        indent=choice([2, 4]),
        line_break=choice(["\n", "\r\n"]),
        allow_unicode=choice([True, False]),
        explicit_start=choice([True, False]),
        sort_keys=False,
    )
    return "yaml", text


def ders(data):
    """The certificates in a string's bytes."""
    plain = data.replace(b"\\n", b"\n")
    found = [base64.b64decode(block) for block in BLOCK.findall(plain)]
    if found:
        return found
    try:
        x509.load_der_x509_certificate(data)
        return [data]
    except ValueError:
        return []


def held(text):
    """The certificates in a string, behind at most two layers of base64."""
    data = text.encode()
    for _ in range(3):
        found = ders(data)
        if found:
            return found
        try:
            data = base64.b64decode(b"".join(data.split()), validate=True)
        except binascii.Error:
            return []
    return []


def step(key):
    return "/" + str(key).replace("~", "~0").replace("/", "~1")


def strings(node, path, seen):
    """Pointer, text and node of every string below a node, aliases once."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        if node.tag in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:binary"):
            yield path, node.value, node
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from strings(item, path + step(index), seen)
    else:
        for key, item in node.value:
            yield from strings(item, path + step(key.value), seen)


def values(item, path):
    """Pointer and text of every string in a value."""
    if isinstance(item, str):
        yield path, item, None
    elif isinstance(item, list):
        for index, inner in enumerate(item):
            yield from values(inner, path + step(index))
    elif isinstance(item, dict):
        for key, inner in item.items():
            yield from values(inner, path + step(key))


def read(kind, text):
    """Every string with certificates, read back."""
    if kind == "toml":
        documents = [list(values(tomllib.loads(text), ""))]
    elif kind == "json":
        documents, rest = [], text
        while rest.strip():
            item, end = json.JSONDecoder().raw_decode(rest.lstrip())
            rest = rest.lstrip()[end:]
            documents.append(list(values(item, "")))
    else:
        documents = [list(strings(node, "", set())) for node in yaml.compose_all(text, yaml.SafeLoader)]
    for number, found in enumerate(documents, 1):
        for path, text, node in found:
            certificates = held(text)
            if not certificates:
                continue
            place = f"document {number} {path}" if len(documents) > 1 else path
            # The mark of a block is its indicator, and that of a folded line break its own.
            plain = node is not None and node.style not in ("|", ">")
            yield {
                "place": place,
                "line": node.start_mark.line + 1 if plain else None,
                "column": node.start_mark.column + 1 if plain else None,
                "sha256": [hashlib.sha256(der).hexdigest() for der in certificates],
            }


def main():
    folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    random.seed(4)
    minted = [mint(number) for number in range(12)]
    for number in range(count):
        kind, text = written(minted)
        path = folder / f"{number}.{kind}"
        path.write_bytes(text.encode())
        print(json.dumps({"path": str(path), "embedded": list(read(kind, text))}))


main()
