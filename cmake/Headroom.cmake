# What every folder of the build shares: flags, one library and one test binary per folder, static third-party archives.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

# Floating point: scores reach the output, so no contraction to FMA and no fast-math: the same bytes on every machine.
add_compile_options(-Wall -Wextra -ffp-contract=off -fno-strict-aliasing)
# Warnings are errors with the two compilers that the tests run (docs/decisions/0001); another version may know warnings we
# have not met, and a user's build must not stop at one.
if((CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION MATCHES "^12\\.") OR
   (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION MATCHES "^19\\."))
  add_compile_options(-Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  add_compile_options(-Wno-restrict)  # false alarms on std::string at -O3: gcc.gnu.org/PR105651
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wno-deprecated-declarations)  # libstdc++ 12's own std::stable_sort, from clang 19 on
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-ffunction-sections -fdata-sections)
  add_link_options(-Wl,--gc-sections)
endif()
if(HEADROOM_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(HEADROOM_SANITIZE)
  add_compile_options(-fsanitize=${HEADROOM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${HEADROOM_SANITIZE})
endif()

# headroom_find_static(PREFIX name header): the static archive and header folder of a system package, as the target dep::name.
function(headroom_find_static prefix name header)
  find_library(${prefix}_ARCHIVE NAMES lib${name}.a ${name})
  find_path(${prefix}_INCLUDE ${header})
  if(NOT ${prefix}_ARCHIVE OR NOT ${prefix}_INCLUDE)
    message(FATAL_ERROR "lib${name} is missing: ./dev setup installs it")
  endif()
  add_library(dep::${name} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(dep::${name} PROPERTIES
    IMPORTED_LOCATION "${${prefix}_ARCHIVE}"
    INTERFACE_INCLUDE_DIRECTORIES "${${prefix}_INCLUDE}")
endfunction()

# headroom_find_codec(PREFIX name header [needs...]): as headroom_find_static where a program is linked; a shared library gets the shared one, since
# these archives hold code that only a program can take in.
function(headroom_find_codec prefix name header)
  find_library(${prefix}_ARCHIVE NAMES lib${name}.a)
  find_library(${prefix}_SHARED NAMES lib${name}.so)
  find_path(${prefix}_INCLUDE ${header})
  if(NOT ${prefix}_ARCHIVE OR NOT ${prefix}_SHARED OR NOT ${prefix}_INCLUDE)
    message(FATAL_ERROR "lib${name} is missing: ./dev setup installs it")
  endif()
  foreach(form ARCHIVE SHARED)
    add_library(dep::${name}_${form} UNKNOWN IMPORTED GLOBAL)
    set_target_properties(dep::${name}_${form} PROPERTIES
      IMPORTED_LOCATION "${${prefix}_${form}}"
      INTERFACE_INCLUDE_DIRECTORIES "${${prefix}_INCLUDE}"
      INTERFACE_LINK_LIBRARIES "${ARGN}")
  endforeach()
  add_library(dep::${name} INTERFACE IMPORTED GLOBAL)
  target_link_libraries(dep::${name} INTERFACE
    $<IF:$<STREQUAL:$<TARGET_PROPERTY:TYPE>,SHARED_LIBRARY>,dep::${name}_SHARED,dep::${name}_ARCHIVE>)
endfunction()

# headroom_library(DEPS target...): the library of the current folder from its sources (*_test.cc left out), named hr_FOLDER,
# and FOLDER_test from its *_test.cc.
function(headroom_library)
  cmake_parse_arguments(ARG "" "" "DEPS;PRIVATE_DEPS;SOURCES" ${ARGN})
  get_filename_component(folder "${CMAKE_CURRENT_SOURCE_DIR}" NAME)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc" "${CMAKE_CURRENT_SOURCE_DIR}/*/*.cc")
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  # Written for AVX2, and called only where the processor has it (src/base/processor.h).
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    set(avx2 ${sources})
    list(FILTER avx2 INCLUDE REGEX "_avx2\\.cc$")
    set_source_files_properties(${avx2} PROPERTIES COMPILE_OPTIONS "-mavx2;-mbmi")
  else()
    list(FILTER sources EXCLUDE REGEX "_avx2\\.cc$")
  endif()
  add_library(hr_${folder} STATIC ${sources} ${ARG_SOURCES})
  target_include_directories(hr_${folder} PUBLIC "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}/include")
  target_link_libraries(hr_${folder} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
  if(HEADROOM_TESTS AND tests)
    add_executable(${folder}_test ${tests})
    target_link_libraries(${folder}_test PRIVATE hr_${folder} rapidcheck rapidcheck_gtest GTest::gtest_main)
    target_compile_definitions(${folder}_test PRIVATE HEADROOM_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME ${folder} COMMAND ${folder}_test)
  endif()
endfunction()
