# %% [markdown]
#  "quoted" \ back
# %% [raw]
[31m
