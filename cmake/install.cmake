# What `cmake --install` puts where.
include(GNUInstallDirs)

install(TARGETS ${TURNAWAY_COMMANDS} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS ${TURNAWAY_DAEMONS} RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR})

foreach(section 1 5 7 8)
  file(GLOB pages ${PROJECT_SOURCE_DIR}/man/*.${section})
  install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

foreach(program IN LISTS TURNAWAY_PROGRAMS)
  install(FILES etc/completion/${program}.bash RENAME ${program}
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES etc/completion/_${program} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
  install(FILES etc/completion/${program}.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endforeach()

# The units name /usr/sbin, where a package puts the servers, and /etc.
foreach(daemon IN LISTS TURNAWAY_DAEMONS)
  install(FILES etc/systemd/${daemon}.service etc/systemd/${daemon}.socket DESTINATION lib/systemd/system)
endforeach()
install(FILES etc/systemd/turnaway-gate-learn.service DESTINATION lib/systemd/system)
# What programs and manuals name: `docs/json.md` is below the folder of the documentation.
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/turnaway)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/turnaway)
install(DIRECTORY docs data DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/turnaway
        FILES_MATCHING PATTERN "*.md" PATTERN "*.png" PATTERN "*.csv" PATTERN "*.json" PATTERN "park-report" EXCLUDE)
install(DIRECTORY etc/gate etc/container DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/turnaway/etc)
install(FILES etc/sysusers.d/turnaway-relay.conf etc/sysusers.d/turnaway-gate.conf DESTINATION lib/sysusers.d)
install(FILES etc/tmpfiles.d/turnaway-relay.conf DESTINATION lib/tmpfiles.d)

# What an administrator changed stays. Below the prefix of the installation, which for /usr means /etc.
install(CODE "
  set(folder \"\${CMAKE_INSTALL_PREFIX}/etc\")
  if(CMAKE_INSTALL_PREFIX STREQUAL \"/usr\")
    set(folder /etc)
  endif()
  foreach(file turnaway-relay.conf turnaway-gate.conf)
    if(NOT EXISTS \"\$ENV{DESTDIR}\${folder}/\${file}\")
      file(INSTALL \"${PROJECT_SOURCE_DIR}/etc/\${file}\" DESTINATION \"\${folder}\")
    endif()
  endforeach()")
