#include <gtest/gtest.h>

namespace blockscope {
namespace {

TEST(Pagmo, AgreesOnFronts) { GTEST_SKIP() << "built without pagmo (libpagmo-dev)"; }

}  // namespace
}  // namespace blockscope
