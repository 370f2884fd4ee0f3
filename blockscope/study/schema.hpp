#pragma once

#include <string>

namespace SQLite {  // NOLINT(readability-identifier-naming): not ours to name
class Database;
}

namespace blockscope {

/// Version of the tables (docs/study.md), kept in PRAGMA user_version. Any change to them is a new
/// version, with a step in schema.cpp that makes it from the one before.
inline constexpr int study_schema_version = 5;

/// PRAGMA application_id of a study: "bstu".
inline constexpr int study_application_id = 0x62737475;

/// Makes the tables of a new file and brings those of an older version up to date. on_network: the
/// journal is one that needs no memory shared by all readers. Throws Error for a file of another
/// program and for a newer version.
void create_or_check(SQLite::Database& db, const std::string& path, bool on_network = false);

}  // namespace blockscope
