//! A certificate authority, played by OpenSSL. Its certificates are valid from 2020 to 2079,
//! whatever the host's date.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::openssl::OpenSsl;

/// The validity of certificates.
pub const LIFE: (&str, &str) = ("20200101000000Z", "20790101000000Z");

/// The extensions of an authority's certificate.
pub const CA: &str =
    "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\nsubjectKeyIdentifier=hash\n";

/// The extensions of other certificates.
const LEAF: &str = "subjectKeyIdentifier=hash\n";

/// OpenSSL's configuration: it keeps a list of issued certificates, and accepts every subject.
const CONFIG: &str = "
[ca]
default_ca = it
[it]
database = index
serial = serial
new_certs_dir = .
unique_subject = no
preserve = yes
policy = any
[any]
C = optional
ST = optional
L = optional
O = optional
OU = optional
CN = optional
";

/// An authority with a root of one of the types of keys, in its own folder.
pub struct Authority {
    pub openssl: OpenSsl,
    /// The options with which OpenSSL signs with the root.
    signs: &'static str,
}

/// The options for a key, and for a signature with it.
fn words(spec: &str) -> (&'static str, &'static str) {
    const RSA: &str = "-algorithm RSA -pkeyopt rsa_keygen_bits:2048";
    match spec {
        "RSA_2048" => (RSA, "-md sha256"),
        "RSA_3072" => ("-algorithm RSA -pkeyopt rsa_keygen_bits:3072", "-md sha384"),
        "RSA_1024" => ("-algorithm RSA -pkeyopt rsa_keygen_bits:1024", "-md sha256"),
        "RSA_SHA_1" => (RSA, "-md sha1"),
        "RSA_SHA_512" => (RSA, "-md sha512"),
        // OpenSSL's default is the longest possible salt.
        "RSA_PSS" => (RSA, "-md sha256 -sigopt rsa_padding_mode:pss"),
        "RSA_PSS_SHA_512" => {
            (RSA, "-md sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:-1")
        }
        "EC_P256" => ("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "-md sha256"),
        "EC_P384" => ("-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "-md sha384"),
        "EC_P521" => ("-algorithm EC -pkeyopt ec_paramgen_curve:P-521", "-md sha512"),
        "EC_SM2" => ("-algorithm SM2", "-md sm3 -sigopt distid:1234567812345678"),
        other => panic!("no authority has a key of {other}"),
    }
}

impl Authority {
    /// An authority whose root is of version 3.
    pub fn new(spec: &str) -> Self {
        Self::with_root(spec, CA)
    }

    /// An authority whose root is of version 1.
    pub fn old(spec: &str) -> Self {
        Self::with_root(spec, "")
    }

    /// An authority whose root has these extensions. Without any, it is of version 1.
    pub fn with_root(spec: &str, extensions: &str) -> Self {
        let it = Self { openssl: OpenSsl::new(), signs: words(spec).1 };
        it.openssl.write("index", b"");
        it.openssl.write("serial", b"BC614E\n");
        it.request("root", spec);
        it.sign("root", "-selfsign -keyfile root.key", extensions, LIFE);
        it
    }

    /// The root's certificate.
    pub fn root(&self) -> String {
        self.text("root.pem")
    }

    /// Issues a certificate for a request, with its names.
    pub fn issue(&self, csr: &str) -> String {
        self.issue_by("root", csr, LEAF, LIFE)
    }

    /// Issues a certificate of version 1, which has no names.
    pub fn issue_old(&self, csr: &str) -> String {
        self.issue_by("root", csr, "", LIFE)
    }

    /// Issues a certificate by an authority of this folder, with extensions and validity.
    pub fn issue_by(&self, by: &str, csr: &str, extensions: &str, life: (&str, &str)) -> String {
        self.openssl.write("leaf.csr", csr.as_bytes());
        self.sign("leaf", &format!("-cert {by}.pem -keyfile {by}.key"), extensions, life);
        self.text("leaf.pem")
    }

    /// Creates another authority below an existing one, with the same type of key, and returns its
    /// certificate.
    pub fn below(
        &self,
        name: &str,
        by: &str,
        spec: &str,
        extensions: &str,
        life: (&str, &str),
    ) -> String {
        self.request(name, spec);
        self.sign(name, &format!("-cert {by}.pem -keyfile {by}.key"), extensions, life);
        self.text(&format!("{name}.pem"))
    }

    /// The contents of a file in the folder.
    fn text(&self, name: &str) -> String {
        String::from_utf8(self.openssl.read(name)).unwrap()
    }

    fn request(&self, name: &str, spec: &str) {
        let (key, _) = words(spec);
        self.openssl.run(&format!("genpkey {key} -out {name}.key"));
        let signs =
            if spec == "EC_SM2" { "-sm3 -sigopt distid:1234567812345678" } else { "-sha256" };
        let subject = format!("/C=CN/O=aliyun/OU=kms/CN={name}CA");
        self.openssl
            .run(&format!("req -new {signs} -key {name}.key -subj {subject} -out {name}.csr"));
    }

    fn sign(&self, name: &str, by: &str, extensions: &str, (from, to): (&str, &str)) {
        let copies = if extensions.is_empty() { "none" } else { "copy" };
        self.openssl.write(
            "config",
            CONFIG.replace("policy", &format!("copy_extensions = {copies}\npolicy")).as_bytes(),
        );
        self.openssl.write("extensions", extensions.as_bytes());
        let extensions = if extensions.is_empty() { "" } else { " -extfile extensions" };
        let verifies = if is_sm2(&self.text(&format!("{name}.csr"))) {
            " -vfyopt distid:1234567812345678"
        } else {
            ""
        };
        let Self { signs, .. } = self;
        self.openssl.run(&format!(
            "ca -batch -notext -config config {signs}{verifies} {by} -startdate {from} -enddate {to}{extensions} \
             -in {name}.csr -out {name}.pem"
        ));
    }
}

/// Whether a request is signed with SM2, for which OpenSSL's check needs another option.
pub fn is_sm2(csr: &str) -> bool {
    const OID: [u8; 10] = [6, 8, 42, 129, 28, 207, 85, 1, 131, 117];
    der(csr).windows(OID.len()).any(|bytes| bytes == OID)
}

fn der(pem: &str) -> Vec<u8> {
    STANDARD.decode(pem.lines().filter(|line| !line.starts_with('-')).collect::<String>()).unwrap()
}

/// The same with its last bit changed, which belongs to the signature.
pub fn flawed(pem: &str) -> String {
    let mut der = der(pem);
    *der.last_mut().unwrap() ^= 1;
    let begin = pem.lines().next().unwrap();
    format!("{begin}\n{}\n{}\n", STANDARD.encode(der), begin.replace("BEGIN", "END"))
}
