-- Instances of the service, for people: kmsim does not read this view.
CREATE VIEW instances AS
SELECT realm, ordinal, body ->> 'id' AS instance_id, body ->> 'name' AS name, body ->> 'kind' AS kind,
    body ->> 'status' AS status, body ->> '$.capacity.throughput' AS throughput,
    body ->> '$.capacity.keys' AS keys, body ->> '$.capacity.secrets' AS secrets,
    body ->> '$.capacity.networks' AS networks, body ->> '$.network.network' AS network,
    body ->> 'deletion_protection' AS deletion_protection, body ->> 'created_at' AS created_at,
    body ->> 'ends_at' AS ends_at
FROM owned WHERE kind = 'instance';
