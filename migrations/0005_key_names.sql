-- Names that owners give their keys, in clouds that have them. Not unique.
ALTER TABLE keys ADD COLUMN name TEXT;
