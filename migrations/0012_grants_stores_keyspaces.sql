-- More kinds of nouns, for people: kmsim does not read these views.
CREATE VIEW grants AS
SELECT it.realm, it.ordinal, it.body ->> 'id' AS grant_id, it.body ->> 'key' AS key_id,
    it.body ->> 'name' AS name, grantee.key AS grantee_type, grantee.value AS grantee,
    it.body ->> 'operations' AS operations, it.body ->> 'retiring' AS retiring_principal,
    it.body ->> 'issuer' AS issuer, it.body ->> 'created_at' AS created_at
FROM owned it, json_each(it.body, '$.grantee') grantee WHERE it.kind = 'grant';

CREATE VIEW key_stores AS
SELECT realm, ordinal, body ->> 'id' AS key_store_id, body ->> 'alias' AS alias, body ->> 'kind' AS kind,
    body ->> 'cluster' AS cluster, body ->> 'authority' AS authority, body ->> 'enabled' AS enabled,
    body ->> 'creator' AS creator, body ->> 'created_at' AS created_at
FROM owned WHERE kind = 'key-store';

CREATE VIEW access_points AS
SELECT realm, ordinal, body ->> 'id' AS access_point_id, body ->> 'keyspace' AS keyspace_id,
    body ->> 'name' AS name, body ->> 'kind' AS kind, body ->> 'identity' AS identity,
    body ->> 'cluster' AS cluster, body ->> 'description' AS description, body ->> 'enabled' AS enabled,
    body ->> 'creator' AS creator, body ->> 'created_at' AS created_at, body ->> 'changed_at' AS changed_at,
    sealed AS sealed_private_key
FROM owned WHERE kind = 'access-point';

CREATE VIEW keyspace_policies AS
SELECT realm, ordinal, body ->> 'id' AS policy_id, body ->> 'keyspace' AS keyspace_id,
    body ->> 'name' AS name, body ->> 'document' AS document, body ->> 'description' AS description,
    body ->> 'creator' AS creator, body ->> 'created_at' AS created_at, body ->> 'changed_at' AS changed_at
FROM owned WHERE kind = 'keyspace-policy';
