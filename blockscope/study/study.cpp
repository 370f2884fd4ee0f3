#include "blockscope/study/study.hpp"

#include <array>
#include <cassert>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <sys/random.h>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sqlite3.h>

#include "blockscope/base/error.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/study/file_system.hpp"
#include "blockscope/study/schema.hpp"
#include "blockscope/study/study_lock.hpp"

namespace blockscope {
namespace {

[[noreturn]] void fail(const std::string& path, const SQLite::Exception& e) {
    switch (e.getErrorCode()) {
        case SQLITE_FULL:
            throw Error("the disk is full; everything recorded before is kept", path,
                        Fault::runtime);
        case SQLITE_NOTADB:
            throw Error("not a study", path);
        case SQLITE_CORRUPT:
            throw Error("the study is damaged; restore a copy or start another one", path);
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            throw Error("in use by another program", path, Fault::runtime);
        case SQLITE_IOERR:
            throw Error(
                "cannot be read or written (disk error, or a limit on its size); "
                "everything recorded before is kept",
                path, Fault::runtime);
        default:
            throw Error(e.what(), path, Fault::runtime);
    }
}

/// Calls `work`, with SQLite's complaints turned into ours.
template <typename Work>
auto guarded(const std::string& path, Work&& work) {
    try {
        return work();
    } catch (const SQLite::Exception& e) {
        fail(path, e);
    }
}

std::string json(const Facts& facts) {
    nlohmann::ordered_json object = nlohmann::ordered_json::object();
    for (const auto& [name, value] : facts) object[name] = value;
    // facts are read from the machine: bytes that are no UTF-8 must not end a measurement
    return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// What json() wrote.
Facts facts_of(const std::string& text) {
    Facts facts;
    const auto object = nlohmann::ordered_json::parse(text, nullptr, false);
    if (!object.is_object()) return facts;
    for (const auto& [name, value] : object.items()) {
        if (value.is_string()) facts.emplace_back(name, value.get<std::string>());
    }
    return facts;
}

void bind_or_null(SQLite::Statement& statement, int index, double value) {
    if (std::isnan(value)) return statement.bind(index);
    statement.bind(index, value);
}

/// Rows that together say what numbers are of.
struct Key {
    std::int64_t space, metric;
    std::string contexts;  ///< "3,5", to stand in IN (...)
};

/// As parameters 1 and 2.
void bind(SQLite::Statement& statement, const Key& key) {
    statement.bind(1, key.space);
    statement.bind(2, key.metric);
}

/// Tells sessions apart when studies are merged. Nothing else depends on it, so it may be random.
std::string new_uid() {
    std::array<unsigned char, 16> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        throw Error("the system gives no random bytes", Fault::runtime);
    }
    std::string uid;
    for (const auto byte : bytes) uid += fmt::format("{:02x}", byte);
    return uid;
}

}  // namespace

struct Study::Impl {
    static constexpr int patience_ms = 2000;  // for programs that read the file just now

    struct Writer {
        StudySession session;
        std::int64_t id = 0;  // 0 until its first row: reading leaves no session behind
    };

    std::string path;
    FileSystem place;
    std::optional<StudyLock> lock;  // before the database: nobody else may be creating it
    SQLite::Database db;
    std::vector<Writer> writers;

    Impl(const std::filesystem::path& p, StudySession s)
        : path(p.empty() ? ":memory:" : p.string()),
          place(p.empty() ? FileSystem() : file_system_of(p)),
          lock(lock_for(p)),
          db(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, patience_ms),
          writers{{std::move(s), 0}} {
        create_or_check(db, path, place.network);
    }

    static std::optional<StudyLock> lock_for(const std::filesystem::path& p) {
        if (p.empty()) return std::nullopt;
        return std::optional<StudyLock>(std::in_place, p);
    }

    /// Id of a writer's session, in the transaction that is open.
    std::int64_t start_session(const Writer& writer) {
        if (writer.id != 0) return writer.id;
        const StudySession& session = writer.session;
        SQLite::Statement insert(db,
                                 "INSERT INTO sessions (command, seed, version, started, "
                                 "conditions, uid) VALUES (?, ?, ?, ?, ?, ?)");
        const auto now =
            std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
        insert.bind(1, session.command);
        insert.bind(2, std::to_string(session.seed));  // SQLite's integers are signed
        insert.bind(3, session.version);
        insert.bind(4, fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                                   fmt::gmtime(std::chrono::system_clock::to_time_t(now))));
        insert.bind(5, json(session.conditions));
        insert.bind(6, new_uid());
        insert.exec();
        return db.getLastInsertRowid();
    }

    std::int64_t find(const char* query, std::initializer_list<std::string> key) const {
        SQLite::Statement select(db, query);
        int index = 0;
        for (const auto& part : key) select.bind(++index, part);
        return select.executeStep() ? select.getColumn(0).getInt64() : 0;
    }

    /// The id that was found, or the id of a new row.
    std::int64_t or_insert(std::int64_t id, const char* query,
                           std::initializer_list<std::string> values) {
        if (id != 0) return id;
        SQLite::Statement insert(db, query);
        int index = 0;
        for (const auto& value : values) insert.bind(++index, value);
        insert.exec();
        return db.getLastInsertRowid();
    }

    /// A row that is not there is 0, which no row refers to.
    Key find_key(const DesignSpace& space, const MetricInfo& metric,
                 const ContextKeys& contexts) const {
        Key key{
            find("SELECT id FROM spaces WHERE fingerprint = ?", {space.fingerprint()}),
            find("SELECT id FROM metrics WHERE name = ? AND unit = ?", {metric.name, metric.unit}),
            ""};
        for (const auto& context : contexts.keys) {
            key.contexts += fmt::format("{}{}", key.contexts.empty() ? "" : ",",
                                        find("SELECT id FROM contexts WHERE key = ?", {context}));
        }
        return key;
    }
    /// As parameters 1 to 3.
    void bind_inserted(SQLite::Statement& statement, const DesignSpace& space,
                       const MetricInfo& metric, const StudyContext& context) {
        const Key key = find_key(space, metric, context.key);
        statement.bind(1,
                       or_insert(key.space, "INSERT INTO spaces (fingerprint, name) VALUES (?, ?)",
                                 {space.fingerprint(), space.name}));
        statement.bind(
            2, or_insert(key.metric, "INSERT INTO metrics (name, unit, source) VALUES (?, ?, ?)",
                         {metric.name, metric.unit, metric.source}));
        statement.bind(3, or_insert(find("SELECT id FROM contexts WHERE key = ?", {context.key}),
                                    "INSERT INTO contexts (key, facts) VALUES (?, ?)",
                                    {context.key, json(context.facts)}));
    }

    /// What takes a session's values to the scale of the first, by session and resolution; 1 where
    /// there is none.
    std::map<std::pair<std::int64_t, int>, double> scales(const Key& key) const {
        SQLite::Statement select(
            db, fmt::format("SELECT session, resolution, reference_ms FROM reference_times WHERE "
                            "space = ? AND metric = ? AND context IN ({}) ORDER BY id",
                            key.contexts));
        bind(select, key);
        std::map<int, double> first;
        std::map<std::pair<std::int64_t, int>, double> factors;
        while (select.executeStep()) {
            const int resolution = select.getColumn(1).getInt();
            const double own = select.getColumn(2).getDouble();
            const double common = first.try_emplace(resolution, own).first->second;
            factors[{select.getColumn(0).getInt64(), resolution}] =
                own == common ? 1.0 : common / own;
        }
        return factors;
    }

    /// Returns the row of each architecture.
    std::vector<std::int64_t> insert_evaluations(std::int64_t in_session, const DesignSpace& space,
                                                 const MetricInfo& metric,
                                                 const StudyContext& context,
                                                 std::span<const Architecture> archs,
                                                 const MetricColumn& column, double seconds) {
        std::unordered_map<std::size_t, const std::string*> reasons;
        for (const auto& [i, reason] : column.failures) reasons.emplace(i, &reason);
        std::unordered_map<std::size_t, const GivenUp*> parts;
        for (const auto& part : column.given_up) parts.emplace(part.index, &part);

        SQLite::Statement insert(
            db,
            "INSERT INTO evaluations (space, metric, context, session, arch, resolution, value, "
            "spread, failure, seconds, estimate, at_best, trials) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        bind_inserted(insert, space, metric, context);
        insert.bind(4, in_session);
        insert.bind(10, seconds / static_cast<double>(archs.size()));
        std::vector<std::int64_t> rows;
        rows.reserve(archs.size());
        for (std::size_t i = 0; i < archs.size(); ++i) {
            const auto part = parts.find(i);
            const bool whole = part == parts.end();
            const double value = whole ? column.values[i] : std::nan("");
            insert.bind(5, body_text(space, archs[i]));
            insert.bind(6, static_cast<int>(archs[i].resolution));
            bind_or_null(insert, 7, value);
            bind_or_null(insert, 8, column.spread.empty() ? std::nan("") : column.spread[i]);
            if (!std::isnan(value)) {
                insert.bind(9);
            } else if (!whole) {
                insert.bind(9, fmt::format("given up on after {} trials", part->second->trials));
            } else if (const auto reason = reasons.find(i); reason != reasons.end()) {
                insert.bind(9, *reason->second);
            } else {
                insert.bind(9, "no reason given");
            }
            bind_or_null(insert, 11, whole ? std::nan("") : column.values[i]);
            bind_or_null(insert, 12, whole ? std::nan("") : part->second->at_best);
            whole ? insert.bind(13)
                  : insert.bind(13, static_cast<std::int64_t>(part->second->trials));
            insert.exec();
            insert.reset();
            rows.push_back(db.getLastInsertRowid());
        }
        return rows;
    }

    void insert_samples(std::int64_t in_session, std::span<const LatencySample> samples,
                        const std::vector<std::int64_t>& rows) {
        if (samples.empty()) return;
        SQLite::Statement insert(db,
                                 "INSERT INTO samples (session, evaluation, at_s, wall_ms, cpu_ms, "
                                 "visit, is_reference) VALUES (?, ?, ?, ?, ?, ?, ?)");
        insert.bind(1, in_session);
        for (const auto& sample : samples) {
            insert.bind(2, sample.is_reference ? rows.front() : rows.at(sample.network));
            insert.bind(3, sample.at_s);
            insert.bind(4, sample.wall_ms);
            insert.bind(5, sample.cpu_ms);
            insert.bind(6, sample.visit);
            insert.bind(7, sample.is_reference ? 1 : 0);
            insert.exec();
            insert.reset();
        }
    }
};

Study::Study(const std::filesystem::path& path, StudySession session) {
    impl_ =
        guarded(path.string(), [&] { return std::make_unique<Impl>(path, std::move(session)); });
}

Study::~Study() = default;

std::vector<std::string> Study::remarks() const {
    if (impl_->place.weakness.empty()) return {};
    return {fmt::format(
        "{}: on {}, {}: no lock keeps a process on another host away, so give each host a study of "
        "its own and merge them (docs/study.md)",
        impl_->path, impl_->place.type, impl_->place.weakness)};
}

std::size_t Study::add_writer(Facts conditions) {
    StudySession session = impl_->writers.front().session;
    session.conditions = std::move(conditions);
    impl_->writers.push_back({std::move(session), 0});
    return impl_->writers.size() - 1;
}

void Study::record(const DesignSpace& space, const MetricInfo& metric, const StudyContext& context,
                   std::span<const Architecture> archs, const MetricColumn& column, double seconds,
                   std::span<const LatencySample> samples, std::size_t writer) {
    assert(column.values.size() == archs.size());  // a column is of its batch
    if (archs.empty()) return;
    guarded(impl_->path, [&] {
        SQLite::Transaction all(impl_->db);
        auto& by = impl_->writers.at(writer);
        const auto session = impl_->start_session(by);
        const auto rows =
            impl_->insert_evaluations(session, space, metric, context, archs, column, seconds);
        impl_->insert_samples(session, samples, rows);
        all.commit();
        by.id = session;  // only now: a failed commit took its row back
    });
}

void StoredValues::add(const Architecture& a, const StoredValue& newer) {
    const auto [at, first] = tried.try_emplace(a, newer);
    if (first) return;
    const double seconds = at->second.seconds + newer.seconds;
    if (!newer.failed() || at->second.failed()) at->second = newer;
    at->second.seconds = seconds;
}

StoredValues Study::values(const DesignSpace& space, const MetricInfo& metric,
                           const ContextKeys& contexts, std::int64_t after_row) const {
    return guarded(impl_->path, [&] {
        StoredValues stored;
        stored.last_row = after_row;
        const Key key = impl_->find_key(space, metric, contexts);
        const auto scales = impl_->scales(key);
        SQLite::Statement select(
            impl_->db,
            fmt::format("SELECT id, arch, resolution, value, spread, failure, seconds, session, "
                        "estimate, at_best, trials FROM evaluations WHERE space = ? AND metric = ? "
                        "AND context IN ({}) "
                        "AND id > ? ORDER BY id",
                        key.contexts));
        bind(select, key);
        select.bind(3, after_row);
        while (select.executeStep()) {
            stored.last_row = select.getColumn(0).getInt64();
            const auto a = parse_architecture(
                space, select.getColumn(1).getText(), select.getColumn(2).getInt(),
                fmt::format("{}, evaluation {}", impl_->path, stored.last_row));
            if (!select.isColumnNull(10)) {
                stored.given_up[a] = {select.getColumn(8).getDouble(),
                                      select.getColumn(9).getDouble(),
                                      static_cast<std::size_t>(select.getColumn(10).getInt64())};
                continue;
            }
            StoredValue value;
            if (!select.isColumnNull(3)) value.value = select.getColumn(3).getDouble();
            if (!select.isColumnNull(4)) value.spread = select.getColumn(4).getDouble();
            value.failure = select.getColumn(5).getText();
            value.seconds = select.getColumn(6).getDouble();
            value.session = select.getColumn(7).getInt();
            if (const auto scale = scales.find({value.session, a.resolution});
                scale != scales.end()) {
                value.value *= scale->second;
                value.spread *= scale->second;
            }
            stored.add(a, value);
        }
        return stored;
    });
}

StoredVisits Study::visits(const DesignSpace& space, const MetricInfo& metric,
                           const ContextKeys& contexts) const {
    return guarded(impl_->path, [&] {
        StoredVisits stored;
        const Key key = impl_->find_key(space, metric, contexts);
        const auto scales = impl_->scales(key);
        SQLite::Statement select(
            impl_->db,
            fmt::format(
                "SELECT e.id, e.arch, e.resolution, e.value, e.seconds, avg(r.wall_ms), "
                "avg(r.cpu_ms), e.session FROM evaluations e LEFT JOIN samples r ON "
                "r.evaluation = e.id AND r.is_reference = 0 WHERE e.space = ? AND e.metric = ? AND "
                "e.context IN ({}) AND e.value IS NOT NULL GROUP BY e.id ORDER BY e.id",
                key.contexts));
        bind(select, key);
        const auto time = [&](int column) {
            return select.isColumnNull(column) ? std::numeric_limits<double>::quiet_NaN()
                                               : select.getColumn(column).getDouble();
        };
        while (select.executeStep()) {
            const auto a = parse_architecture(
                space, select.getColumn(1).getText(), select.getColumn(2).getInt(),
                fmt::format("{}, evaluation {}", impl_->path, select.getColumn(0).getInt64()));
            const auto scale = scales.find({select.getColumn(7).getInt64(), a.resolution});
            const double factor = scale == scales.end() ? 1 : scale->second;
            stored[a].push_back({select.getColumn(3).getDouble() * factor,
                                 select.getColumn(4).getDouble(), time(5), time(6)});
        }
        return stored;
    });
}

std::optional<double> Study::reference_ms(const DesignSpace& space, const MetricInfo& metric,
                                          const ContextKeys& contexts, int resolution) const {
    return guarded(impl_->path, [&]() -> std::optional<double> {
        const Key key = impl_->find_key(space, metric, contexts);
        SQLite::Statement select(
            impl_->db, fmt::format("SELECT reference_ms FROM reference_times WHERE space = ? AND "
                                   "metric = ? AND context IN ({}) AND resolution = ? ORDER BY id",
                                   key.contexts));
        bind(select, key);
        select.bind(3, resolution);
        if (!select.executeStep()) return std::nullopt;
        return select.getColumn(0).getDouble();
    });
}

void Study::set_reference_ms(const DesignSpace& space, const MetricInfo& metric,
                             const StudyContext& context, int resolution, double reference_ms,
                             std::size_t writer) {
    guarded(impl_->path, [&] {
        SQLite::Transaction all(impl_->db);
        auto& by = impl_->writers.at(writer);
        const auto session = impl_->start_session(by);
        SQLite::Statement insert(impl_->db,
                                 "INSERT OR IGNORE INTO reference_times (space, metric, context, "
                                 "resolution, session, reference_ms) VALUES (?, ?, ?, ?, ?, ?)");
        impl_->bind_inserted(insert, space, metric, context);
        insert.bind(4, resolution);
        insert.bind(5, session);
        insert.bind(6, reference_ms);
        insert.exec();
        all.commit();
        by.id = session;
    });
}

std::vector<SessionRuns> Study::sessions(const DesignSpace& space, const MetricInfo& metric,
                                         const ContextKeys& contexts, int resolution) const {
    return guarded(impl_->path, [&] {
        const auto key = impl_->find_key(space, metric, contexts);
        std::vector<SessionRuns> list;
        std::unordered_map<std::int64_t, std::size_t> place;
        SQLite::Statement sessions(
            impl_->db,
            fmt::format("SELECT s.id, s.started, s.conditions, count(*), total(e.seconds) FROM "
                        "evaluations e JOIN sessions s ON e.session = s.id WHERE e.space = ? AND "
                        "e.metric = ? AND e.context IN ({}) AND e.resolution = ? GROUP BY s.id "
                        "ORDER BY s.id",
                        key.contexts));
        bind(sessions, key);
        sessions.bind(3, resolution);
        while (sessions.executeStep()) {
            place[sessions.getColumn(0).getInt64()] = list.size();
            list.push_back({sessions.getColumn(1).getText(),
                            sessions.getColumn(2).getText(),
                            static_cast<std::size_t>(sessions.getColumn(3).getInt64()),
                            sessions.getColumn(4).getDouble(),
                            {},
                            {}});
        }
        SQLite::Statement runs(
            impl_->db,
            fmt::format("SELECT r.session, r.at_s, r.wall_ms, r.cpu_ms, r.visit, r.is_reference "
                        "FROM samples r JOIN evaluations e ON r.evaluation = e.id WHERE e.space = "
                        "? AND e.metric = ? AND e.context IN ({}) AND e.resolution = ? "
                        "ORDER BY r.session, r.at_s",
                        key.contexts));
        bind(runs, key);
        runs.bind(3, resolution);
        while (runs.executeStep()) {
            SessionRuns& session = list[place.at(runs.getColumn(0).getInt64())];
            const LatencySample sample{0,
                                       runs.getColumn(1).getDouble(),
                                       runs.getColumn(2).getDouble(),
                                       runs.getColumn(3).getDouble(),
                                       runs.getColumn(4).getInt(),
                                       runs.getColumn(5).getInt() != 0};
            (sample.visit < 0 ? session.warm_up : session.samples).push_back(sample);
        }
        return list;
    });
}

std::vector<StoredContext> Study::contexts(const DesignSpace& space,
                                           const MetricInfo& metric) const {
    return guarded(impl_->path, [&] {
        std::vector<StoredContext> list;
        SQLite::Statement select(
            impl_->db,
            "SELECT c.key, c.facts, count(*) FROM evaluations e JOIN contexts c ON e.context = "
            "c.id WHERE e.space = ? AND e.metric = ? AND e.value IS NOT NULL GROUP BY c.id "
            "ORDER BY c.id");
        const auto key = impl_->find_key(space, metric, "");
        select.bind(1, key.space);
        select.bind(2, key.metric);
        while (select.executeStep()) {
            list.push_back(
                {{select.getColumn(0).getText(), facts_of(select.getColumn(1).getText())},
                 static_cast<std::size_t>(select.getColumn(2).getInt64())});
        }
        return list;
    });
}

double Study::seconds_spent(const DesignSpace& space, const MetricInfo& metric,
                            const ContextKeys& contexts, int resolution) const {
    return guarded(impl_->path, [&] {
        const Key key = impl_->find_key(space, metric, contexts);
        SQLite::Statement select(
            impl_->db, fmt::format("SELECT total(seconds) FROM evaluations WHERE space = ? AND "
                                   "metric = ? AND context IN ({}) AND resolution = ?",
                                   key.contexts));
        bind(select, key);
        select.bind(3, resolution);
        select.executeStep();
        return select.getColumn(0).getDouble();
    });
}

std::size_t Study::evaluation_count() const {
    return guarded(impl_->path, [&] {
        return static_cast<std::size_t>(
            impl_->db.execAndGet("SELECT count(*) FROM evaluations").getInt64());
    });
}

}  // namespace blockscope
