# %% a={1,2} b=b"x" c=1j
x
