# What `cmake --install` puts where.
include(GNUInstallDirs)

install(TARGETS turnaway RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS turnaway-refuse turnaway-relay RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR})

file(GLOB man_1 ${PROJECT_SOURCE_DIR}/man/*.1)
file(GLOB man_5 ${PROJECT_SOURCE_DIR}/man/*.5)
file(GLOB man_8 ${PROJECT_SOURCE_DIR}/man/*.8)
install(FILES ${man_1} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${man_5} DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES ${man_8} DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)

foreach(program turnaway turnaway-refuse)
  install(FILES etc/completion/${program}.bash RENAME ${program}
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES etc/completion/_${program} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
  install(FILES etc/completion/${program}.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endforeach()

# The units name /usr/sbin, where a package puts the server.
install(FILES etc/systemd/turnaway-refuse.service etc/systemd/turnaway-refuse.socket
        DESTINATION lib/systemd/system)
