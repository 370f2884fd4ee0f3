#include "blockscope/study/schema.hpp"

#include <array>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include "blockscope/base/error.hpp"

namespace blockscope {
namespace {

/// Step i makes tables of version i + 1 from those of version i. Steps are only added.
constexpr std::array<const char*, study_schema_version> steps{
    R"sql(
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE spaces (
    id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, name TEXT NOT NULL);
CREATE TABLE metrics (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, unit TEXT NOT NULL, source TEXT NOT NULL,
    UNIQUE (name, unit));
CREATE TABLE contexts (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, facts TEXT NOT NULL);
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY, command TEXT NOT NULL, seed TEXT NOT NULL, version TEXT NOT NULL,
    started TEXT NOT NULL, conditions TEXT NOT NULL);
CREATE TABLE evaluations (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES sessions,
    space INTEGER NOT NULL REFERENCES spaces,
    metric INTEGER NOT NULL REFERENCES metrics,
    context INTEGER NOT NULL REFERENCES contexts,
    arch TEXT NOT NULL,
    resolution INTEGER NOT NULL,
    value REAL,
    spread REAL,
    failure TEXT,
    seconds REAL NOT NULL,
    CHECK ((value IS NULL) = (failure IS NOT NULL)));
CREATE INDEX evaluations_of ON evaluations (space, metric, context);
CREATE TABLE samples (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES sessions,
    evaluation INTEGER REFERENCES evaluations,
    at_s REAL NOT NULL,
    wall_ms REAL NOT NULL,
    cpu_ms REAL NOT NULL,
    visit INTEGER NOT NULL,
    is_reference INTEGER NOT NULL);
)sql",
    R"sql(
CREATE TABLE reference_times (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES sessions,
    space INTEGER NOT NULL REFERENCES spaces,
    metric INTEGER NOT NULL REFERENCES metrics,
    context INTEGER NOT NULL REFERENCES contexts,
    resolution INTEGER NOT NULL,
    reference_ms REAL NOT NULL,
    UNIQUE (space, metric, context, resolution));
CREATE INDEX samples_of ON samples (evaluation);
)sql",
    R"sql(
ALTER TABLE sessions ADD COLUMN uid TEXT NOT NULL DEFAULT '';
ALTER TABLE reference_times RENAME TO old_reference_times;
CREATE TABLE reference_times (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES sessions,
    space INTEGER NOT NULL REFERENCES spaces,
    metric INTEGER NOT NULL REFERENCES metrics,
    context INTEGER NOT NULL REFERENCES contexts,
    resolution INTEGER NOT NULL,
    reference_ms REAL NOT NULL,
    UNIQUE (space, metric, context, resolution, session));
INSERT INTO reference_times SELECT * FROM old_reference_times;
INSERT INTO reference_times (session, space, metric, context, resolution, reference_ms)
    SELECT DISTINCT e.session, e.space, e.metric, e.context, e.resolution, f.reference_ms
    FROM evaluations e JOIN old_reference_times f ON f.space = e.space AND f.metric = e.metric AND
    f.context = e.context AND f.resolution = e.resolution AND f.session < e.session;
DROP TABLE old_reference_times;
)sql",
    R"sql(
CREATE VIEW IF NOT EXISTS results AS
    SELECT e.id AS evaluation, s.name AS space, m.name AS metric, m.unit AS unit, e.arch AS arch,
        e.resolution AS resolution_pixels, e.value AS value, e.spread AS standard_error,
        e.failure AS failure, e.seconds AS evaluation_seconds, c.key AS context,
        c.facts AS context_facts, r.started AS session_started_utc, r.command AS command,
        r.seed AS seed, r.version AS version
    FROM evaluations e JOIN spaces s ON s.id = e.space JOIN metrics m ON m.id = e.metric
        JOIN contexts c ON c.id = e.context JOIN sessions r ON r.id = e.session;
CREATE VIEW IF NOT EXISTS timed_runs AS
    SELECT t.evaluation AS evaluation, m.name AS metric, e.arch AS arch,
        e.resolution AS resolution_pixels, t.at_s AS at_s, t.wall_ms AS wall_ms,
        t.cpu_ms AS cpu_ms, t.visit AS visit, t.is_reference AS is_reference
    FROM samples t LEFT JOIN evaluations e ON e.id = t.evaluation
        LEFT JOIN metrics m ON m.id = e.metric;
)sql",
    // of rows whose evaluation was given up on: their value is null
    R"sql(
ALTER TABLE evaluations ADD COLUMN estimate REAL;
ALTER TABLE evaluations ADD COLUMN at_best REAL;
ALTER TABLE evaluations ADD COLUMN trials INTEGER;
)sql"};

}  // namespace

void create_or_check(SQLite::Database& db, const std::string& path, bool on_network) {
    const int application = db.execAndGet("PRAGMA application_id").getInt();
    const int version = db.execAndGet("PRAGMA user_version").getInt();
    const int tables = db.execAndGet("SELECT count(*) FROM sqlite_master").getInt();
    const bool is_new = application == 0 && version == 0 && tables == 0;
    if (!is_new && application != study_application_id) {
        throw Error("an SQLite file of another program, not a study", path);
    }
    if (version > study_schema_version) {
        throw Error(fmt::format("written by a newer blockscope (schema {}, this one knows up to "
                                "{}); use that one",
                                version, study_schema_version),
                    path);
    }
    // NORMAL: a killed process loses nothing that was recorded, a power cut perhaps the last rows
    db.exec(on_network ? "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL"
                       : "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    db.exec("PRAGMA foreign_keys = ON");
    if (version == study_schema_version) return;
    SQLite::Transaction all(db);
    for (int i = version; i < study_schema_version; ++i) {
        db.exec(steps[static_cast<std::size_t>(i)]);
    }
    db.exec(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                        study_application_id, study_schema_version));
    if (is_new) db.exec("INSERT INTO meta VALUES ('format', 'blockscope study')");
    all.commit();
}

}  // namespace blockscope
