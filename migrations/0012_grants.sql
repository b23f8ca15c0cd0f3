-- Grants, for people: kmsim does not read this view.
CREATE VIEW grants AS
SELECT it.realm, it.ordinal, it.body ->> 'id' AS grant_id, it.body ->> 'key' AS key_id,
    it.body ->> 'name' AS name, grantee.key AS grantee_type, grantee.value AS grantee,
    it.body ->> 'operations' AS operations, it.body ->> 'retiring' AS retiring_principal,
    it.body ->> 'issuer' AS issuer, it.body ->> 'created_at' AS created_at
FROM owned it, json_each(it.body, '$.grantee') grantee WHERE it.kind = 'grant';
