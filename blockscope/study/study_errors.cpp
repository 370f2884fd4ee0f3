#include "blockscope/study/study_errors.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "blockscope/base/error.hpp"

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

}  // namespace

void rethrow_for_users(const std::string& path) {
    try {
        throw;
    } catch (const SQLite::Exception& e) {
        fail(path, e);
    }
}

}  // namespace blockscope
