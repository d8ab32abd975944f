-- The book of record, first step: what was applied, and what was posted for it.
-- Nothing here is ever updated, deleted or replaced; nothing that can be derived is stored.
-- Hashes and computed ids are SHA-256 in lower-case hexadecimal; dates and instants are ISO text.

-- A run: one result that somebody applied. Runs form one chain, each naming the one before.
CREATE TABLE run (
  seq            INTEGER PRIMARY KEY,
  run_id         TEXT NOT NULL UNIQUE CHECK (length(run_id) = 64),
  previous       TEXT UNIQUE REFERENCES run (run_id),
  fingerprint    TEXT NOT NULL CHECK (length(fingerprint) = 64),
  import_cut     INTEGER NOT NULL CHECK (import_cut >= 0),
  engine_version TEXT NOT NULL CHECK (engine_version <> ''),
  result_hash    TEXT NOT NULL CHECK (length(result_hash) = 64),
  entries_hash   TEXT NOT NULL CHECK (length(entries_hash) = 64),
  earned_count   INTEGER NOT NULL CHECK (earned_count >= 0),
  payee_count    INTEGER NOT NULL CHECK (payee_count >= 0),
  entry_count    INTEGER NOT NULL CHECK (entry_count >= 0),
  status         TEXT NOT NULL CHECK (status = 'applied'),
  created_at     TEXT NOT NULL
) STRICT;

-- Which plans, in which version, a run was calculated with.
CREATE TABLE run_plan (
  run_id      TEXT NOT NULL REFERENCES run (run_id),
  plan        TEXT NOT NULL CHECK (plan <> ''),
  fingerprint TEXT NOT NULL CHECK (fingerprint <> ''),
  PRIMARY KEY (run_id, plan)
) STRICT, WITHOUT ROWID;

-- An entry: for one plan, component, payee and period, by how much the book changed, and why.
CREATE TABLE entry (
  seq         INTEGER PRIMARY KEY,
  entry_id    TEXT NOT NULL UNIQUE CHECK (length(entry_id) = 64),
  run_id      TEXT NOT NULL REFERENCES run (run_id),
  kind        TEXT NOT NULL CHECK (kind <> ''),
  reason      TEXT NOT NULL CHECK (reason <> ''),
  plan        TEXT NOT NULL CHECK (plan <> ''),
  component   TEXT NOT NULL CHECK (component <> ''),
  payee       TEXT NOT NULL CHECK (payee <> ''),
  period      TEXT NOT NULL CHECK (period <> ''),
  period_from TEXT NOT NULL CHECK (period_from GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  corrects    TEXT REFERENCES entry (entry_id),
  posted_at   TEXT NOT NULL
) STRICT;

CREATE INDEX entry_of_run ON entry (run_id);
CREATE INDEX entry_of_payee ON entry (payee, period);

-- A posting: one leg of an entry. Debit is positive, credit negative; minor units of the currency.
CREATE TABLE posting (
  entry_id     TEXT NOT NULL REFERENCES entry (entry_id),
  line         INTEGER NOT NULL CHECK (line >= 1),
  account      TEXT NOT NULL CHECK (account <> ''),
  payee        TEXT CHECK (payee <> ''),
  amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0),
  currency     TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
  PRIMARY KEY (entry_id, line)
) STRICT, WITHOUT ROWID;

-- Append-only. INSERT OR REPLACE would delete without firing the delete triggers on a connection
-- that was not set up by us, therefore an insert over an existing key is refused as well.
CREATE TRIGGER run_in_order BEFORE INSERT ON run
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM run)
  OR NEW.previous IS NOT (SELECT run_id FROM run ORDER BY seq DESC LIMIT 1)
  OR NEW.created_at < (SELECT created_at FROM run ORDER BY seq DESC LIMIT 1)
  OR EXISTS (SELECT 1 FROM run WHERE run_id = NEW.run_id)
BEGIN SELECT raise(ABORT, 'a run follows the last one, once, and not before it'); END;

CREATE TRIGGER entry_in_order BEFORE INSERT ON entry
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM entry)
  OR NEW.run_id <> (SELECT run_id FROM run ORDER BY seq DESC LIMIT 1)
  OR EXISTS (SELECT 1 FROM entry WHERE entry_id = NEW.entry_id)
BEGIN SELECT raise(ABORT, 'an entry follows the last one, once, and belongs to the last run'); END;

CREATE TRIGGER posting_once BEFORE INSERT ON posting
WHEN EXISTS (SELECT 1 FROM posting WHERE entry_id = NEW.entry_id AND line = NEW.line)
BEGIN SELECT raise(ABORT, 'a posting is written once'); END;

CREATE TRIGGER run_plan_once BEFORE INSERT ON run_plan
WHEN EXISTS (SELECT 1 FROM run_plan WHERE run_id = NEW.run_id AND plan = NEW.plan)
BEGIN SELECT raise(ABORT, 'the plan of a run is written once'); END;

CREATE TRIGGER run_not_updated BEFORE UPDATE ON run BEGIN SELECT raise(ABORT, 'a run is never updated'); END;
CREATE TRIGGER run_not_deleted BEFORE DELETE ON run BEGIN SELECT raise(ABORT, 'a run is never deleted'); END;
CREATE TRIGGER run_plan_not_updated BEFORE UPDATE ON run_plan BEGIN SELECT raise(ABORT, 'the plan of a run is never updated'); END;
CREATE TRIGGER run_plan_not_deleted BEFORE DELETE ON run_plan BEGIN SELECT raise(ABORT, 'the plan of a run is never deleted'); END;
CREATE TRIGGER entry_not_updated BEFORE UPDATE ON entry BEGIN SELECT raise(ABORT, 'an entry is never updated'); END;
CREATE TRIGGER entry_not_deleted BEFORE DELETE ON entry BEGIN SELECT raise(ABORT, 'an entry is never deleted'); END;
CREATE TRIGGER posting_not_updated BEFORE UPDATE ON posting BEGIN SELECT raise(ABORT, 'a posting is never updated'); END;
CREATE TRIGGER posting_not_deleted BEFORE DELETE ON posting BEGIN SELECT raise(ABORT, 'a posting is never deleted'); END;
