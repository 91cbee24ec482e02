# One set of compiler flags for all of our code; generated code takes only the hardening.
add_library(mv_hardening INTERFACE)
if(CMAKE_SYSTEM_NAME STREQUAL "Generic") # bare metal: no loader and no guard pages to harden, and flash is counted
  target_compile_options(mv_hardening INTERFACE -ffunction-sections -fdata-sections)
else()
  target_compile_options(mv_hardening INTERFACE -fstack-protector-strong -fno-omit-frame-pointer)
  target_link_options(mv_hardening INTERFACE -Wl,-z,relro,-z,now)
endif()
if(NOT METERVAULT_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT CMAKE_SYSTEM_NAME STREQUAL "Generic")
  target_compile_definitions(mv_hardening INTERFACE _FORTIFY_SOURCE=2)
endif()
if(METERVAULT_SANITIZE STREQUAL "address")
  target_compile_options(mv_hardening INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all)
  target_link_options(mv_hardening INTERFACE -fsanitize=address,undefined)
elseif(METERVAULT_SANITIZE STREQUAL "thread")
  target_compile_options(mv_hardening INTERFACE -fsanitize=thread)
  target_link_options(mv_hardening INTERFACE -fsanitize=thread)
elseif(METERVAULT_SANITIZE STREQUAL "fuzz")
  # clang only; tests/fuzz adds the fuzzer's own main to each target
  target_compile_options(mv_hardening INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  target_link_options(mv_hardening INTERFACE -fsanitize=address,undefined)
elseif(METERVAULT_SANITIZE STREQUAL "coverage")
  # no sanitizer, but as slow as one; unoptimised, so that the branches counted are those of the source
  target_compile_options(mv_hardening INTERFACE --coverage -O0)
  target_link_options(mv_hardening INTERFACE --coverage)
elseif(METERVAULT_SANITIZE)
  message(FATAL_ERROR "METERVAULT_SANITIZE is address, thread, fuzz, coverage or empty, not '${METERVAULT_SANITIZE}'")
endif()

add_library(mv_flags INTERFACE)
target_compile_options(mv_flags INTERFACE
  -Wall -Wextra -Werror -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wundef)
target_compile_definitions(mv_flags INTERFACE _GNU_SOURCE METERVAULT_VERSION="${PROJECT_VERSION}")
if(METERVAULT_SANITIZE)
  # gcc finds more in instrumented code than stands in the source; the release build is where warnings are errors
  target_compile_options(mv_flags INTERFACE -Wno-error)
endif()
target_link_libraries(mv_flags INTERFACE mv_hardening)
