-- More kinds of nouns, for people: kmsim does not read these views.
CREATE VIEW key_bindings AS
SELECT it.realm, it.ordinal AS key, bound.value ->> 'product' AS product, bound.value ->> 'resource' AS resource
FROM owned it, json_each(it.body, '$.settings.bindings') bound WHERE it.kind = 'key' AND it.part = 0;

CREATE VIEW white_box_keys AS
SELECT realm, ordinal, body ->> 'id' AS white_box_key_id, body ->> 'alias' AS alias,
    body ->> 'description' AS description, body ->> 'spec' AS spec, body ->> 'enabled' AS enabled,
    body ->> 'creator' AS creator, body ->> 'created_at' AS created_at,
    json_array_length(body, '$.fingerprints') AS fingerprints, sealed AS sealed_material
FROM owned WHERE kind = 'white-box-key';

CREATE VIEW data_keys AS
SELECT realm, ordinal, body ->> 'id' AS data_key_id, body ->> 'name' AS name,
    body ->> 'description' AS description, body ->> 'key' AS key_id, body ->> 'len' AS len,
    body ->> 'origin' AS origin,
    iif(json_type(body, '$.lifecycle') = 'object', 'pending-deletion', body ->> '$.lifecycle') AS lifecycle,
    body ->> '$.lifecycle.pending-deletion' AS delete_at,
    body ->> 'creator' AS creator, body ->> 'created_at' AS created_at, sealed AS ciphertext
FROM owned WHERE kind = 'data-key';
