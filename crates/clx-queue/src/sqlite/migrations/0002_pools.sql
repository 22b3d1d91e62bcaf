-- Whose workers do the jobs of a session: 0 its own, 1 those of a pool; 2: it is a pool.
ALTER TABLE sessions ADD COLUMN role INTEGER NOT NULL DEFAULT 0 CHECK(role IN (0, 1, 2));
-- What others should know of it.
ALTER TABLE sessions ADD COLUMN note TEXT NOT NULL DEFAULT '';
