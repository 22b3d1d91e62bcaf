# %%
# copy the list
# %time x # noescape
# y = !ls \
# -l
# Why?
# # + a
# +
%%bash
ls

# %%
%%bash -x
ls
