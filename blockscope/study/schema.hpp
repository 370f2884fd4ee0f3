#pragma once

namespace blockscope {

/// Version of the tables below, kept in PRAGMA user_version. Raise it with any change to them.
inline constexpr int study_schema_version = 1;

/// PRAGMA application_id of a study: "bstu".
inline constexpr int study_application_id = 0x62737475;

inline constexpr const char* study_schema = R"sql(
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
)sql";

}  // namespace blockscope
