#include "blockscope/study/study_rows.hpp"

#include <initializer_list>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace blockscope {
namespace {

std::int64_t find(SQLite::Database& db, const char* query, std::initializer_list<std::string> key) {
    SQLite::Statement select(db, query);
    int index = 0;
    for (const auto& part : key) select.bind(++index, part);
    return select.executeStep() ? select.getColumn(0).getInt64() : 0;
}

/// The id that was found, or the id of a new row.
std::int64_t or_insert(SQLite::Database& db, std::int64_t id, const char* query,
                       std::initializer_list<std::string> values) {
    if (id != 0) return id;
    SQLite::Statement insert(db, query);
    int index = 0;
    for (const auto& value : values) insert.bind(++index, value);
    insert.exec();
    return db.getLastInsertRowid();
}

}  // namespace

StudyKey find_key(SQLite::Database& db, const DesignSpace& space, const MetricInfo& metric,
                  const ContextKeys& contexts) {
    StudyKey key{
        find(db, "SELECT id FROM spaces WHERE fingerprint = ?", {space.fingerprint()}),
        find(db, "SELECT id FROM metrics WHERE name = ? AND unit = ?", {metric.name, metric.unit}),
        ""};
    for (const auto& context : contexts.keys) {
        key.contexts += fmt::format("{}{}", key.contexts.empty() ? "" : ",",
                                    find(db, "SELECT id FROM contexts WHERE key = ?", {context}));
    }
    return key;
}

void bind_inserted(SQLite::Database& db, SQLite::Statement& statement, const DesignSpace& space,
                   const MetricInfo& metric, const StudyContext& context) {
    const StudyKey key = find_key(db, space, metric, context.key);
    statement.bind(1,
                   or_insert(db, key.space, "INSERT INTO spaces (fingerprint, name) VALUES (?, ?)",
                             {space.fingerprint(), space.name}));
    statement.bind(
        2, or_insert(db, key.metric, "INSERT INTO metrics (name, unit, source) VALUES (?, ?, ?)",
                     {metric.name, metric.unit, metric.source}));
    statement.bind(3,
                   or_insert(db, find(db, "SELECT id FROM contexts WHERE key = ?", {context.key}),
                             "INSERT INTO contexts (key, facts) VALUES (?, ?)",
                             {context.key, facts_json(context.facts)}));
}

SessionScales session_scales(SQLite::Database& db, const StudyKey& key) {
    SQLite::Statement select(
        db, fmt::format("SELECT session, resolution, reference_ms FROM reference_times WHERE "
                        "space = ? AND metric = ? AND context IN ({}) ORDER BY id",
                        key.contexts));
    bind(select, key);
    std::map<int, double> first;
    SessionScales factors;
    while (select.executeStep()) {
        const int resolution = select.getColumn(1).getInt();
        const double own = select.getColumn(2).getDouble();
        const double common = first.try_emplace(resolution, own).first->second;
        factors[{select.getColumn(0).getInt64(), resolution}] = own == common ? 1.0 : common / own;
    }
    return factors;
}

void bind(SQLite::Statement& statement, const StudyKey& key) {
    statement.bind(1, key.space);
    statement.bind(2, key.metric);
}

std::string facts_json(const Facts& facts) {
    nlohmann::ordered_json object = nlohmann::ordered_json::object();
    for (const auto& [name, value] : facts) object[name] = value;
    // facts are read from the machine: bytes that are no UTF-8 must not end a measurement
    return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Facts facts_of(const std::string& text) {
    Facts facts;
    const auto object = nlohmann::ordered_json::parse(text, nullptr, false);
    if (!object.is_object()) return facts;
    for (const auto& [name, value] : object.items()) {
        if (value.is_string()) facts.emplace_back(name, value.get<std::string>());
    }
    return facts;
}

}  // namespace blockscope
