-- Secrets. Values are sealed under data keys, and those under the key versions that they begin with.

CREATE TABLE secrets (
    realm        INTEGER NOT NULL REFERENCES realms (id),
    ordinal      INTEGER NOT NULL,
    name         TEXT NOT NULL,
    kind         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    key_id       TEXT NOT NULL,
    key_is_named INTEGER NOT NULL CHECK (key_is_named IN (0, 1)),
    instance     TEXT,
    description  TEXT NOT NULL,
    updated_at   INTEGER NOT NULL,
    delete_at    INTEGER,
    policy       TEXT,
    config       TEXT,    -- of a managed secret; the next four too
    rotation     INTEGER, -- milliseconds from one rotation to the next
    stuck        INTEGER NOT NULL DEFAULT 0 CHECK (stuck IN (0, 1)),
    rotated_at   INTEGER,
    asked        TEXT NOT NULL DEFAULT '', -- times of the rotations asked for, joined by commas
    PRIMARY KEY (realm, ordinal),
    UNIQUE (realm, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE secret_versions (
    realm           INTEGER NOT NULL,
    secret          INTEGER NOT NULL,
    number          INTEGER NOT NULL,
    version_id      TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    is_binary       INTEGER NOT NULL CHECK (is_binary IN (0, 1)),
    sealed_data_key BLOB NOT NULL,
    sealed_value    BLOB NOT NULL,
    PRIMARY KEY (realm, secret, number),
    UNIQUE (realm, secret, version_id),
    FOREIGN KEY (realm, secret) REFERENCES secrets (realm, ordinal) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE secret_stages (
    realm  INTEGER NOT NULL,
    secret INTEGER NOT NULL,
    stage  TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (realm, secret, stage),
    FOREIGN KEY (realm, secret) REFERENCES secrets (realm, ordinal) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE secret_tags (
    realm  INTEGER NOT NULL,
    secret INTEGER NOT NULL,
    name   TEXT NOT NULL,
    value  TEXT NOT NULL,
    PRIMARY KEY (realm, secret, name),
    FOREIGN KEY (realm, secret) REFERENCES secrets (realm, ordinal) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
