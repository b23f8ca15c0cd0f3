-- A spare realm belongs to nobody: its rows are being written, to take the place of another realm's in one step, or
-- were replaced and go little by little. Its dialect and account are empty, and its region is a name of its own.
ALTER TABLE realms ADD COLUMN spare INTEGER NOT NULL DEFAULT 0 CHECK (spare IN (0, 1));
