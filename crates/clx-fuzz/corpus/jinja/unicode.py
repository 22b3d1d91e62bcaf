# j2 set ä = "ü"
# {{ ä|upper|center(9) }}{{ "\x00\ud800" }}
# j2 set x = 1
 # j2 set y
