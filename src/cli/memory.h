// How freed memory is treated by a process. glibc's allocator only; elsewhere nothing happens.
#pragma once

namespace headroom::cli {

// For a process that does one thing: large blocks go back to the system as they are freed. Left alone, glibc raises its
// threshold with every such block, and what one step leaves free is then too scattered for the next: half as much
// memory again on a body of 12 MB.
void give_memory_back();

// For a process that answers many requests: what one request freed serves the next. Mapping and clearing pages anew
// took a sixth of the time of a body of 8 MB.
void keep_memory();

// The same for one that does so on many threads: two pools of free blocks instead of eight to a processor, each of
// which would keep the largest that its threads ever needed; bodies of megabytes, which are few, go back as they end.
void share_memory();

}  // namespace headroom::cli
