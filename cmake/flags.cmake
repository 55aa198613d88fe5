# Warnings everywhere, hardening in release, sanitizers on request.
add_library(kiriwake-flags INTERFACE)
target_compile_options(kiriwake-flags INTERFACE
  -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes
  -Wmissing-prototypes -Wwrite-strings -Wvla -Wformat=2 -Wundef
  -Wno-format-nonliteral -fno-common)
if(KIRIWAKE_WERROR)
  target_compile_options(kiriwake-flags INTERFACE -Werror)
endif()
if(KIRIWAKE_SANITIZE)
  target_compile_options(kiriwake-flags INTERFACE
    -fsanitize=address,undefined -fno-omit-frame-pointer
    -fno-sanitize-recover=undefined)
  target_link_options(kiriwake-flags INTERFACE -fsanitize=address,undefined)
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(kiriwake-flags INTERFACE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
    -fstack-clash-protection -fPIE)
  if(NOT APPLE)
    target_link_options(kiriwake-flags INTERFACE
      -pie -Wl,-z,relro,-z,now,-z,noexecstack)
  endif()
endif()
# The fuzzers steer by the coverage of the library.
if(KIRIWAKE_FUZZ)
  target_compile_options(kiriwake-flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
