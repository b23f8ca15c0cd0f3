-- Certificates. Their private keys are sealed under the root key; what they were issued with is public.

CREATE TABLE certificates (
    realm              INTEGER NOT NULL REFERENCES realms (id),
    ordinal            INTEGER NOT NULL,
    certificate_id     TEXT NOT NULL,
    spec               TEXT NOT NULL CHECK (spec IN ('rsa-2048', 'ec-p256', 'ec-sm2')),
    protection         TEXT NOT NULL CHECK (protection IN ('software', 'hsm')),
    exportable         INTEGER NOT NULL CHECK (exportable IN (0, 1)),
    created_at         INTEGER NOT NULL,
    sealed_private_key BLOB NOT NULL,
    request            TEXT NOT NULL, -- PKCS #10 in PEM
    status             TEXT NOT NULL CHECK (status IN ('pending', 'inactive', 'active', 'revoked')),
    updated_at         INTEGER NOT NULL,
    certificate        TEXT CHECK ((certificate IS NULL) = (status = 'pending')), -- PEM, as it came; the next too
    chain              TEXT CHECK (chain IS NULL OR certificate IS NOT NULL),
    PRIMARY KEY (realm, ordinal),
    UNIQUE (realm, certificate_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE certificate_tags (
    realm       INTEGER NOT NULL,
    certificate INTEGER NOT NULL,
    name        TEXT NOT NULL,
    value       TEXT NOT NULL,
    PRIMARY KEY (realm, certificate, name),
    FOREIGN KEY (realm, certificate) REFERENCES certificates (realm, ordinal) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
