-- Times are milliseconds since 1970-01-01T00:00:00Z: datetime(created_at / 1000, 'unixepoch') reads them.
-- Material is sealed under the root key; nothing else here is secret.

-- One row: a text sealed under the root key, by which a wrong root key is noticed before anything is read.
CREATE TABLE seal (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    proof BLOB NOT NULL
) STRICT;

-- The unit of isolation. A row with an empty region is what belongs to the account as a whole.
CREATE TABLE realms (
    id            INTEGER PRIMARY KEY,
    dialect       TEXT NOT NULL,
    account       TEXT NOT NULL,
    region        TEXT NOT NULL,
    subscribed_at INTEGER,
    last_ordinal  INTEGER NOT NULL DEFAULT 0,
    UNIQUE (dialect, account, region)
) STRICT;

CREATE TABLE keys (
    realm               INTEGER NOT NULL REFERENCES realms (id),
    ordinal             INTEGER NOT NULL,
    key_id              TEXT NOT NULL,
    spec                TEXT NOT NULL CHECK (spec IN ('aes-128', 'aes-192', 'aes-256', 'sm4')),
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
    PRIMARY KEY (realm, ordinal),
    UNIQUE (realm, key_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE key_versions (
    realm           INTEGER NOT NULL,
    key             INTEGER NOT NULL,
    number          INTEGER NOT NULL,
    version_id      TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    sealed_material BLOB,
    PRIMARY KEY (realm, key, number),
    UNIQUE (realm, version_id),
    FOREIGN KEY (realm, key) REFERENCES keys (realm, ordinal) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE aliases (
    realm INTEGER NOT NULL,
    name  TEXT NOT NULL,
    key   INTEGER NOT NULL,
    PRIMARY KEY (realm, name),
    FOREIGN KEY (realm, key) REFERENCES keys (realm, ordinal) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_of_key ON aliases (realm, key);

CREATE TABLE key_tags (
    realm INTEGER NOT NULL,
    key   INTEGER NOT NULL,
    name  TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (realm, key, name),
    FOREIGN KEY (realm, key) REFERENCES keys (realm, ordinal) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
