-- Two messages on one connection: in the first, one recipient of three is refused; the second has nothing of the first.
conn = mt.connect("inet:10041@127.0.0.1")
assert(conn ~= nil, "no connection")

function expect(reply, what)
    local found = mt.getreply(conn)
    if found ~= reply then
        error(what .. ": the reply is " .. string.char(found))
    end
end

assert(mt.conninfo(conn, "client.example", "192.0.2.7") == nil, "conninfo")
-- miltertest makes an error of what the filter asked not to be sent.
assert(not pcall(mt.helo, conn, "client.example"), "HELO was not declined")

mt.macro(conn, SMFIC_MAIL, "i", "T1", "{auth_authen}", "ann")
assert(mt.mailfrom(conn, "<ann@host.example>") == nil, "mailfrom")
expect(SMFIR_CONTINUE, "MAIL")
assert(mt.rcptto(conn, "<bob@host.example>", "NOTIFY=NEVER") == nil, "rcptto")
expect(SMFIR_CONTINUE, "healthy recipient")
assert(mt.rcptto(conn, "<bob@null.example>") == nil, "rcptto")
expect(SMFIR_REPLYCODE, "recipient at a null MX")
assert(mt.rcptto(conn, "<eve@host.example>") == nil, "rcptto")
expect(SMFIR_CONTINUE, "third recipient")
assert(not pcall(mt.header, conn, "Subject", "Hello"), "headers were not declined")
assert(not pcall(mt.bodystring, conn, "Are you there?\r\n"), "content was not declined")
assert(mt.eom(conn) == nil, "eom")
expect(SMFIR_CONTINUE, "end of the message")
assert(not mt.eom_check(conn, MT_HDRADD, "X-Turnaway"), "a header was added")
assert(not mt.eom_check(conn, MT_BODYCHANGE), "the body was changed")

assert(mt.mailfrom(conn, "<>") == nil, "mailfrom")
expect(SMFIR_CONTINUE, "second MAIL")
assert(mt.rcptto(conn, "<bob@gone.example>") == nil, "rcptto")
expect(SMFIR_REPLYCODE, "recipient at a domain that does not exist")
assert(mt.abort(conn) == nil, "abort")

assert(mt.mailfrom(conn, "<ann@null.example>") == nil, "mailfrom")
expect(SMFIR_REPLYCODE, "sender at a null MX")
mt.disconnect(conn)
