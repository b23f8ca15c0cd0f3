-- More kinds of nouns, for people: kmsim does not read these views.
CREATE VIEW applications AS
SELECT realm, ordinal, body ->> 'name' AS name, body ->> 'policies' AS policies,
    body ->> 'description' AS description, body ->> 'created_at' AS created_at
FROM owned WHERE kind = 'application';

CREATE VIEW application_policies AS
SELECT realm, ordinal, body ->> 'name' AS name, body ->> 'instance' AS instance,
    body ->> 'permissions' AS permissions, body ->> 'resources' AS resources,
    body ->> '$.access_control.network_rules' AS network_rules,
    body ->> '$.access_control.text' AS access_control,
    body ->> 'description' AS description, body ->> 'created_at' AS created_at
FROM owned WHERE kind = 'application-policy';

CREATE VIEW network_rules AS
SELECT realm, ordinal, body ->> 'name' AS name, body ->> 'kind' AS kind, body ->> 'sources' AS sources,
    body ->> 'description' AS description, body ->> 'created_at' AS created_at
FROM owned WHERE kind = 'network-rule';

CREATE VIEW client_keys AS
SELECT realm, ordinal, body ->> 'id' AS client_key_id, body ->> 'application' AS application,
    body ->> 'public_key' AS public_key, body ->> 'not_before' AS not_before,
    body ->> 'not_after' AS not_after, body ->> 'created_at' AS created_at
FROM owned WHERE kind = 'client-key';
