// What a study answers; study.cpp opens and writes it.
#include <limits>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include "blockscope/space/encoding.hpp"
#include "blockscope/study/study.hpp"
#include "blockscope/study/study_errors.hpp"
#include "blockscope/study/study_rows.hpp"

namespace blockscope {

void StoredValues::add(const Architecture& a, const StoredValue& newer) {
    const auto [at, first] = tried.try_emplace(a, newer);
    if (first) return;
    const double seconds = at->second.seconds + newer.seconds;
    if (!newer.failed() || at->second.failed()) at->second = newer;
    at->second.seconds = seconds;
}

StoredValues Study::values(const DesignSpace& space, const MetricInfo& metric,
                           const ContextKeys& contexts, std::int64_t after_row) const {
    return guarded(path(), [&] {
        StoredValues stored;
        stored.last_row = after_row;
        const StudyKey key = find_key(database(), space, metric, contexts);
        const auto scales = session_scales(database(), key);
        SQLite::Statement select(
            database(),
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
                fmt::format("{}, evaluation {}", path(), stored.last_row));
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
    return guarded(path(), [&] {
        StoredVisits stored;
        const StudyKey key = find_key(database(), space, metric, contexts);
        const auto scales = session_scales(database(), key);
        SQLite::Statement select(
            database(),
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
                fmt::format("{}, evaluation {}", path(), select.getColumn(0).getInt64()));
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
    return guarded(path(), [&]() -> std::optional<double> {
        const StudyKey key = find_key(database(), space, metric, contexts);
        SQLite::Statement select(
            database(), fmt::format("SELECT reference_ms FROM reference_times WHERE space = ? AND "
                                    "metric = ? AND context IN ({}) AND resolution = ? ORDER BY id",
                                    key.contexts));
        bind(select, key);
        select.bind(3, resolution);
        if (!select.executeStep()) return std::nullopt;
        return select.getColumn(0).getDouble();
    });
}

std::vector<SessionRuns> Study::sessions(const DesignSpace& space, const MetricInfo& metric,
                                         const ContextKeys& contexts, int resolution) const {
    return guarded(path(), [&] {
        const StudyKey key = find_key(database(), space, metric, contexts);
        std::vector<SessionRuns> list;
        std::unordered_map<std::int64_t, std::size_t> place;
        SQLite::Statement sessions(
            database(),
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
            database(),
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
    return guarded(path(), [&] {
        std::vector<StoredContext> list;
        SQLite::Statement select(
            database(),
            "SELECT c.key, c.facts, count(*) FROM evaluations e JOIN contexts c ON e.context = "
            "c.id WHERE e.space = ? AND e.metric = ? AND e.value IS NOT NULL GROUP BY c.id "
            "ORDER BY c.id");
        const StudyKey key = find_key(database(), space, metric, "");
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
    return guarded(path(), [&] {
        const StudyKey key = find_key(database(), space, metric, contexts);
        SQLite::Statement select(
            database(), fmt::format("SELECT total(seconds) FROM evaluations WHERE space = ? AND "
                                    "metric = ? AND context IN ({}) AND resolution = ?",
                                    key.contexts));
        bind(select, key);
        select.bind(3, resolution);
        select.executeStep();
        return select.getColumn(0).getDouble();
    });
}

}  // namespace blockscope
