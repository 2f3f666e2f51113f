// What this processor has beyond the least that the build asks for. Code for it stands in files of its own, *_avx2.cc,
// which alone are compiled for it (cmake/Headroom.cmake): they hold no inline function that the linker could take for
// one of another file, and are called where this says so. Both ways give the same result for every input.
#pragma once

namespace headroom {

#ifdef __x86_64__
inline bool has_avx2() {
  static const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
  return has;
}
#endif

}  // namespace headroom
