-- Whether a server has the file open: it goes back to 0 when that server puts the data away. A file that
-- says 1 and has no -wal beside it was copied, or has lost its -wal.
-- PRAGMA application_id tells databases apart, PRAGMA user_version counts the transactions: both stand in
-- the header, where they can be read without SQLite.
ALTER TABLE seal ADD COLUMN serving INTEGER NOT NULL DEFAULT 0 CHECK (serving IN (0, 1));
