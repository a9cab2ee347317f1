extension MainSchema {
    /// Which history this is, who may write to it, and which candidates it does not know.
    static let fence = """
        CREATE TABLE fence (
            -- One row. The epoch grows with each writer; the history's name tells it from one that was made anew.
            id INTEGER PRIMARY KEY CHECK (id = 1),
            epoch INTEGER NOT NULL,
            history TEXT NOT NULL,
            -- How many commits have changed something: places in the stream of commits.
            commits INTEGER NOT NULL DEFAULT 0,

            -- Set while this history was found to be an older copy or another one: the number that the mark names, and
            -- that of the newest entry here.
            behind_since INTEGER,
            behind_mark INTEGER,
            behind_newest INTEGER,
            behind_other INTEGER CHECK (behind_other IN (0, 1))
        ) STRICT;
        INSERT INTO fence (id, epoch, history) VALUES (1, 0, lower(hex(randomblob(16))));
        CREATE TRIGGER fence_stays BEFORE DELETE ON fence BEGIN
            SELECT raise(ABORT, 'the fence has one row');
        END;

        CREATE TABLE kept_candidates (
            -- Candidates in the other file whose rotation this history does not know; given up, they are erased.
            rotation TEXT PRIMARY KEY NOT NULL,
            since INTEGER NOT NULL,
            is_given_up INTEGER NOT NULL DEFAULT 0 CHECK (is_given_up IN (0, 1))
        ) STRICT, WITHOUT ROWID;
        """
}
