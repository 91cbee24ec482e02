# Turns a binary file into a C array: -DIN=file -DOUT=file.c -DNAME=symbol.
file(READ ${IN} HEX_TEXT HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," BYTES "${HEX_TEXT}")
file(WRITE ${OUT} "#include <stddef.h>\n#include <stdint.h>\nextern const uint8_t ${NAME}[];\nextern const size_t ${NAME}_size;\n"
  "const uint8_t ${NAME}[] = {${BYTES}};\nconst size_t ${NAME}_size = sizeof ${NAME};\n")
