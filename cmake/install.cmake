# What `cmake --install` puts where.
include(GNUInstallDirs)

install(TARGETS turnaway RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS turnaway-refuse turnaway-relay RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR})

file(GLOB man_1 ${PROJECT_SOURCE_DIR}/man/*.1)
file(GLOB man_5 ${PROJECT_SOURCE_DIR}/man/*.5)
file(GLOB man_7 ${PROJECT_SOURCE_DIR}/man/*.7)
file(GLOB man_8 ${PROJECT_SOURCE_DIR}/man/*.8)
install(FILES ${man_1} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${man_5} DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES ${man_7} DESTINATION ${CMAKE_INSTALL_MANDIR}/man7)
install(FILES ${man_8} DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)

foreach(program turnaway turnaway-refuse turnaway-relay)
  install(FILES etc/completion/${program}.bash RENAME ${program}
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES etc/completion/_${program} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
  install(FILES etc/completion/${program}.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endforeach()

# The units name /usr/sbin, where a package puts the servers, and /etc.
foreach(daemon turnaway-refuse turnaway-relay)
  install(FILES etc/systemd/${daemon}.service etc/systemd/${daemon}.socket DESTINATION lib/systemd/system)
endforeach()
# What programs and manuals name: `docs/json.md` is below the folder of the documentation.
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/turnaway)
install(DIRECTORY docs data DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/turnaway
        FILES_MATCHING PATTERN "*.md" PATTERN "*.csv" PATTERN "*.json" PATTERN "park-report" EXCLUDE)
install(FILES etc/sysusers.d/turnaway-relay.conf DESTINATION lib/sysusers.d)
install(FILES etc/tmpfiles.d/turnaway-relay.conf DESTINATION lib/tmpfiles.d)

# What an administrator changed stays. Below the prefix of the installation, which for /usr means /etc.
install(CODE "
  set(folder \"\${CMAKE_INSTALL_PREFIX}/etc\")
  if(CMAKE_INSTALL_PREFIX STREQUAL \"/usr\")
    set(folder /etc)
  endif()
  if(NOT EXISTS \"\$ENV{DESTDIR}\${folder}/turnaway-relay.conf\")
    file(INSTALL \"${PROJECT_SOURCE_DIR}/etc/turnaway-relay.conf\" DESTINATION \"\${folder}\")
  endif()")
