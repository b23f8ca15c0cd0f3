"""A certificate authority by the program openssl, because the package cryptography has no SM2."""

import subprocess
from tempfile import TemporaryDirectory

from cryptography import x509

DISTID = ["-vfyopt", "distid:1234567812345678"]


def openssl(folder, *words, **files):
    for name, text in files.items():
        with open(f"{folder}/{name}", "w") as file:
            file.write(text)
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def read(folder, name):
    with open(f"{folder}/{name}") as file:
        return file.read()


class Authority:
    """A root and an intermediate authority, which issues."""

    def __init__(self):
        self.home = TemporaryDirectory()
        folder = self.home.name
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        openssl(folder, "req", "-x509", *curve, "-keyout", "root.key", "-subj", "/C=CN/CN=root", "-days", "3650", "-out", "root")
        openssl(folder, "req", "-new", *curve, "-keyout", "sub.key", "-subj", "/C=CN/CN=sub", "-out", "sub.csr")
        self.sign("sub", "root", "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=keyCertSign\n")

    def sign(self, name, by, extensions, verify=()):
        words = ["-CA", by, "-CAkey", f"{by}.key", "-set_serial", "12345678", "-days", "365", "-extfile", "extensions"]
        words += ["-copy_extensions", "copy", *verify]
        openssl(self.home.name, "x509", "-req", "-in", f"{name}.csr", *words, "-out", name, extensions=extensions)

    def chain(self):
        return read(self.home.name, "sub") + read(self.home.name, "root")

    def issue(self, csr, sm2=False):
        with open(f"{self.home.name}/leaf.csr", "w") as file:
            file.write(csr)
        self.sign("leaf", "sub", "subjectKeyIdentifier=hash\n", DISTID if sm2 else ())
        return read(self.home.name, "leaf")


def requested(csr):
    """Verifies a request's signature, and returns its subject and domain names."""
    request = x509.load_pem_x509_csr(csr.encode())
    if not request.is_signature_valid:
        raise AssertionError("the request is not signed with its own key")
    names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return request.subject.rfc4514_string(), names.get_values_for_type(x509.DNSName)
