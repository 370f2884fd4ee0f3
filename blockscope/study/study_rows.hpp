#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "blockscope/study/study.hpp"

namespace SQLite {  // NOLINT(readability-identifier-naming): not ours to name
class Database;
class Statement;
}  // namespace SQLite

namespace blockscope {

/// Rows that together say what numbers are of; 0, which no row refers to, for one that is not
/// there.
struct StudyKey {
    std::int64_t space, metric;
    std::string contexts;  ///< "3,5", to stand in IN (...)
};

StudyKey find_key(SQLite::Database& db, const DesignSpace& space, const MetricInfo& metric,
                  const ContextKeys& contexts);

/// Space and metric, as parameters 1 and 2.
void bind(SQLite::Statement& statement, const StudyKey& key);

/// Space, metric and context, as parameters 1 to 3; their rows are made where there are none.
void bind_inserted(SQLite::Database& db, SQLite::Statement& statement, const DesignSpace& space,
                   const MetricInfo& metric, const StudyContext& context);

/// What takes a session's values to the scale of the first, by session and resolution; a session
/// that has no reference time is not in it.
using SessionScales = std::map<std::pair<std::int64_t, int>, double>;
SessionScales session_scales(SQLite::Database& db, const StudyKey& key);

/// As a JSON object of texts, and back.
std::string facts_json(const Facts& facts);
Facts facts_of(const std::string& text);

}  // namespace blockscope
