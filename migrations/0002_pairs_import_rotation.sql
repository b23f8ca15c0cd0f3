-- Key pairs, imported material and rotation. The tables of keys are made anew: SQLite cannot change the list of
-- specs that a CHECK allows, and a table that others refer to cannot be dropped before them.

-- The secret under which the realm's import tokens are sealed, itself sealed under the root key.
ALTER TABLE realms ADD COLUMN sealed_import_seal BLOB;

CREATE TABLE new_keys (
    realm               INTEGER NOT NULL REFERENCES realms (id),
    ordinal             INTEGER NOT NULL,
    key_id              TEXT NOT NULL,
    spec                TEXT NOT NULL CHECK (spec IN ('aes-128', 'aes-192', 'aes-256', 'sm4', 'rsa-2048',
                                                      'rsa-3072', 'ec-p256', 'ec-p256k', 'ec-sm2')),
    usage               TEXT NOT NULL CHECK (usage IN ('encrypt-decrypt', 'sign-verify')),
    origin              TEXT NOT NULL CHECK (origin IN ('service', 'external')),
    protection          TEXT NOT NULL CHECK (protection IN ('software', 'hsm')),
    creator             TEXT NOT NULL,
    creator_type        TEXT NOT NULL CHECK (creator_type IN ('user', 'service')),
    created_at          INTEGER NOT NULL,
    instance            TEXT,
    policy              TEXT,
    description         TEXT NOT NULL,
    lifecycle           TEXT NOT NULL CHECK (lifecycle IN ('enabled', 'disabled', 'pending-deletion')),
    delete_at           INTEGER CHECK ((delete_at IS NOT NULL) = (lifecycle = 'pending-deletion')),
    deletion_protection TEXT,
    rotation            INTEGER, -- milliseconds from one version to the next
    PRIMARY KEY (realm, ordinal),
    UNIQUE (realm, key_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE new_key_versions (
    realm              INTEGER NOT NULL,
    key                INTEGER NOT NULL,
    number             INTEGER NOT NULL,
    version_id         TEXT NOT NULL,
    created_at         INTEGER NOT NULL,
    sealed_material    BLOB,
    expires_at         INTEGER CHECK (expires_at IS NULL OR sealed_material IS NOT NULL),
    sealed_fingerprint BLOB, -- of material that was here once and is gone
    PRIMARY KEY (realm, key, number),
    UNIQUE (realm, version_id),
    FOREIGN KEY (realm, key) REFERENCES new_keys (realm, ordinal) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE new_aliases (
    realm INTEGER NOT NULL,
    name  TEXT NOT NULL,
    key   INTEGER NOT NULL,
    PRIMARY KEY (realm, name),
    FOREIGN KEY (realm, key) REFERENCES new_keys (realm, ordinal) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE new_key_tags (
    realm INTEGER NOT NULL,
    key   INTEGER NOT NULL,
    name  TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (realm, key, name),
    FOREIGN KEY (realm, key) REFERENCES new_keys (realm, ordinal) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

INSERT INTO new_keys SELECT *, NULL FROM keys;
INSERT INTO new_key_versions SELECT *, NULL, NULL FROM key_versions;
INSERT INTO new_aliases SELECT * FROM aliases;
INSERT INTO new_key_tags SELECT * FROM key_tags;

DROP TABLE key_tags;
DROP TABLE aliases;
DROP TABLE key_versions;
DROP TABLE keys;

ALTER TABLE new_keys RENAME TO keys;
ALTER TABLE new_key_versions RENAME TO key_versions;
ALTER TABLE new_aliases RENAME TO aliases;
ALTER TABLE new_key_tags RENAME TO key_tags;
CREATE INDEX aliases_of_key ON aliases (realm, key);
