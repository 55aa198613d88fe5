# kiriwake_embed(OUT dir...): packs every file below the dirs into one C file,
# so that the program carries its drivers, flows and messages.
function(kiriwake_embed out)
  set(files "")
  foreach(dir ${ARGN})
    file(GLOB_RECURSE found CONFIGURE_DEPENDS
      RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}
      ${dir}/*.yaml ${dir}/*.textfsm ${dir}/*.lua ${dir}/*.po ${dir}/*.txt)
    list(APPEND files ${found})
  endforeach()
  file(GLOB_RECURSE lua CONFIGURE_DEPENDS
    RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} src/*.lua)
  list(APPEND files ${lua})
  list(SORT files)
  set(c ${CMAKE_CURRENT_BINARY_DIR}/builtin.c)
  set(list ${CMAKE_CURRENT_BINARY_DIR}/builtin.list)
  string(REPLACE ";" "\n" lines "${files}")
  file(GENERATE OUTPUT ${list} CONTENT "${lines}\n")
  add_executable(kiriwake-embed cmake/embed.c)
  set(deps "")
  foreach(f ${files})
    list(APPEND deps ${CMAKE_CURRENT_SOURCE_DIR}/${f})
  endforeach()
  add_custom_command(OUTPUT ${c}
    COMMAND kiriwake-embed ${CMAKE_CURRENT_SOURCE_DIR} ${list} ${c}
    DEPENDS kiriwake-embed ${deps} ${list} VERBATIM)
  set(${out} ${c} PARENT_SCOPE)
endfunction()
