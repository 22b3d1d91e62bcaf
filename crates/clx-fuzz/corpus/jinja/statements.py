# j2 set x = [1,
#  2]
# j2 if x:
# %% {{ x[0] }}
# j2 else :
# j2 endif


# j2 for a in "abc" if a != "b":
# {{ loop.index }}{{ a }}{{ "" if loop.last else "," }}
# j2 endfor
