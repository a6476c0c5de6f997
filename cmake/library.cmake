# libturnaway: the layers below it in one shared library that shows the functions of include/turnaway.h and nothing else.
# The version of the ABI changes when a function is removed or changes its meaning, not with the version of the project.
set(TURNAWAY_ABI 1)
file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/library/*.cc)
add_library(turnaway_library SHARED ${sources})
target_include_directories(turnaway_library PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>
                           PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(turnaway_library PRIVATE turnaway_bounce turnaway_check)
set(symbols ${PROJECT_SOURCE_DIR}/src/library/symbols.map)
target_link_options(turnaway_library PRIVATE -Wl,--version-script=${symbols} -Wl,--exclude-libs,ALL -Wl,--gc-sections
                    -Wno-unused-command-line-argument)  # -pie
set_target_properties(turnaway_library PROPERTIES
  OUTPUT_NAME turnaway VERSION ${TURNAWAY_ABI}.0.0 SOVERSION ${TURNAWAY_ABI} LINK_DEPENDS ${symbols}
  EXPORT_NAME turnaway PUBLIC_HEADER ${PROJECT_SOURCE_DIR}/include/turnaway.h
  LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
install(TARGETS turnaway_library EXPORT turnaway
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT library
        PUBLIC_HEADER DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)
install(EXPORT turnaway NAMESPACE turnaway:: FILE turnaway-config.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/turnaway COMPONENT library)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/turnaway-config-version.cmake COMPATIBILITY SameMajorVersion)
configure_file(${PROJECT_SOURCE_DIR}/cmake/turnaway.pc.in ${PROJECT_BINARY_DIR}/turnaway.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/turnaway-config-version.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/turnaway
        COMPONENT library)
install(FILES ${PROJECT_BINARY_DIR}/turnaway.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)
install(FILES ${PROJECT_SOURCE_DIR}/man/turnaway.3 DESTINATION ${CMAKE_INSTALL_MANDIR}/man3 COMPONENT library)
