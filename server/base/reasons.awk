# errors.proto -> C: `-v part=enum` prints the enumerators of enum mv_reason, `-v part=table` the rows of the table.
/^ *\/\/ [A-Z_]+: .* \| / {
    line = $0
    sub(/^ *\/\/ /, "", line)
    status = line; sub(/:.*/, "", status)
    what = line; sub(/^[A-Z_]+: /, "", what); sub(/ \| .*/, "", what)
    todo = line; sub(/.* \| /, "", todo)
    next
}
/^  [A-Z][A-Z0-9_]* = [0-9]+;/ {
    number = $3; sub(/;/, "", number)
    if (status == "") { print "errors.proto: " $1 " has no comment of the fixed form" > "/dev/stderr"; exit 1 }
    if (part == "enum") printf "    MV_%s = %s,\n", $1, number
    else printf "    {MV_%s, \"%s\", MV_STATUS_%s, \"%s\", \"%s\"},\n", $1, $1, status, what, todo
    status = ""
}
