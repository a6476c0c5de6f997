"""A certificate authority of a test, with openssl(1): certificates for any names and dates.

Promises: everything is in one folder, which the caller removes; `authority` is the file for SSL_CERT_FILE. Keys are fresh for every
certificate and protect nothing.
"""
import pathlib
import ssl
import subprocess

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
SETTINGS = """[ca]
default_ca = test
[test]
database = {folder}/index
new_certs_dir = {folder}
default_md = sha256
policy = any
rand_serial = yes
unique_subject = no
[any]
commonName = optional
"""


class CertificateMaker:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.authority, self.key = self.folder / "authority.pem", self.folder / "authority.key"
        self.settings = self.folder / "ca.conf"
        self.settings.write_text(SETTINGS.format(folder=self.folder))
        (self.folder / "index").touch()
        openssl("req", "-x509", *KEY, "-keyout", self.key, "-out", self.authority, "-subj", "/CN=Authority of a test", "-days", "9")

    def context(self, name, begin="20200101000000Z", end="20991231000000Z"):
        """For a server: signed by the authority, for one name."""
        key, request, certificate, names = (self.folder / f"{name.replace('*', 'any')}.{end}" for end in ("key", "csr", "pem", "ext"))
        names.write_text(f"subjectAltName = DNS:{name}\n")
        openssl("req", *KEY, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        openssl("ca", "-batch", "-config", self.settings, "-cert", self.authority, "-keyfile", self.key, "-in", request,
                "-out", certificate, "-startdate", begin, "-enddate", end, "-extfile", names, "-notext")
        return server_context(certificate, key)

    def self_signed_context(self, name):
        key, certificate = self.folder / f"self.{name}.key", self.folder / f"self.{name}.pem"
        openssl("req", "-x509", *KEY, "-keyout", key, "-out", certificate, "-subj", f"/CN={name}", "-days", "9",
                "-addext", f"subjectAltName=DNS:{name}")
        return server_context(certificate, key)


def server_context(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
