"""The tables of the one SQLite file, as ordered migrations. A migration that was released is never changed."""

MIGRATIONS = [
    """
    CREATE TABLE items (
        id TEXT PRIMARY KEY, source TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '',
        content_hash TEXT NOT NULL DEFAULT ''
    ) WITHOUT ROWID;
    CREATE INDEX items_by_outcome ON items (source, outcome, reason);
    CREATE TABLE postponed (id TEXT PRIMARY KEY, due_at REAL NOT NULL, item BLOB NOT NULL);
    CREATE INDEX postponed_by_due ON postponed (due_at);

    CREATE TABLE articles (
        id TEXT PRIMARY KEY, version TEXT NOT NULL, name TEXT NOT NULL, part INTEGER NOT NULL,
        seen_at REAL NOT NULL, article BLOB NOT NULL
    );
    CREATE INDEX first_stories ON articles (name) WHERE part = 0;
    CREATE TABLE keys (name TEXT PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID;

    CREATE TABLE cases (
        id TEXT PRIMARY KEY, revision INTEGER NOT NULL, updated_at REAL NOT NULL, merged_into TEXT, record BLOB NOT NULL
    );
    CREATE INDEX cases_by_move ON cases (updated_at DESC, id) WHERE merged_into IS NULL;
    CREATE TABLE events (
        id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases (id), article_id TEXT NOT NULL,
        main INTEGER NOT NULL, withdrawn INTEGER NOT NULL, start INTEGER NOT NULL, record BLOB NOT NULL
    );
    CREATE INDEX events_of_case ON events (case_id);
    CREATE INDEX events_of_article ON events (article_id, withdrawn, main DESC, start);
    CREATE TABLE edits (id TEXT PRIMARY KEY, at REAL NOT NULL, case_id TEXT, into_id TEXT, edit BLOB NOT NULL);
    CREATE INDEX edits_of_case ON edits (case_id);
    CREATE INDEX edits_into_case ON edits (into_id);

    CREATE TABLE subscriptions (id TEXT PRIMARY KEY, record BLOB NOT NULL);
    CREATE TABLE notices (
        id TEXT PRIMARY KEY, state TEXT NOT NULL, due_at REAL NOT NULL, created_at REAL NOT NULL,
        held_by TEXT NOT NULL DEFAULT '', held_until REAL NOT NULL DEFAULT 0, entry BLOB NOT NULL
    );
    CREATE INDEX notices_due ON notices (due_at, id) WHERE state = 'waiting';
    CREATE INDEX notices_by_age ON notices (created_at DESC, id);

    CREATE TABLE feeds (url TEXT PRIMARY KEY, state BLOB NOT NULL);
    CREATE TABLE dead_letters (
        id TEXT PRIMARY KEY, stage TEXT NOT NULL, failed_at REAL NOT NULL, replayed INTEGER NOT NULL,
        letter BLOB NOT NULL
    );
    CREATE INDEX dead_letters_by_age ON dead_letters (failed_at DESC, id);
    CREATE TABLE leases (name TEXT PRIMARY KEY, owner TEXT NOT NULL, until REAL NOT NULL);

    CREATE TABLE heads (topic TEXT PRIMARY KEY, head INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE log (
        topic TEXT NOT NULL, position INTEGER NOT NULL, key TEXT NOT NULL, payload BLOB NOT NULL, headers TEXT NOT NULL,
        at REAL NOT NULL
    );
    CREATE UNIQUE INDEX log_order ON log (topic, position);
    CREATE TABLE positions (stage TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
    """,
    """
    CREATE INDEX doubtful_cases ON cases (json_extract(CAST(record AS TEXT), '$.opened_at'), id)
    WHERE merged_into IS NULL AND instr(CAST(record AS TEXT), '"possible_case"');
    """,
    """
    CREATE INDEX signposts ON cases (merged_into) WHERE merged_into IS NOT NULL;
    ALTER TABLE subscriptions ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
    UPDATE subscriptions SET version = rowid;
    CREATE INDEX subscriptions_by_version ON subscriptions (version);
    CREATE TABLE channels (subscription_id TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID;
    ALTER TABLE notices ADD COLUMN subscription_id TEXT NOT NULL DEFAULT '';
    ALTER TABLE notices ADD COLUMN change_id TEXT NOT NULL DEFAULT '';
    ALTER TABLE notices ADD COLUMN planned_at REAL;
    ALTER TABLE notices ADD COLUMN opened_by TEXT;
    ALTER TABLE notices ADD COLUMN case_id TEXT NOT NULL DEFAULT '';
    UPDATE notices SET planned_at = due_at,
        subscription_id = json_extract(CAST(entry AS TEXT), '$.notice.subscription_id'),
        change_id = json_extract(CAST(entry AS TEXT), '$.notice.change_id');
    CREATE INDEX notices_of_change ON notices (change_id, subscription_id);
    CREATE INDEX notices_planned ON notices (subscription_id, planned_at);
    CREATE INDEX openings ON notices (opened_by, created_at, case_id) WHERE opened_by IS NOT NULL;
    """,
]
