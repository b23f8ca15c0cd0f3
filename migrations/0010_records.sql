-- One table for every noun of a realm. A noun is the record with part 0; each of its versions is a record with
-- a part of its own, from 1. The body is JSON in plain words; times and lengths of time are milliseconds, times
-- since 1970-01-01T00:00:00Z. What is secret is sealed in a column of its own, bound to the same owner as before:
-- key material, fingerprints and private keys under the root key; of a secret's version the sealed data key, so
-- many bytes as the body says, and then the value that is sealed under it.
CREATE TABLE records (
    realm   INTEGER NOT NULL REFERENCES realms (id),
    kind    TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    part    INTEGER NOT NULL,
    body    TEXT NOT NULL,
    sealed  BLOB,
    PRIMARY KEY (realm, kind, ordinal, part)
) STRICT, WITHOUT ROWID;

INSERT INTO records (realm, kind, ordinal, part, body, sealed)
SELECT realm, 'key', ordinal, 0, json_patch('{}', json_object(
    'id', key_id,
    'spec', spec,
    'usage', usage,
    'origin', origin,
    'protection', protection,
    'creator', json_object(creator_type, creator),
    'created_at', created_at,
    'instance', instance,
    'policy', policy,
    'settings', json_object(
        'name', name,
        'description', description,
        'lifecycle', json(CASE lifecycle
            WHEN 'pending-deletion' THEN json_object(lifecycle, delete_at)
            ELSE json_quote(lifecycle)
        END),
        'deletion_protection', deletion_protection,
        'rotation', rotation),
    'aliases', json((SELECT json_group_array(it.name) FROM aliases it
        WHERE it.realm = keys.realm AND it.key = keys.ordinal)),
    'tags', json((SELECT json_group_object(it.name, it.value) FROM key_tags it
        WHERE it.realm = keys.realm AND it.key = keys.ordinal)))), NULL
FROM keys;

INSERT INTO records (realm, kind, ordinal, part, body, sealed)
SELECT realm, 'key', key, number + 1, json_patch('{}', json_object(
    'id', version_id,
    'created_at', created_at,
    'expires_at', expires_at,
    'holds', CASE
        WHEN sealed_material IS NOT NULL THEN 'material'
        WHEN sealed_fingerprint IS NOT NULL THEN 'fingerprint'
        ELSE 'nothing'
    END)), coalesce(sealed_material, sealed_fingerprint)
FROM key_versions;

INSERT INTO records (realm, kind, ordinal, part, body, sealed)
SELECT realm, 'secret', ordinal, 0, json_patch('{}', json_object(
    'name', name,
    'kind', kind,
    'created_at', created_at,
    'key', key_id,
    'key_is_named', json(iif(key_is_named, 'true', 'false')),
    'instance', instance,
    'settings', json_object(
        'description', description,
        'updated_at', updated_at,
        'delete_at', delete_at,
        'policy', policy,
        'managed', json(CASE WHEN config IS NULL THEN 'null' ELSE json_object(
            'config', config,
            'rotation', rotation,
            'stuck', json(iif(stuck, 'true', 'false')),
            'rotated_at', rotated_at,
            'asked', json('[' || asked || ']')) END),
        'stages', json((SELECT json_group_object(it.stage, it.number) FROM secret_stages it
            WHERE it.realm = secrets.realm AND it.secret = secrets.ordinal))),
    'tags', json((SELECT json_group_object(it.name, it.value) FROM secret_tags it
        WHERE it.realm = secrets.realm AND it.secret = secrets.ordinal)))), NULL
FROM secrets;

INSERT INTO records (realm, kind, ordinal, part, body, sealed)
SELECT realm, 'secret', secret, number, json_object(
    'id', version_id,
    'created_at', created_at,
    'binary', json(iif(is_binary, 'true', 'false')),
    'data_key_len', length(sealed_data_key)), CAST(sealed_data_key || sealed_value AS BLOB)
FROM secret_versions;

INSERT INTO records (realm, kind, ordinal, part, body, sealed)
SELECT realm, 'certificate', ordinal, 0, json_patch('{}', json_object(
    'id', certificate_id,
    'spec', spec,
    'protection', protection,
    'exportable', json(iif(exportable, 'true', 'false')),
    'created_at', created_at,
    'request', request,
    'settings', json_object(
        'status', status,
        'updated_at', updated_at,
        'issued', json(CASE WHEN certificate IS NULL THEN 'null'
            ELSE json_object('certificate', certificate, 'chain', chain) END)),
    'tags', json((SELECT json_group_object(it.name, it.value) FROM certificate_tags it
        WHERE it.realm = certificates.realm AND it.certificate = certificates.ordinal)))),
    sealed_private_key
FROM certificates;

DROP TABLE key_tags;
DROP TABLE aliases;
DROP TABLE key_versions;
DROP TABLE keys;
DROP TABLE secret_tags;
DROP TABLE secret_stages;
DROP TABLE secret_versions;
DROP TABLE secrets;
DROP TABLE certificate_tags;
DROP TABLE certificates;

-- What the realms that somebody owns hold, for people: kmsim does not read these views.
CREATE VIEW owned AS
SELECT * FROM records WHERE realm IN (SELECT id FROM realms WHERE spare = 0);

CREATE VIEW keys AS
SELECT realm, ordinal, body ->> 'id' AS key_id, body ->> 'spec' AS spec, body ->> 'usage' AS usage,
    body ->> 'origin' AS origin, body ->> 'protection' AS protection,
    coalesce(body ->> '$.creator.user', body ->> '$.creator.service') AS creator,
    body ->> 'created_at' AS created_at, body ->> 'instance' AS instance, body ->> 'policy' AS policy,
    body ->> '$.settings.name' AS name, body ->> '$.settings.description' AS description,
    iif(json_type(body, '$.settings.lifecycle') = 'object', 'pending-deletion',
        body ->> '$.settings.lifecycle') AS lifecycle,
    body ->> '$.settings.lifecycle.pending-deletion' AS delete_at,
    body ->> '$.settings.deletion_protection' AS deletion_protection,
    body ->> '$.settings.rotation' AS rotation
FROM owned WHERE kind = 'key' AND part = 0;

CREATE VIEW key_versions AS
SELECT realm, ordinal AS key, part AS number, body ->> 'id' AS version_id,
    body ->> 'created_at' AS created_at, body ->> 'expires_at' AS expires_at, body ->> 'holds' AS holds, sealed
FROM owned WHERE kind = 'key' AND part > 0;

CREATE VIEW aliases AS
SELECT it.realm, name.value AS name, it.ordinal AS key
FROM owned it, json_each(it.body, '$.aliases') name WHERE it.kind = 'key' AND it.part = 0;

CREATE VIEW key_tags AS
SELECT it.realm, it.ordinal AS key, tag.key AS name, tag.value
FROM owned it, json_each(it.body, '$.tags') tag WHERE it.kind = 'key' AND it.part = 0;

CREATE VIEW secrets AS
SELECT realm, ordinal, body ->> 'name' AS name, body ->> 'kind' AS kind, body ->> 'created_at' AS created_at,
    body ->> 'key' AS key_id, body ->> 'key_is_named' AS key_is_named, body ->> 'instance' AS instance,
    body ->> '$.settings.description' AS description, body ->> '$.settings.updated_at' AS updated_at,
    body ->> '$.settings.delete_at' AS delete_at, body ->> '$.settings.policy' AS policy,
    body ->> '$.settings.managed.config' AS config, body ->> '$.settings.managed.rotation' AS rotation,
    body ->> '$.settings.managed.rotated_at' AS rotated_at
FROM owned WHERE kind = 'secret' AND part = 0;

CREATE VIEW secret_versions AS
SELECT realm, ordinal AS secret, part AS number, body ->> 'id' AS version_id,
    body ->> 'created_at' AS created_at, body ->> 'binary' AS is_binary,
    substr(sealed, 1, body ->> 'data_key_len') AS sealed_data_key,
    substr(sealed, 1 + (body ->> 'data_key_len')) AS sealed_value
FROM owned WHERE kind = 'secret' AND part > 0;

CREATE VIEW secret_stages AS
SELECT it.realm, it.ordinal AS secret, stage.key AS stage, stage.value AS number
FROM owned it, json_each(it.body, '$.settings.stages') stage WHERE it.kind = 'secret' AND it.part = 0;

CREATE VIEW secret_tags AS
SELECT it.realm, it.ordinal AS secret, tag.key AS name, tag.value
FROM owned it, json_each(it.body, '$.tags') tag WHERE it.kind = 'secret' AND it.part = 0;

CREATE VIEW certificates AS
SELECT realm, ordinal, body ->> 'id' AS certificate_id, body ->> 'spec' AS spec,
    body ->> 'protection' AS protection, body ->> 'exportable' AS exportable,
    body ->> 'created_at' AS created_at, sealed AS sealed_private_key, body ->> 'request' AS request,
    body ->> '$.settings.status' AS status, body ->> '$.settings.updated_at' AS updated_at,
    body ->> '$.settings.issued.certificate' AS certificate, body ->> '$.settings.issued.chain' AS chain
FROM owned WHERE kind = 'certificate';

CREATE VIEW certificate_tags AS
SELECT it.realm, it.ordinal AS certificate, tag.key AS name, tag.value
FROM owned it, json_each(it.body, '$.tags') tag WHERE it.kind = 'certificate';
