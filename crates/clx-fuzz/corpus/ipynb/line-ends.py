# %%
xyzab c d# %% [markdown]
# 
