#pragma once

namespace blockscope {

/// Sets the threads of the OpenMP that oneDNN itself is linked to, whichever that is: found among
/// the loaded libraries, so that a second OpenMP never comes into the process. Primitives are made
/// for the number that is set while they are made.
void set_onednn_threads(int threads);

}  // namespace blockscope
