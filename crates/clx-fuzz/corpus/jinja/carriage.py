# j2 set a = 1

{{ a }}# j2 set b = 2x