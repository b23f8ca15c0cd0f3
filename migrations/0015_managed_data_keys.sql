-- Managed data keys, for people: kmsim does not read this view.
CREATE VIEW managed_data_keys AS
SELECT head.realm, head.ordinal, head.body ->> 'name' AS name, part.part AS number,
    part.body ->> 'id' AS version_id, part.body ->> 'created_at' AS created_at,
    part.sealed AS sealed_bytes
FROM owned head JOIN records part ON part.realm = head.realm AND part.ordinal = head.ordinal
WHERE head.kind = 'managed-data-key' AND part.part > 0;
