# %% a=NaN
x

# %% b=Infinity c=[-Infinity]
x

# %% d=1e999 e=170141183460469231731687303715884105727 f=-0.0 g=1e-400 h=1E22
x
